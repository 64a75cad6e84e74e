package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Evaluation of histories that grow, and are changed after the fact. */
@RunledgerTest
class AlertEvaluationTests {

    /** After the rules are made. */
    private static final Instant START =
            Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofDays(1));

    @Autowired
    AlertAdministration administration;

    @Autowired
    AlertRules rules;

    @Autowired
    Alerts alerts;

    @Autowired
    AlertSchedule schedule;

    @Autowired
    AlertEvaluation evaluation;

    @Autowired
    RunValues values;

    @Autowired
    AlertNotifications notifications;

    @Autowired
    Backtest backtest;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transaction;

    private final String environment = "a" + UUID.randomUUID().toString().substring(0, 18);
    private final RunFilter filter = RunFilter.during(null, null, List.of(), List.of(environment), null);

    private UUID rule;

    @AfterEach
    void deleteAll() {
        administration.delete(rule);
        jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .update();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void replayingTheHistoryGivesTheRecordedFirings(long seed) {
        Random random = new Random(seed);
        create(3, 4);
        List<UUID> runs = new ArrayList<>();
        for (int step = 0; step < 120; step++) {
            int kind = random.nextInt(10);
            if (kind < 8 || runs.isEmpty()) {
                // Some come late.
                int hour = kind < 6 ? step : random.nextInt(step + 1);
                runs.add(insert(hour, random.nextInt(100)));
            } else if (kind == 8) {
                delete(runs.remove(random.nextInt(runs.size())));
            } else {
                jdbc.sql(
                                "UPDATE question_generation_runs SET questions_inserted = 100 - questions_inserted WHERE id = :id")
                        .param("id", runs.get(random.nextInt(runs.size())))
                        .update();
            }
            if (random.nextInt(3) == 0) {
                evaluation.evaluate(rule);
            }
        }
        evaluation.evaluate(rule);

        assertThat(recorded()).hasSizeGreaterThan(3).containsExactlyElementsOf(replayed());
        assertThat(rules.find(rule).state())
                .isEqualTo(backtest.run(definition()).state());
    }

    static List<Metric> metricsOfTheIndex() {
        return List.of(
                Metric.APPROVAL_RATE,
                Metric.RUN_FAILURE_RATE,
                Metric.DUPLICATE_RATE,
                Metric.INSERTION_FAILURE_RATE,
                Metric.ARBITER_SCORE,
                Metric.DURATION,
                Metric.COST_PER_RUN,
                Metric.COST_PER_INSERTED_QUESTION,
                Metric.TOKENS_PER_RUN);
    }

    @ParameterizedTest
    @MethodSource("metricsOfTheIndex")
    void theHistoryOfARuleIsReadFromTheIndexAlone(Metric metric) {
        create(3, 4);

        List<String> plan = transaction.execute(status -> {
            jdbc.sql("SET LOCAL enable_seqscan = off").update();
            return jdbc.sql("EXPLAIN " + RunValues.sql(Rules.rate(metric, 0.5)))
                    .param("limit", 100_000)
                    .query(String.class)
                    .list();
        });

        assertThat(plan).anyMatch(line -> line.contains("Index Only Scan using ix_qgr_history"));
    }

    @Test
    void aRunWhoseFiguresNobodyKnowsHasNoValue() {
        create(3, 3);
        insert(0, 10);
        UUID unknown = insert(1, 0);
        insert(2, 10);
        jdbc.sql(
                        "UPDATE question_generation_runs SET report_warnings = '[{\"type\": \"figures_unknown\"}]' WHERE id = :id")
                .param("id", unknown)
                .update();

        Backtest.Result result = backtest.run(definition());

        assertThat(result.firings()).isEmpty();
        assertThat(result.values()).extracting(RunValue::m).containsExactly(100.0, 0.0, 100.0);
    }

    @Test
    void aHistoryOfWhichOnlyTheLastRunsAreLookedAtFiresAsTheWholeDoes() {
        Random random = new Random(5);
        create(3, 4);
        AlertEvaluation ofLastRuns = new AlertEvaluation(rules, alerts, values, notifications, Clock.systemUTC(), 25);
        for (int hour = 0; hour < 150; hour++) {
            // Long spells, some of them longer than what is looked at.
            insert(hour, hour / 40 % 2 == 0 ? random.nextInt(100) : random.nextInt(45));
            transaction.executeWithoutResult(nothing -> ofLastRuns.evaluate(rule));
        }

        assertThat(recorded()).hasSizeGreaterThan(3).containsExactlyElementsOf(replayed());
    }

    /** Of which only the last runs are looked at each time, some of them come late, and the clock runs where none does. */
    @Test
    void aRateOverHoursFiresLiveAsInABacktest() {
        Random random = new Random(7);
        RuleDefinition definition = Rules.rateOfHours(Metric.OVERALL_SUCCESS_RATE, filter, 0.5, 24);
        rule = administration.create(definition, List.of()).id();
        List<UUID> runs = new ArrayList<>();
        for (int hour = 0; hour < 1_500; hour++) {
            if (random.nextInt(4) == 0) {
                int start = random.nextInt(4) == 0 ? Math.max(0, hour - random.nextInt(20)) : hour;
                runs.add(insert(start, start / 60 % 2 == 0 ? 40 + random.nextInt(60) : random.nextInt(60)));
            }
            if (random.nextInt(2) == 0) {
                AlertEvaluation then = new AlertEvaluation(rules, alerts, values, notifications, at(hour), 100);
                transaction.executeWithoutResult(nothing -> then.evaluate(rule));
            }
        }
        Clock end = at(1_501);
        transaction.executeWithoutResult(
                nothing -> new AlertEvaluation(rules, alerts, values, notifications, end, 100).evaluate(rule));

        Backtest.Result replayed = new Backtest(values, end).run(definition);
        assertThat(recorded()).hasSizeGreaterThan(3).containsExactlyElementsOf(ends(replayed));
        assertThat(recorded())
                .anyMatch(each -> each.resolved() != null
                        && !runs.contains(each.resolved().run()));
        assertThat(rules.find(rule).state()).isEqualTo(replayed.state());
    }

    /** Of one group the runs end, of another they report nothing of the metric any more, a third begins late. */
    @ParameterizedTest
    @EnumSource(
            value = AlertKind.class,
            names = {"CONSECUTIVE", "RATE"})
    void eachGroupFiresAndIsWithoutDataLiveAsInABacktest(AlertKind kind) {
        Random random = new Random(11);
        RuleDefinition definition = RuleDefinition.of(
                "grouped " + environment,
                kind,
                Metric.OVERALL_SUCCESS_RATE,
                filter,
                null,
                0.5,
                null,
                null,
                null,
                null,
                0.9,
                null,
                null,
                null,
                Dimension.TRIGGER);
        rule = administration.create(definition, List.of()).id();
        for (int hour = 0; hour < 300; hour++) {
            boolean isBad = hour / 40 % 2 == 1;
            int percent = (isBad ? 20 : 65) + random.nextInt(30);
            insert(hour, percent, "steady");
            insert(hour, hour < 170 ? percent : null, "silent");
            if (hour < 170) {
                insert(hour, percent, "ends");
            } else if (hour > 270) {
                insert(hour, 90, "late");
            }
            if (random.nextInt(4) == 0) {
                AlertEvaluation then = new AlertEvaluation(rules, alerts, values, notifications, at(hour), 120);
                transaction.executeWithoutResult(nothing -> then.evaluate(rule));
            }
        }
        Clock end = at(301);
        transaction.executeWithoutResult(
                nothing -> new AlertEvaluation(rules, alerts, values, notifications, end, 120).evaluate(rule));

        Backtest.Result replayed = new Backtest(values, end).run(definition);
        assertThat(recorded()).hasSizeGreaterThan(3).containsExactlyInAnyOrderElementsOf(ends(replayed));
        Map<String, AlertState> states = new TreeMap<>();
        rules.find(rule).groups().forEach((group, state) -> states.put(group, state.state()));
        assertThat(states)
                .isEqualTo(replayed.groups())
                .containsEntry("silent", AlertState.NO_DATA)
                .containsEntry("ends", AlertState.NO_DATA)
                .containsEntry("steady", AlertState.FIRING);
        assertThat(rules.find(rule).state()).isEqualTo(replayed.state());
    }

    private static Clock at(int hour) {
        return Clock.fixed(START.plus(Duration.ofHours(hour)).plusSeconds(1), ZoneOffset.UTC);
    }

    @Test
    void aDeletedRunWithdrawsWhatRestedOnItAndALateOneBringsItBack() {
        create(3, 3);
        insert(1, 10);
        UUID second = insert(2, 10);
        insert(3, 10);
        evaluation.evaluate(rule);
        Alert alert = only();
        assertThat(alert.isFiring()).isTrue();

        delete(second);
        evaluation.evaluate(rule);
        assertThat(only().withdrawnAt()).isNotNull();
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.NO_DATA);

        insert(2, 10);
        evaluation.evaluate(rule);
        assertThat(only()).returns(alert.id(), Alert::id).returns(true, Alert::isFiring);
    }

    @Test
    void evaluatingAtOnceOnSeveralInstancesRecordsAnAlertOnce() {
        create(1, 1);
        insert(1, 10);

        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.runAsync(() -> evaluation.evaluate(rule)))
                .toList();
        all.forEach(CompletableFuture::join);

        assertThat(only().isFiring()).isTrue();
    }

    @Test
    void whatWasOverBeforeTheRuleWasMadeIsNoAlertAndWhatGoesOnIs() {
        insert(-103, 10);
        insert(-102, 90);
        insert(-101, 10);
        create(1, 1);

        assertThat(only().isFiring()).isTrue();
    }

    @Test
    void aChangedRuleStartsAnewAndARenamedOneGoesOn() {
        create(1, 1);
        insert(1, 10);
        evaluation.evaluate(rule);
        Alert before = only();

        administration.update(rule, definition("another name " + environment, 1, 1), List.of());
        assertThat(only().id()).isEqualTo(before.id());
        assertThat(only().isFiring()).isTrue();

        administration.update(rule, definition("another name " + environment, 2, 2), List.of());
        assertThat(only().withdrawnAt()).isNotNull();
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.NO_DATA);
    }

    @Test
    void aRuleThatCannotBeEvaluatedSaysSoUntilItCan() {
        create(1, 1);
        insert(1, 90);
        String definition = jdbc.sql("SELECT definition::text FROM alert_rule WHERE id = :id")
                .param("id", rule)
                .query(String.class)
                .single();
        store(definition.replace("OVERALL_SUCCESS_RATE", "NO SUCH METRIC"));
        schedule.evaluate(rule);
        assertThat(rules.find(rule))
                .returns(AlertState.ERROR, AlertRule::state)
                .returns("There is no metric NO SUCH METRIC", AlertRule::error)
                .returns(null, AlertRule::definition);

        store(definition);
        schedule.evaluate(rule);
        assertThat(rules.find(rule)).returns(AlertState.OK, AlertRule::state).returns(null, AlertRule::error);
    }

    private void store(String definition) {
        jdbc.sql("UPDATE alert_rule SET definition = CAST(:definition AS jsonb) WHERE id = :id")
                .param("definition", definition)
                .param("id", rule)
                .update();
    }

    private void create(int runs, int ofLast) {
        rule = administration
                .create(definition("rule " + environment, runs, ofLast), List.of())
                .id();
    }

    private RuleDefinition definition() {
        return rules.find(rule).definition();
    }

    private RuleDefinition definition(String name, int runs, int ofLast) {
        return Rules.of(name, AlertKind.CONSECUTIVE, Metric.OVERALL_SUCCESS_RATE, filter, 0.5, runs, ofLast);
    }

    private UUID insert(int hour, int percent) {
        return insert(hour, percent, null);
    }

    private UUID insert(int hour, Integer percent, String trigger) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, completed_at, status, environment, triggered_by, questions_requested, questions_inserted)
                VALUES (:id, :start, CAST(:start AS timestamptz) + interval '5 minutes', 'success', :environment,
                        CAST(:trigger AS text), CASE WHEN CAST(:inserted AS integer) IS NULL THEN 0 ELSE 100 END,
                        coalesce(CAST(:inserted AS integer), 0))
                """)
                .param("id", id)
                .param("start", START.plusSeconds(3600L * hour).atOffset(ZoneOffset.UTC))
                .param("environment", environment)
                .param("trigger", trigger)
                .param("inserted", percent)
                .update();
        return id;
    }

    private void delete(UUID run) {
        jdbc.sql("DELETE FROM question_generation_runs WHERE id = :id")
                .param("id", run)
                .update();
    }

    private Alert only() {
        List<Alert> all = alerts.page(new Alerts.Selection(rule, false, null), null, 10);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private record Ends(Alert.End fired, Evidence evidence, Alert.End resolved) {}

    private List<Ends> recorded() {
        return alerts.of(rules.find(rule)).stream()
                .filter(alert -> alert.withdrawnAt() == null)
                .map(alert -> new Ends(alert.fired(), alert.evidence(), alert.resolved()))
                .toList();
    }

    private List<Ends> replayed() {
        return ends(backtest.run(definition()));
    }

    private static List<Ends> ends(Backtest.Result result) {
        return result.firings().stream()
                .map(Backtest.Found::firing)
                .map(firing ->
                        new Ends(Alert.End.of(firing.firedBy()), firing.evidence(), Alerts.end(firing.resolvedBy())))
                .toList();
    }
}
