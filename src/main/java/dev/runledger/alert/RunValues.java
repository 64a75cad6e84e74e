package dev.runledger.alert;

import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.search.RunCondition;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The finished runs of a rule's scope with their values, in the order in which they started. */
@Component
class RunValues {

    private static final String LAST = """
            SELECT run.id, run.started_at, coalesce(run.completed_at, run.started_at) AS ended_at,
                   coalesce(observed.x, 0) AS x, coalesce(observed.m, 0) AS m
              FROM (SELECT run.*
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND %s
                     ORDER BY run.started_at DESC, run.id DESC
                     LIMIT :limit) run
              LEFT JOIN LATERAL (%s) observed ON true
             ORDER BY run.started_at, run.id
            """;

    private final JdbcClient jdbc;

    RunValues(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Row(UUID id, OffsetDateTime startedAt, OffsetDateTime endedAt, BigDecimal x, BigDecimal m) {

        RunValue value() {
            return new RunValue(id, startedAt.toInstant(), endedAt.toInstant(), x.doubleValue(), m.doubleValue());
        }
    }

    /** The last runs that the rule is about, at most so many. */
    List<RunValue> last(RuleDefinition rule, int limit) {
        RunCondition condition = RunCondition.of(rule.filter());
        Metric metric = rule.measured();
        return jdbc
                .sql(LAST.formatted(condition.sql(), Observations.of(null, List.of(metric))))
                .params(condition.parameters())
                .param("limit", limit)
                .param("own_metrics", metric.isOwn() ? "{" + metric.name() + "}" : "{}")
                .query(Row.class)
                .list()
                .stream()
                .map(Row::value)
                .toList();
    }
}
