package dev.runledger.analytics;

import static java.util.stream.Collectors.joining;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Measure;
import dev.runledger.rollup.Measure.Six;
import dev.runledger.rollup.ProviderMeasure;
import dev.runledger.rollup.RollupTable;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Single runs as observations of metrics, in order of time. */
@Component
class RunObservations {

    private final JdbcClient jdbc;

    RunObservations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One run, or one provider of one run. */
    record Single(
            Instant startedAt,
            @Nullable String key,
            @Nullable String group,
            @Nullable String promptVersion,
            @Nullable String arbiterConfig,
            Map<Metric, ClusterSums> sums) {}

    /** Of the finished runs in the filter, the first {@code limit}. */
    List<Single> read(
            RunFilter filter,
            List<Metric> metrics,
            @Nullable Dimension dimension,
            @Nullable Dimension within,
            int limit) {
        boolean providers = dimension == Dimension.PROVIDER;
        Function<Metric, Six> six = providers ? ProviderMeasure::of : Measure::of;
        RunCondition condition = RunCondition.of(filter);
        String columns = IntStream.range(0, metrics.size())
                .mapToObj(i -> "%s AS x%d, %s AS m%d"
                        .formatted(
                                six.apply(metrics.get(i)).x().sql(),
                                i,
                                six.apply(metrics.get(i)).m().sql(),
                                i))
                .collect(joining(", "));
        return jdbc.sql("""
                SELECT run.started_at, %s AS key, %s AS group_key, run.prompt_version, run.arbiter_config_version, %s
                  FROM %s
                  %s
                 ORDER BY run.started_at, run.id
                 LIMIT :limit
                """.formatted(
                                column(dimension),
                                column(within),
                                columns,
                                Measure.rows(
                                        "question_generation_runs",
                                        "run.status <> 'running' AND " + condition.sql(),
                                        metrics.stream()
                                                .flatMap(metric -> six.apply(metric).all().stream())
                                                .toList()),
                                (providers ? RollupTable.PROVIDERS : RollupTable.RUNS).each()))
                .params(condition.parameters())
                .param("limit", limit)
                .query((row, number) -> {
                    Map<Metric, ClusterSums> sums = new EnumMap<>(Metric.class);
                    for (int i = 0; i < metrics.size(); i++) {
                        sums.put(
                                metrics.get(i), ClusterSums.of(row.getBigDecimal("x" + i), row.getBigDecimal("m" + i)));
                    }
                    return new Single(
                            row.getObject("started_at", OffsetDateTime.class).toInstant(),
                            row.getString("key"),
                            row.getString("group_key"),
                            row.getString("prompt_version"),
                            row.getString("arbiter_config_version"),
                            sums);
                })
                .list();
    }

    private static String column(@Nullable Dimension dimension) {
        if (dimension == null) {
            return "NULL::text";
        }
        return dimension == Dimension.PROVIDER ? RollupTable.PROVIDERS.rawKey("provider") : "run." + dimension.column();
    }

    /** What the last runs before a moment (under false) and the first ones from it on (under true) were made with. */
    Map<Boolean, List<Single>> around(RunFilter filter, Instant moment, int runs) {
        return Map.of(
                false, nearest(filter.within(filter.from(), moment), "DESC", runs),
                true, nearest(filter.within(moment, filter.to()), "ASC", runs));
    }

    private List<Single> nearest(RunFilter filter, String direction, int runs) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql("""
                SELECT run.started_at, run.prompt_version, run.arbiter_config_version
                  FROM question_generation_runs run
                 WHERE run.status <> 'running' AND %1$s
                 ORDER BY run.started_at %2$s, run.id %2$s
                 LIMIT :limit
                """.formatted(condition.sql(), direction))
                .params(condition.parameters())
                .param("limit", runs)
                .query((row, number) -> new Single(
                        row.getObject("started_at", OffsetDateTime.class).toInstant(),
                        null,
                        null,
                        row.getString("prompt_version"),
                        row.getString("arbiter_config_version"),
                        Map.of()))
                .list();
    }

    /** The key that occurs most often; null if there is none, or it is absent most often. */
    static @Nullable String mostFrequent(List<Single> runs, Function<Single, @Nullable String> key) {
        return runs.stream()
                .collect(Collectors.groupingBy(run -> Optional.ofNullable(key.apply(run)), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .flatMap(Map.Entry::getKey)
                .orElse(null);
    }
}
