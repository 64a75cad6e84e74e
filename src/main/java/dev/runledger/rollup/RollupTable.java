package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** The tables of rollups: which grains they have, what names a cell beside time and dimensions, what is summed in it. */
public enum RollupTable {
    RUNS("run_rollup", List.of(), Measure.ofRuns(), "", Grain.HOUR),
    PROVIDERS("provider_rollup", List.of("provider"), ProviderMeasure.all(), ProviderMeasure.EACH, Grain.HOUR),
    BREAKDOWNS("breakdown_rollup", List.of("kind", "name"), BreakdownMeasure.all(), BreakdownMeasure.EACH, Grain.HOUR),
    DURATIONS("duration_rollup", List.of("block"), DurationStep.RUNS, DurationStep.EACH, Grain.DAY);

    /** What runs are told apart by, in rollups, in the ledger and in notes of changes alike. */
    static final List<String> DIMENSIONS =
            List.of("environment", "prompt_version", "triggered_by", "arbiter_config_version");

    private final String table;
    private final List<String> keys;
    private final List<Measure> measures;
    private final String each;
    private final Grain finest;

    RollupTable(String table, List<String> keys, List<Measure> measures, String each, Grain finest) {
        this.table = table;
        this.keys = keys;
        this.measures = measures;
        this.each = each;
        this.finest = finest;
    }

    String table() {
        return table;
    }

    /** The columns that name a cell, beside time and dimensions. */
    List<String> keys() {
        return keys;
    }

    List<Measure> measures() {
        return measures;
    }

    /** What follows {@code FROM ... run} so that a run gives one row per key. */
    public String each() {
        return each;
    }

    /** The key's value in a row that {@link #each} gives. */
    public String rawKey(String key) {
        return switch (this) {
            case PROVIDERS -> "provider.key";
            case DURATIONS -> "duration." + key;
            default -> "breakdown." + key;
        };
    }

    /** The finest grain that cells without details have; detailed ones have days at best. */
    Grain finest(boolean detailed) {
        return detailed ? Grain.DAY : finest;
    }

    /** The (detailed, grain) pairs of the cells that a run adds to, as SQL values. */
    String levels() {
        return (finest == Grain.HOUR ? "(false, 'HOUR'), " : "")
                + "(false, 'DAY'), (false, 'MONTH'), (true, 'DAY'), (true, 'MONTH')";
    }

    String primaryKey() {
        return "detailed, grain, started_at, cell"
                + keys.stream().map(key -> ", " + key).collect(joining());
    }
}
