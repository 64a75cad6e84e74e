package dev.runledger.analytics;

import static java.util.stream.Collectors.joining;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Runs with what they were made with, as comparisons and explanations need them: one by one if they are few, else by days. */
@Component
class RunCells {

    /** So many are read one by one. */
    static final int FEW_RUNS = 1_000;
    /** Into so many stretches of days at most a period is cut. */
    private static final int MAX_STRETCHES = 100;

    /** What questions can be mixed of. */
    static final List<Dimension> MIXES = List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.DIFFICULTY);

    private static final String SINGLES = """
            SELECT run.id, run.started_at, run.environment, run.prompt_version, run.triggered_by, run.arbiter_config_version,
                   run.min_arbiter_score_threshold AS threshold,
                   (SELECT jsonb_object_agg(provider.key, json_number(provider.value -> 'generated'))
                      FROM jsonb_each(json_capped(run.provider_metrics)) provider)::text AS providers,
                   (SELECT jsonb_object_agg(type.key, json_number(type.value))
                      FROM jsonb_each(json_capped(run.type_metrics)) type)::text AS types,
                   (SELECT jsonb_object_agg(difficulty.key, json_number(difficulty.value))
                      FROM jsonb_each(json_capped(run.difficulty_metrics)) difficulty)::text AS difficulties,
                   observed.metric, observed.x, observed.m
              FROM (SELECT run.*
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND {condition}
                    OFFSET 0) run
              LEFT JOIN LATERAL ({observations}) observed ON true
             ORDER BY run.started_at, run.id
            """;

    private static final TypeReference<Map<String, @Nullable Double>> COUNTS = new TypeReference<>() {};

    private final RollupReader rollups;
    private final JdbcClient jdbc;
    private final JsonMapper json;

    RunCells(RollupReader rollups, JdbcClient jdbc, JsonMapper json) {
        this.rollups = rollups;
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * The finished runs of the filter, in order of time.
     *
     * @param first when the first of them began
     * @param last when the last of them began
     */
    List<RunCell> read(RunFilter filter, List<Metric> metrics, long runs, Instant first, Instant last) {
        return runs <= FEW_RUNS ? singles(filter, metrics) : days(filter, metrics, first, last);
    }

    private List<RunCell> singles(RunFilter filter, List<Metric> metrics) {
        RunCondition condition = RunCondition.of(filter);
        Map<String, Metric> byCode = metrics.stream().collect(Collectors.toMap(Metric::code, metric -> metric));
        List<Row> rows = jdbc.sql(SINGLES.replace("{observations}", Observations.of(null, metrics))
                        .replace("{condition}", condition.sql()))
                .params(condition.parameters())
                .param("dimension", "")
                .param(
                        "own_metrics",
                        metrics.stream().filter(Metric::isOwn).map(Metric::name).collect(joining(",", "{", "}")))
                .query(Row.class)
                .list();
        Map<UUID, RunCell> cells = new LinkedHashMap<>();
        for (Row row : rows) {
            RunCell cell = cells.computeIfAbsent(row.id, id -> cell(row));
            if (row.metric != null && row.x != null && row.m != null) {
                cell.sums().put(byCode.get(row.metric), ClusterSums.of(row.x, row.m));
            }
        }
        return List.copyOf(cells.values());
    }

    private record Row(
            UUID id,
            OffsetDateTime startedAt,
            @Nullable String environment,
            @Nullable String promptVersion,
            @Nullable String triggeredBy,
            @Nullable String arbiterConfigVersion,
            @Nullable Double threshold,
            @Nullable String providers,
            @Nullable String types,
            @Nullable String difficulties,
            @Nullable String metric,
            @Nullable BigDecimal x,
            @Nullable BigDecimal m) {}

    private RunCell cell(Row row) {
        Map<Dimension, String> attributes = new HashMap<>();
        attributes.put(Dimension.ENVIRONMENT, row.environment);
        attributes.put(Dimension.PROMPT_VERSION, row.promptVersion);
        attributes.put(Dimension.TRIGGER, row.triggeredBy);
        attributes.put(Dimension.ARBITER_CONFIG, row.arbiterConfigVersion);
        attributes.values().removeIf(value -> value == null);
        return new RunCell(
                row.startedAt.toInstant(),
                row.id,
                attributes,
                1,
                row.threshold,
                Map.of(
                        Dimension.PROVIDER, counts(row.providers),
                        Dimension.TYPE, counts(row.types),
                        Dimension.DIFFICULTY, counts(row.difficulties)),
                new HashMap<>());
    }

    private Map<String, Double> counts(@Nullable String object) {
        Map<String, Double> counts = new HashMap<>();
        if (object != null) {
            json.readerFor(COUNTS)
                    .<Map<String, @Nullable Double>>readValue(object)
                    .forEach((name, count) -> {
                        if (count != null && count > 0 && count < Double.POSITIVE_INFINITY) {
                            counts.put(name, count);
                        }
                    });
        }
        return counts;
    }

    private List<RunCell> days(RunFilter filter, List<Metric> metrics, Instant first, Instant last) {
        List<Instant> bounds = bounds(first, last);
        RunFilter period = filter.within(filter.from() == null ? bounds.get(0) : filter.from(), filter.to());
        Map<Key, Map<Dimension, Map<String, Double>>> counts = new HashMap<>();
        for (Dimension mix : MIXES) {
            Metric counted =
                    mix.equals(Dimension.PROVIDER) ? Metric.API_CALLS_PER_GENERATED_QUESTION : Metric.QUANTITY_PER_RUN;
            rollups.read(Selection.of(period, List.of(counted))
                            .by(Dimension.PROMPT_VERSION, mix)
                            .in(bounds))
                    .forEach(sums -> {
                        ClusterSums found = sums.of(counted);
                        double count = (mix.equals(Dimension.PROVIDER) ? found.m() : found.x()).doubleValue();
                        if (count > 0) {
                            counts.computeIfAbsent(new Key(sums.key(0), sums.bucket()), key -> new HashMap<>())
                                    .computeIfAbsent(mix, dimension -> new HashMap<>())
                                    .merge(String.valueOf(sums.key(1)), count, Double::sum);
                        }
                    });
        }
        List<Metric> all = Stream.concat(metrics.stream(), Stream.of(Observations.RUNS, Metric.ARBITER_THRESHOLD))
                .distinct()
                .toList();
        List<Sums> found =
                rollups.read(Selection.of(period, all).by(Dimension.OF_RUNS).in(bounds));
        int version = Dimension.OF_RUNS.indexOf(Dimension.PROMPT_VERSION);
        Map<Key, Long> runs = new HashMap<>();
        found.forEach(sums -> runs.merge(new Key(sums.key(version), sums.bucket()), sums.finished(), Long::sum));
        List<RunCell> cells = new ArrayList<>();
        for (Sums sums : found) {
            Key key = new Key(sums.key(version), sums.bucket());
            double share = runs.get(key) == 0 ? 0 : (double) sums.finished() / runs.get(key);
            Map<Dimension, String> attributes = new HashMap<>();
            for (int i = 0; i < Dimension.OF_RUNS.size(); i++) {
                if (sums.key(i) != null) {
                    attributes.put(Dimension.OF_RUNS.get(i), sums.key(i));
                }
            }
            Map<Metric, ClusterSums> values = new HashMap<>();
            all.forEach(metric -> values.put(metric, sums.of(metric)));
            cells.add(new RunCell(
                    bounds.get(sums.bucket()),
                    null,
                    attributes,
                    sums.finished(),
                    sums.of(Metric.ARBITER_THRESHOLD).ratio(),
                    scaled(counts.getOrDefault(key, Map.of()), share),
                    values));
        }
        return cells;
    }

    /** What a version's runs report on a day is taken to be spread over them evenly. */
    private static Map<Dimension, Map<String, Double>> scaled(
            Map<Dimension, Map<String, Double>> counts, double share) {
        Map<Dimension, Map<String, Double>> scaled = new HashMap<>();
        counts.forEach((dimension, names) -> {
            Map<String, Double> own = new HashMap<>();
            names.forEach((name, count) -> own.put(name, count * share));
            scaled.put(dimension, own);
        });
        return scaled;
    }

    private record Key(@Nullable String promptVersion, int bucket) {}

    private static List<Instant> bounds(Instant first, Instant last) {
        Instant start = first.truncatedTo(ChronoUnit.DAYS);
        long days = Duration.between(start, last).toDays() + 1;
        long length = (days + MAX_STRETCHES - 1) / MAX_STRETCHES;
        return Stream.iterate(start, at -> !at.isAfter(last), at -> at.plus(length, ChronoUnit.DAYS))
                .toList();
    }
}
