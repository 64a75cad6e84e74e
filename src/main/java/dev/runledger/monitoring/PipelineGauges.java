package dev.runledger.monitoring;

import static java.util.Map.entry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The pipeline's condition in numbers, for the five environments with the most recent runs. A rate that cannot be formed, as
 * nothing was counted, has no series.
 */
@Component
class PipelineGauges {

    /** The environments whose latest run is the most recent: a step of the recursion finds the next one in the index. */
    private static final String ENVIRONMENTS = """
            WITH RECURSIVE known(environment, n) AS (
                (SELECT environment, 1 FROM question_generation_runs
                  WHERE environment IS NOT NULL ORDER BY environment LIMIT 1)
                UNION ALL
                SELECT (SELECT run.environment FROM question_generation_runs run
                         WHERE run.environment > known.environment ORDER BY run.environment LIMIT 1), n + 1
                  FROM known
                 WHERE known.environment IS NOT NULL AND n < 100
            ), recent AS (
                SELECT known.environment,
                       (SELECT max(run.started_at) FROM question_generation_runs run
                         WHERE run.environment = known.environment AND run.started_at <= now()) AS last_started_at
                  FROM known
                 WHERE known.environment IS NOT NULL
                 ORDER BY last_started_at DESC NULLS LAST
                 LIMIT 5
            )
            """;

    private static final String RUNS = ENVIRONMENTS + """
            SELECT coalesce(recent.environment, '(other)') AS environment, run.status, count(*) AS value
              FROM question_generation_runs run
              LEFT JOIN recent ON recent.environment = run.environment
             WHERE run.started_at >= now() - interval '24 hours' AND run.started_at <= now()
             GROUP BY recent.environment, run.status
            """;

    private static final String LAST_SUCCESS = ENVIRONMENTS + """
            SELECT recent.environment, extract(epoch FROM last.started_at) AS value
              FROM recent
             CROSS JOIN LATERAL (
                SELECT run.started_at FROM question_generation_runs run
                 WHERE run.environment = recent.environment AND run.status = 'success'
                   AND run.started_at >= now() - interval '90 days'
                 ORDER BY run.started_at DESC
                 LIMIT 1
             ) last
            """;

    private static final String GOING_ON = """
            SELECT CASE WHEN stuck_at IS NULL THEN 'going' ELSE 'stuck' END AS state, count(*) AS value
              FROM question_generation_runs
             WHERE status = 'running'
             GROUP BY stuck_at IS NULL
            """;

    private static final String RATES = """
            SELECT rate.name, rate.part / nullif(rate.whole, 0) AS value
              FROM (SELECT sum(questions_requested)::float AS requested, sum(questions_generated)::float AS generated,
                           sum(questions_evaluated)::float AS evaluated, sum(questions_approved)::float AS approved,
                           sum(duplicates_found)::float AS duplicates, sum(questions_inserted)::float AS inserted
                      FROM question_generation_runs
                     WHERE status <> 'running' AND started_at >= now() - interval '24 hours' AND started_at <= now()) day
             CROSS JOIN LATERAL (VALUES
                    ('generation_success', day.generated, day.requested),
                    ('approval', day.approved, day.evaluated),
                    ('duplicate', day.duplicates, day.approved),
                    ('overall_success', day.inserted, day.requested)) AS rate(name, part, whole)
            """;

    private static final String ALERT_MESSAGES = """
            SELECT lower(states.state) AS state, count(message.id) AS value
              FROM (VALUES ('WAITING'), ('GIVEN_UP')) AS states(state)
              LEFT JOIN alert_message message ON message.state = states.state AND message.state <> 'DELIVERED'
             GROUP BY states.state
            """;

    private static final String ALERTS_FIRING = """
            SELECT count(*) AS value FROM alert WHERE resolved_at IS NULL AND withdrawn_at IS NULL
            """;

    private static final String CHANGES = """
            SELECT states.state, states.value
              FROM (VALUES
                    ('waiting', (SELECT count(*) FROM run_change
                                  WHERE run_id NOT IN (SELECT run_id FROM fold_failure))),
                    ('set_aside', (SELECT count(*) FROM run_change
                                    WHERE run_id IN (SELECT run_id FROM fold_failure WHERE set_aside_at IS NOT NULL)))
                   ) AS states(state, value)
            """;

    private static final String NOTIFICATIONS = "SELECT count(*) AS value FROM run_notification";

    private static final Logger log = LoggerFactory.getLogger(PipelineGauges.class);

    private final JdbcClient jdbc;
    private final Map<String, MultiGauge> gauges;

    PipelineGauges(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.gauges = Map.ofEntries(
                entry(RUNS, gauge(registry, "runledger.runs.last.day", "Runs that started in the last 24 hours.")),
                entry(
                        LAST_SUCCESS,
                        gauge(
                                registry,
                                "runledger.last.success.timestamp.seconds",
                                "When the latest successful run of the last 90 days started, in seconds since 1970.")),
                entry(
                        GOING_ON,
                        gauge(
                                registry,
                                "runledger.runs.running",
                                "Runs that have not ended, and of these those declared stuck.")),
                entry(
                        ALERT_MESSAGES,
                        gauge(
                                registry,
                                "runledger.alert.messages",
                                "Messages about alerts that wait to be taken, and those given up within the last 30 days.")),
                entry(ALERTS_FIRING, gauge(registry, "runledger.alerts.firing", "Alerts that are not resolved.")),
                entry(
                        CHANGES,
                        gauge(
                                registry,
                                "runledger.changes",
                                "Changes of runs that wait to be folded into rollups, and those set aside as they cannot be.")),
                entry(
                        NOTIFICATIONS,
                        gauge(
                                registry,
                                "runledger.notifications.waiting",
                                "Changes of runs that subscribers are not notified of yet.")),
                entry(
                        RATES,
                        gauge(
                                registry,
                                "runledger.rate.last.day",
                                "Pooled rates of the runs that started in the last 24 hours, 0 to 1.")));
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    @Scheduled(fixedDelayString = "15s")
    void refresh() {
        try {
            gauges.forEach((sql, gauge) -> gauge.register(rows(sql), true));
        } catch (DataAccessException e) {
            // Health says so, and a scrape shows the last known values.
            log.debug("The pipeline's gauges could not be read", e);
        }
    }

    /** One row per series: its number is called value, all other columns are labels. */
    private List<Row<?>> rows(String sql) {
        List<Row<?>> rows = new ArrayList<>();
        for (Map<String, Object> row : jdbc.sql(sql).query().listOfRows()) {
            if (row.get("value") instanceof Number value) {
                Tags tags = Tags.empty();
                for (Map.Entry<String, Object> label : row.entrySet()) {
                    if (!label.getKey().equals("value")) {
                        tags = tags.and(label.getKey(), String.valueOf(label.getValue()));
                    }
                }
                rows.add(Row.of(tags, value.doubleValue()));
            }
        }
        return rows;
    }
}
