package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportReader;
import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Rules that are evaluated for each value of a dimension apart, that count some failures only, and that are paused. */
@OwnLedgerTest
class AlertGroupsTests {

    @Autowired
    AlertAdministration administration;

    @Autowired
    AlertRules rules;

    @Autowired
    Alerts alerts;

    @Autowired
    AlertEvaluation evaluation;

    @Autowired
    Backtest backtest;

    @Autowired
    RunValues values;

    @Autowired
    AlertNotifications notifications;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    JdbcClient jdbc;

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofDays(30));
    private int runs;

    @AfterEach
    void deleteAll() {
        jdbc.sql("DELETE FROM alert_rule").update();
        jdbc.sql("DELETE FROM question_generation_runs").update();
    }

    @Test
    void eachEnvironmentFiresByItselfLiveAsInABacktest() {
        RuleDefinition definition =
                Rules.grouped("by environment", Metric.OVERALL_SUCCESS_RATE, 0.5, 2, Dimension.ENVIRONMENT);
        UUID rule = administration.create(definition, List.of()).id();
        // Bad runs of staging lie between good ones of production: together no two in a row would be bad.
        for (int i = 0; i < 4; i++) {
            report(run -> run.put("environment", "staging").put("questions_inserted", 10));
            report(run -> run.put("environment", "production").put("questions_inserted", 90));
            evaluation.evaluate(rule);
        }
        report(run -> run.remove("environment"));
        evaluation.evaluate(rule);

        assertThat(all(rule)).singleElement().returns("staging", Alert::group).returns(true, Alert::isFiring);
        assertThat(rules.find(rule))
                .returns(AlertState.FIRING, AlertRule::state)
                .returns(
                        Map.of("production", AlertState.OK, "staging", AlertState.FIRING),
                        each -> states(each.groups()));
        Alert alert = all(rule).get(0);
        assertThat(backtest.run(definition).firings()).singleElement().satisfies(found -> {
            assertThat(found.group()).isEqualTo("staging");
            assertThat(Alert.End.of(found.firing().firedBy())).isEqualTo(alert.fired());
            assertThat(found.firing().evidence()).isEqualTo(alert.evidence());
        });
        assertThat(backtest.run(Rules.consecutive(Metric.OVERALL_SUCCESS_RATE, 0.5, 2, 2))
                        .firings())
                .isEmpty();

        jdbc.sql("DELETE FROM question_generation_runs WHERE environment = 'staging'")
                .update();
        evaluation.evaluate(rule);
        assertThat(all(rule).get(0).withdrawnAt()).isNotNull();
        assertThat(rules.find(rule))
                .returns(AlertState.OK, AlertRule::state)
                .returns(
                        AlertState.NO_DATA, each -> each.groups().get("staging").state());
    }

    @ParameterizedTest
    @EnumSource(AlertKind.class)
    void aGroupThatHadDataAndHasNoneNowSaysSoWhateverTheKindLiveAsInABacktest(AlertKind kind) {
        RuleDefinition definition = byEnvironment(kind);
        UUID rule = administration.create(definition, List.of()).id();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instant stagingEnds = now.minus(Duration.ofDays(5));
        hourly("staging", stagingEnds, 100);
        hourly("production", stagingEnds, 100);
        evaluateAt(rule, stagingEnds.plusSeconds(60));
        assertThat(states(rules.find(rule).groups()))
                .isEqualTo(Map.of("production", AlertState.OK, "staging", AlertState.OK));

        hourly("production", now, 119);
        evaluateAt(rule, now);

        // That no run begins is what MISSING is about.
        AlertState gone = kind == AlertKind.MISSING ? AlertState.FIRING : AlertState.NO_DATA;
        assertThat(states(rules.find(rule).groups())).isEqualTo(Map.of("production", AlertState.OK, "staging", gone));
        assertThat(new Backtest(values, at(now)).run(definition).groups())
                .isEqualTo(states(rules.find(rule).groups()));

        // It neither fires nor is all right for a run that reports nothing of what is looked at.
        insert("staging", now.minusSeconds(7200), null);
        evaluateAt(rule, now);
        AlertState meanwhile = rules.find(rule).groups().get("staging").state();
        switch (kind) {
            case MISSING -> {}
            case STUCK, SLOW -> assertThat(meanwhile).isEqualTo(AlertState.OK);
            default -> assertThat(meanwhile).isEqualTo(AlertState.NO_DATA);
        }
        insert("staging", now.minusSeconds(3600), 90);
        evaluateAt(rule, now);
        assertThat(states(rules.find(rule).groups()))
                .isEqualTo(Map.of("production", AlertState.OK, "staging", AlertState.OK));
        assertThat(new Backtest(values, at(now)).run(definition).groups())
                .isEqualTo(states(rules.find(rule).groups()));

        Instant later = now.plus(Duration.ofDays(110));
        hourly("production", later, 40);
        evaluateAt(rule, later);
        if (kind != AlertKind.MISSING) {
            assertThat(states(rules.find(rule).groups())).containsOnlyKeys("production");
            assertThat(new Backtest(values, at(later)).run(definition).groups()).containsOnlyKeys("production");
        }
    }

    private static Map<String, AlertState> states(Map<String, GroupState> groups) {
        return groups.entrySet().stream()
                .filter(each -> each.getValue().revision() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().state()));
    }

    private static Double threshold(AlertKind kind) {
        return switch (kind) {
            case CONSECUTIVE, RATE -> 0.5;
            case BUDGET -> 1000.0;
            default -> null;
        };
    }

    private static RuleDefinition byEnvironment(AlertKind kind) {
        Timing timing = switch (kind) {
            case MISSING -> Timing.of("0 * * * *", "UTC", 3600, null, null, null, false);
            case STUCK -> Timing.of(null, "UTC", 0, 3600L, null, null, false);
            case SLOW -> Timing.of(null, "UTC", 0, null, 3.0, null, false);
            case BUDGET -> Timing.of(null, "UTC", 0, null, null, BudgetPeriod.DAY, false);
            default -> null;
        };
        return RuleDefinition.of(
                "by environment",
                kind,
                kind.hasMetric() ? Metric.OVERALL_SUCCESS_RATE : null,
                RunFilter.ALL,
                null,
                threshold(kind),
                null,
                null,
                null,
                null,
                0.9,
                timing,
                kind == AlertKind.FAILED ? new FailureCondition(137, null, 0) : null,
                null,
                Dimension.ENVIRONMENT);
    }

    private void evaluateAt(UUID rule, Instant now) {
        transaction.executeWithoutResult(
                nothing -> new AlertEvaluation(rules, alerts, values, notifications, at(now)).evaluate(rule));
    }

    private static Clock at(Instant now) {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    /** So many runs, the last one half an hour before then. */
    private void hourly(String environment, Instant until, int count) {
        insert(environment, until.minusSeconds(1800), 90, count);
    }

    private void insert(String environment, Instant start, Integer percent) {
        insert(environment, start, percent, 1);
    }

    /** @param percent of success; null for partial failures that report neither that, nor their exit code, nor what they cost */
    private void insert(String environment, Instant last, Integer percent, int count) {
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, completed_at, status, environment, exit_code, total_cost_usd, questions_requested, questions_inserted)
                SELECT gen_random_uuid(), start, start + interval '5 minutes',
                       CASE WHEN :isWhole THEN 'success' ELSE 'partial_failure' END, :environment,
                       CASE WHEN :isWhole THEN 0 END, CASE WHEN :isWhole THEN 0.1 END,
                       CASE WHEN :isWhole THEN 100 ELSE 0 END, coalesce(CAST(:percent AS integer), 0)
                  FROM (SELECT CAST(:last AS timestamptz) - hour * interval '1 hour' AS start
                          FROM generate_series(0, :count - 1) hour) starts
                """)
                .param("last", last.atOffset(ZoneOffset.UTC))
                .param("environment", environment)
                .param("isWhole", percent != null)
                .param("percent", percent)
                .param("count", count)
                .update();
    }

    private UUID create(String name, FailureCondition failure) {
        return administration.create(Rules.failed(name, failure), List.of()).id();
    }

    private static ObjectNode errors(ObjectNode run, int count) {
        run.putObject("error_summary")
                .putObject("by_category")
                .put("rate_limit", count)
                .put("other", 100);
        return run;
    }

    private List<Alert> all(UUID rule) {
        return alerts.page(new Alerts.Selection(rule, false, null), null, 100);
    }

    private void report(Consumer<ObjectNode> more) {
        Instant startedAt = start.plus(Duration.ofHours(++runs));
        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("started_at", startedAt.toString())
                .put("completed_at", startedAt.plusSeconds(300).toString())
                .put("status", "success")
                .put("environment", "production")
                .put("questions_requested", 100)
                .put("questions_inserted", 90);
        more.accept(report);
        ledger.record(reader.read(report), null);
    }
}
