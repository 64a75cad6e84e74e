package dev.runledger.analytics;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A period cut into slices, each to be read from the coarsest cells that tile it, or from the runs themselves. This is the one
 * place that chooses where an answer is read from.
 */
final class Slices {

    /** @param grain of the cells to read; null for the runs themselves. An end that is null is open */
    record Slice(
            @Nullable Grain grain,
            @Nullable Instant from,
            @Nullable Instant to) {}

    private final List<Slice> slices = new ArrayList<>();

    private Slices() {}

    /** The whole period from the runs themselves. */
    static Slices raw(@Nullable Instant from, @Nullable Instant to) {
        Slices slices = new Slices();
        slices.slices.add(new Slice(null, from, to));
        return slices;
    }

    /**
     * The period from cells as coarse as can be.
     *
     * @param finest grain that there is
     * @param bounds moments within the period that no cell may reach across
     */
    static Slices of(@Nullable Instant from, @Nullable Instant to, Grain finest, List<Instant> bounds) {
        Slices slices = new Slices();
        Grain coarsest = Grain.MONTH;
        for (Instant bound : bounds) {
            boolean inside = (from == null || bound.isAfter(from)) && (to == null || bound.isBefore(to));
            while (inside && coarsest != null && !coarsest.startsAt(bound)) {
                coarsest = coarsest.finer();
            }
        }
        slices.cut(from, to, coarsest, finest);
        return slices;
    }

    private void cut(@Nullable Instant from, @Nullable Instant to, @Nullable Grain grain, Grain finest) {
        if (from != null && to != null && !from.isBefore(to)) {
            return;
        }
        if (grain == null || grain.compareTo(finest) < 0) {
            slices.add(new Slice(null, from, to));
            return;
        }
        Instant start = from == null ? null : grain.ceiling(from);
        Instant end = to == null ? null : grain.floor(to);
        if (start != null && end != null && !start.isBefore(end)) {
            cut(from, to, grain.finer(), finest);
            return;
        }
        if (from != null) {
            cut(from, start, grain.finer(), finest);
        }
        slices.add(new Slice(grain, start, end));
        if (to != null) {
            cut(end, to, grain.finer(), finest);
        }
    }

    boolean anyRaw() {
        return slices.stream().anyMatch(slice -> slice.grain() == null);
    }

    boolean anyRollup() {
        return slices.stream().anyMatch(slice -> slice.grain() != null);
    }

    /** Which cells to read: a condition on a rollup. */
    String cells() {
        return any(slice -> slice.grain() == null ? null : "grain = '%s' AND ".formatted(slice.grain()));
    }

    /** Which runs are not read from cells: a condition on the ledger. */
    String rawRuns() {
        return any(slice -> slice.grain() == null ? "" : null);
    }

    /** Which changes may wait for cells that are read: a condition on changes. */
    String rolledUpRuns() {
        return any(slice -> slice.grain() == null ? null : "");
    }

    Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        for (int i = 0; i < slices.size(); i++) {
            put(parameters, "from" + i, slices.get(i).from());
            put(parameters, "to" + i, slices.get(i).to());
        }
        return parameters;
    }

    private interface Prefix {
        /** What comes before the period of a slice; null if the slice is not meant. */
        @Nullable
        String of(Slice slice);
    }

    private String any(Prefix prefix) {
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            String before = prefix.of(slice);
            if (before != null) {
                conditions.add("(" + before + (slice.from() == null ? "true" : "run.started_at >= :from" + i) + " AND "
                        + (slice.to() == null ? "true" : "run.started_at < :to" + i) + ")");
            }
        }
        return conditions.isEmpty() ? "false" : conditions.stream().collect(joining(" OR ", "(", ")"));
    }

    private static void put(Map<String, Object> parameters, String name, @Nullable Instant moment) {
        if (moment != null) {
            parameters.put(name, moment.atOffset(ZoneOffset.UTC));
        }
    }
}
