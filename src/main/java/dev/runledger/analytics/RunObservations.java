package dev.runledger.analytics;

import static java.util.stream.Collectors.joining;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Single runs as observations of metrics, in order of time. */
@Component
class RunObservations {

    private static final String OBSERVATIONS = """
            SELECT run.id, run.started_at, {key} AS key, {group} AS group_key, run.prompt_version, run.arbiter_config_version,
                   observed.metric, observed.x, observed.m
              FROM (SELECT run.*
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND {condition}
                     ORDER BY run.started_at, run.id
                     LIMIT :limit) run
              {join} LATERAL ({observations}) observed ON true
             ORDER BY run.started_at, run.id
            """;

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
            Map<Metric, ClusterSums> sums) {

        ClusterSums of(Metric metric) {
            return sums.getOrDefault(metric, ClusterSums.NONE);
        }
    }

    /** Of the finished runs in the filter, the first {@code limit}. */
    List<Single> read(
            RunFilter filter,
            List<Metric> metrics,
            @Nullable Dimension dimension,
            @Nullable Dimension within,
            int limit) {
        List<Dimension> names = dimension != null && !dimension.isOfRuns() ? List.of(dimension) : List.of();
        RunCondition condition = RunCondition.of(filter);
        Map<String, Metric> byCode = metrics.stream().collect(Collectors.toMap(Metric::code, metric -> metric));
        List<Observed> found = jdbc.sql(OBSERVATIONS
                        .replace("{key}", names.isEmpty() ? column(dimension) : "observed.key")
                        .replace("{group}", column(within))
                        .replace("{join}", names.isEmpty() ? "LEFT JOIN" : "JOIN")
                        .replace("{observations}", Observations.of(names, metrics))
                        .replace("{condition}", condition.sql()))
                .params(condition.parameters())
                .param("limit", limit)
                .param("dimensions", names.stream().map(Dimension::code).collect(joining(",", "{", "}")))
                .param(
                        "own_metrics",
                        metrics.stream().filter(Metric::isOwn).map(Metric::name).collect(joining(",", "{", "}")))
                .query(Observed.class)
                .list();
        Map<RunAndKey, Single> singles = new LinkedHashMap<>();
        for (Observed run : found) {
            Single single = singles.computeIfAbsent(
                    new RunAndKey(run.id(), run.key()),
                    first -> new Single(
                            run.startedAt().toInstant(),
                            run.key(),
                            run.groupKey(),
                            run.promptVersion(),
                            run.arbiterConfigVersion(),
                            new HashMap<>()));
            if (run.metric() != null) {
                single.sums().put(byCode.get(run.metric()), ClusterSums.of(run.x(), run.m()));
            }
        }
        return List.copyOf(singles.values());
    }

    private record Observed(
            UUID id,
            OffsetDateTime startedAt,
            @Nullable String key,
            @Nullable String groupKey,
            @Nullable String promptVersion,
            @Nullable String arbiterConfigVersion,
            @Nullable String metric,
            @Nullable BigDecimal x,
            @Nullable BigDecimal m) {}

    private record RunAndKey(UUID id, @Nullable String key) {}

    private static String column(@Nullable Dimension dimension) {
        return dimension == null ? "NULL::text" : "run." + dimension.column();
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
