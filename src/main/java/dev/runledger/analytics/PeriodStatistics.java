package dev.runledger.analytics;

import dev.runledger.run.RunCondition;
import dev.runledger.run.RunFilter;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Answers the REST statistics of a period. */
@Service
public class PeriodStatistics {

    private static final String TOTALS = """
            SELECT count(*)                                           AS runs,
                   count(*) FILTER (WHERE status = 'success')         AS successful_runs,
                   count(*) FILTER (WHERE status = 'failed')          AS failed_runs,
                   count(*) FILTER (WHERE status = 'partial_failure') AS partial_failure_runs,
                   coalesce(sum(questions_requested), 0)              AS questions_requested,
                   coalesce(sum(questions_generated), 0)              AS questions_generated,
                   coalesce(sum(questions_inserted), 0)               AS questions_inserted,
                   coalesce(sum(duplicates_found), 0)                 AS duplicates_found,
                   coalesce(sum(total_api_calls), 0)                  AS api_calls,
                   coalesce(sum(total_errors), 0)                     AS errors,
                   avg(overall_success_rate)                          AS mean_overall_success_rate,
                   avg(approval_rate)                                 AS mean_approval_rate,
                   avg(avg_arbiter_score)                             AS mean_arbiter_score,
                   avg(duplicate_rate)                                AS mean_duplicate_rate,
                   avg(duration_seconds)                              AS mean_duration_seconds,
                   min(min_arbiter_score)                             AS min_arbiter_score,
                   max(max_arbiter_score)                             AS max_arbiter_score,
                   sum(total_cost_usd)                                AS cost_usd
              FROM question_generation_runs
             WHERE %s
            """;

    private static final String PROVIDERS = """
            SELECT provider.key                                              AS provider,
                   coalesce(sum(%1$s), 0) AS generated,
                   coalesce(sum(%2$s), 0) AS api_calls,
                   coalesce(sum(%3$s), 0) AS failures
              FROM question_generation_runs
             CROSS JOIN LATERAL jsonb_each(provider_metrics) provider
             WHERE %%s
             GROUP BY provider.key
             ORDER BY provider.key COLLATE "C"
            """.formatted(number("generated"), number("api_calls"), number("failures"));

    /** The first half is total / 2 runs, rounded down, so the middle one of an odd number is recent. */
    private static final String TRENDS = """
            WITH numbered AS (
                SELECT overall_success_rate,
                       approval_rate,
                       row_number() OVER (ORDER BY started_at, id) <= count(*) OVER () / 2 AS older
                  FROM question_generation_runs
                 WHERE %s
            )
            SELECT avg(overall_success_rate) FILTER (WHERE older)     AS older_success_rate,
                   avg(overall_success_rate) FILTER (WHERE NOT older) AS recent_success_rate,
                   avg(approval_rate) FILTER (WHERE older)            AS older_approval_rate,
                   avg(approval_rate) FILTER (WHERE NOT older)        AS recent_approval_rate
              FROM numbered
            """;

    private final JdbcClient jdbc;

    PeriodStatistics(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The figures of the runs in the filter, all of them as of one moment. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public PeriodFigures figures(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return new PeriodFigures(
                query(TOTALS, condition).query(PeriodFigures.Totals.class).single(),
                query(PROVIDERS, condition)
                        .query(PeriodFigures.ProviderTotals.class)
                        .list(),
                query(TRENDS, condition).query(PeriodFigures.Trends.class).single());
    }

    private JdbcClient.StatementSpec query(String sql, RunCondition condition) {
        return jdbc.sql(sql.formatted(condition.sql())).params(condition.parameters());
    }

    /** A member of a provider's metrics, where it is a number. */
    private static String number(String member) {
        return "CASE WHEN jsonb_typeof(provider.value -> '%1$s') = 'number' THEN (provider.value ->> '%1$s')::numeric END"
                .formatted(member);
    }
}
