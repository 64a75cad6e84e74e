package dev.runledger.analytics;

import static java.util.stream.Collectors.joining;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Selection.Running;
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
import java.util.Collection;
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

    /** In so many, the days at both ends are of little weight. */
    private static final int ENOUGH_DAYS = 7;

    /** What questions can be mixed of. */
    static final List<Dimension> MIXES = List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.DIFFICULTY);

    private static final int VERSION = Dimension.OF_RUNS.indexOf(Dimension.PROMPT_VERSION);

    private static final List<Dimension> VERSION_AND_MIXES =
            Stream.concat(Stream.of(Dimension.PROMPT_VERSION), MIXES.stream()).toList();

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

    private static final String LARGEST = """
            SELECT run.id, observed.m
              FROM question_generation_runs run
              CROSS JOIN LATERAL ({observations}) observed
             WHERE run.status <> 'running' AND {condition} AND observed.m > :more_than
             ORDER BY observed.m DESC, run.id
             LIMIT :limit
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

    /** What the runs of a filter come to by prompt version, and the finished ones in order of time. */
    record Versions(Map<@Nullable String, Sums> sums, List<RunCell> cells) {}

    /**
     * The runs of the filter by prompt version.
     *
     * @param figures what to sum of each version
     * @param metrics what to sum of each cell
     */
    Versions versions(RunFilter filter, MetricSelection figures, List<Metric> metrics) {
        if (filter.from() == null || filter.to() == null || !filter.from().isBefore(filter.to())) {
            return inTwo(filter, figures, metrics);
        }
        List<Instant> days = bounds(filter.from(), filter.to());
        // Of longer periods the first and the last run have to be known before they are cut into stretches.
        return days.size() < 2 || days.get(1).equals(nextDay(days.get(0)))
                ? inOne(filter, figures, metrics, days)
                : inTwo(filter, figures, metrics);
    }

    private Versions inTwo(RunFilter filter, MetricSelection figures, List<Metric> metrics) {
        Map<@Nullable String, Sums> versions = new HashMap<>();
        for (Sums sums : rollups.read(Selection.of(filter, figures.metrics())
                .by(Dimension.PROMPT_VERSION)
                .with(Running.AS_RUNS))) {
            versions.put(sums.key(), sums);
        }
        Seen seen = Seen.of(versions.values());
        return new Versions(
                versions, seen == null ? List.of() : read(filter, metrics, seen.finished(), seen.first(), seen.last()));
    }

    /** Ends of periods are read from the runs one by one, which takes longer than all the rest: once, then. */
    private Versions inOne(RunFilter filter, MetricSelection figures, List<Metric> metrics, List<Instant> days) {
        List<Metric> all = Stream.of(figures.metrics(), ofCells(metrics))
                .flatMap(List::stream)
                .distinct()
                .toList();
        List<Sums> found = rollups.read(Selection.of(filter, all)
                .by(Dimension.OF_RUNS)
                .in(days)
                .withExtremes()
                .with(Running.AS_RUNS));
        Map<@Nullable String, Sums> versions = new HashMap<>();
        found.forEach(sums -> versions.merge(sums.key(VERSION), sums, Sums::plus));
        Seen seen = Seen.of(versions.values());
        if (seen == null) {
            return new Versions(versions, List.of());
        }
        if (seen.finished() <= FEW_RUNS) {
            return new Versions(versions, singles(filter, metrics));
        }
        List<Instant> bounds = bounds(seen.first(), seen.last());
        int before = days.indexOf(bounds.get(0));
        List<Sums> finished = found.stream()
                .filter(sums -> sums.finished() > 0)
                .map(sums -> new Sums(sums.keys(), sums.bucket() - before, 0, sums.observed()))
                .toList();
        return new Versions(versions, days(filter, ofCells(metrics), bounds, seen.last(), finished));
    }

    /** The finished runs among sums: how many there are, when the first and the last of them began. */
    private record Seen(long finished, Instant first, Instant last) {

        /** Null if there are none. */
        static @Nullable Seen of(Collection<Sums> all) {
            Sums total = all.stream().reduce(Sums.NONE, Sums::plus);
            Instant first = Figures.moment(total.lowest(Observations.RUNS));
            Instant last = Figures.moment(total.highest(Observations.RUNS));
            return first == null || last == null ? null : new Seen(total.finished(), first, last);
        }
    }

    private List<RunCell> singles(RunFilter filter, List<Metric> metrics) {
        RunCondition condition = RunCondition.of(filter);
        Map<String, Metric> byCode = metrics.stream().collect(Collectors.toMap(Metric::code, metric -> metric));
        List<Row> rows = jdbc.sql(SINGLES.replace("{observations}", Observations.of(metrics))
                        .replace("{condition}", condition.sql()))
                .params(condition.parameters())
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

    /** A run and its denominator. */
    record Sized(UUID id, BigDecimal m) {}

    /** The finished runs of the filter whose denominators are greater than that, the largest first; at most so many. */
    List<Sized> largerThan(RunFilter filter, Metric metric, double m, int limit) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(LARGEST.replace("{observations}", Observations.of(List.of(metric)))
                        .replace("{condition}", condition.sql()))
                .params(condition.parameters())
                .param("own_metrics", metric.isOwn() ? "{" + metric.name() + "}" : "{}")
                .param("more_than", m)
                .param("limit", limit)
                .query(Sized.class)
                .list();
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
        List<Metric> all = ofCells(metrics);
        return days(
                filter,
                all,
                bounds,
                last,
                rollups.read(Selection.of(from(filter, bounds), all)
                        .by(Dimension.OF_RUNS)
                        .in(bounds)));
    }

    /** What is summed of each cell. */
    private static List<Metric> ofCells(List<Metric> metrics) {
        return Stream.concat(metrics.stream(), Stream.of(Observations.RUNS, Metric.ARBITER_THRESHOLD))
                .distinct()
                .toList();
    }

    private static RunFilter from(RunFilter filter, List<Instant> bounds) {
        return filter.within(filter.from() == null ? bounds.get(0) : filter.from(), filter.to());
    }

    /** @param found the finished runs by attributes and bounds */
    private List<RunCell> days(
            RunFilter filter, List<Metric> all, List<Instant> bounds, Instant last, List<Sums> found) {
        // The mix of the days at both ends is read from whole days, since reading runs one by one would take longer
        // than all the rest.
        boolean wholeDays = bounds.size() >= ENOUGH_DAYS && Selection.isKnownToRollup(filter);
        RunFilter days = wholeDays ? filter.within(bounds.get(0), nextDay(last)) : from(filter, bounds);
        Map<Key, Map<Dimension, Map<String, Double>>> counts = new HashMap<>();
        Map<Key, Long> runs = new HashMap<>();
        for (Sums sums : rollups.read(Selection.of(days, List.of(Metric.PROVIDER_SUCCESS_RATE, Metric.QUANTITY_PER_RUN))
                .by(VERSION_AND_MIXES)
                .in(bounds)
                .withoutSquares())) {
            Key key = new Key(sums.key(0), sums.bucket());
            runs.merge(key, sums.of(Metric.QUANTITY_PER_RUN).m().longValue(), Long::max);
            for (int i = 1; i < VERSION_AND_MIXES.size(); i++) {
                Dimension mix = VERSION_AND_MIXES.get(i);
                Metric counted =
                        mix.equals(Dimension.PROVIDER) ? Metric.PROVIDER_SUCCESS_RATE : Metric.QUANTITY_PER_RUN;
                double count = sums.of(counted).x().doubleValue();
                if (sums.key(i) != null && count > 0) {
                    counts.computeIfAbsent(key, day -> new HashMap<>())
                            .computeIfAbsent(mix, dimension -> new HashMap<>())
                            .merge(sums.key(i), count, Double::sum);
                }
            }
        }
        // Of the days at both ends, which may not be whole, there are as many runs as name what they are mixed of.
        Map<Key, Long> selected = new HashMap<>();
        found.forEach(sums -> selected.merge(new Key(sums.key(VERSION), sums.bucket()), sums.finished(), Long::sum));
        selected.forEach((key, count) -> {
            boolean isPartOfDays = wholeDays && (key.bucket == 0 || key.bucket == bounds.size() - 1);
            runs.put(key, isPartOfDays ? Math.max(count, runs.getOrDefault(key, 0L)) : count);
        });
        List<RunCell> cells = new ArrayList<>();
        for (Sums sums : found) {
            Key key = new Key(sums.key(VERSION), sums.bucket());
            long ofKey = runs.getOrDefault(key, 0L);
            double share = ofKey == 0 ? 0 : (double) sums.finished() / ofKey;
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

    private static Instant nextDay(Instant moment) {
        return moment.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
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
