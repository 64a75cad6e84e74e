package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runledger.OwnLedgerTest;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportReader;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
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
                        each -> Map.copyOf(each.groups()));
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
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.OK);
    }

    @Test
    void aProviderThatFailsIsNamedByItsOwnFiguresAndSoIsAValueOfAReportersOwnDimension() {
        UUID byProvider = administration
                .create(
                        Rules.grouped("by provider", Metric.PROVIDER_SUCCESS_RATE, 0.5, 3, Dimension.PROVIDER),
                        List.of())
                .id();
        RuleDefinition byModel =
                Rules.grouped("by model", Metric.PROVIDER_SUCCESS_RATE, 0.5, 2, Dimension.named("model"));
        UUID ofModels = administration.create(byModel, List.of()).id();
        for (int i = 0; i < 3; i++) {
            report(run -> {
                ObjectNode providers = run.putObject("provider_metrics");
                providers.putObject("openai").put("generated", 40).put("failures", 0);
                providers.putObject("anthropic").put("generated", 5).put("failures", 45);
                ObjectNode models = run.putObject("breakdowns").putObject("model");
                models.putObject("small").put("generated", 3).put("failures", 20);
                models.putObject("large").put("generated", 30).put("failures", 0);
            });
        }
        evaluation.evaluate(byProvider);
        evaluation.evaluate(ofModels);

        assertThat(all(byProvider)).singleElement().satisfies(alert -> {
            assertThat(alert.group()).isEqualTo("anthropic");
            assertThat(alert.evidence().value()).isEqualTo(0.1);
            assertThat(alert.evidence().runs()).hasSize(3);
        });
        assertThat(all(ofModels)).extracting(Alert::group).containsExactly("small");
        assertThat(backtest.run(byModel).firings())
                .extracting(Backtest.Found::group)
                .containsExactly("small");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rules.consecutive(Metric.PROVIDER_SUCCESS_RATE, 0.5, 3, 3))
                .withMessageContaining("which runs do not have");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rules.grouped("by provider", Metric.DURATION, 1, 3, Dimension.PROVIDER))
                .withMessageContaining("which names of PROVIDER do not have");
    }

    @Test
    void failuresAreCountedByExitCodeOrByAnErrorCategoryBeyondANumber() {
        UUID byCode = create("code", new FailureCondition(137, null, 0));
        UUID byCategory = create("category", new FailureCondition(null, "rate_limit", 5));
        report(run -> run.put("status", "failed").put("exit_code", 1));
        report(run -> errors(run, 5));
        evaluation.evaluate(byCode);
        evaluation.evaluate(byCategory);
        assertThat(all(byCode)).isEmpty();
        assertThat(all(byCategory)).isEmpty();

        report(run -> run.put("status", "failed").put("exit_code", 137));
        evaluation.evaluate(byCode);
        evaluation.evaluate(byCategory);
        assertThat(all(byCode)).singleElement().returns(true, Alert::isFiring);
        assertThat(all(byCategory)).isEmpty();

        report(run -> errors(run, 6));
        evaluation.evaluate(byCode);
        evaluation.evaluate(byCategory);
        assertThat(all(byCode)).singleElement().returns(false, Alert::isFiring);
        assertThat(all(byCategory)).singleElement().returns(true, Alert::isFiring);
    }

    @Test
    void aPausedRuleRaisesNothingAndGoesOnWithWhatFires() {
        UUID rule = create("failed", null);
        report(run -> run.put("status", "failed"));
        evaluation.evaluate(rule);
        Alert alert = all(rule).get(0);

        administration.pause(rule, true);
        assertThat(all(rule).get(0).withdrawnAt()).isNotNull();
        assertThat(rules.find(rule).pausedAt()).isNotNull();
        report(run -> run.put("status", "success"));
        report(run -> run.put("status", "failed"));
        evaluation.evaluate(rule);
        assertThat(all(rule)).hasSize(1);
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.NO_DATA);

        administration.pause(rule, false);
        assertThat(all(rule)).hasSize(2).filteredOn(Alert::isFiring).hasSize(1);
        assertThat(alerts.find(alert.id()).resolved()).isNotNull();
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.FIRING);
    }

    private UUID create(String name, FailureCondition failure) {
        return administration.create(Rules.failed(name, failure), List.of()).id();
    }

    private static void errors(ObjectNode run, int count) {
        run.putObject("error_summary")
                .putObject("by_category")
                .put("rate_limit", count)
                .put("other", 100);
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
