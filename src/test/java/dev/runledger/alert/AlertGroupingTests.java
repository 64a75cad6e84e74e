package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** Which messages go out, and which are one, as a receiver gets them. */
@OwnLedgerTest
@TestPropertySource(
        properties = {"runledger.alerts.secret-key=key-of-the-tests-of-alerts", "runledger.alerts.private-targets=true"
        })
class AlertGroupingTests {

    @Autowired
    AlertAdministration administration;

    @Autowired
    AlertRules rules;

    @Autowired
    Alerts alerts;

    @Autowired
    AlertChannels channels;

    @Autowired
    Outbox outbox;

    @Autowired
    AlertSchedule schedule;

    @Autowired
    AlertEvaluation evaluation;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    JdbcClient jdbc;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final List<UUID> all = new ArrayList<>();
    private Receiver receiver;
    private List<UUID> to;

    @BeforeEach
    void receive() throws IOException {
        receiver = new Receiver();
        to = List.of(channels.create("hook", receiver.url()).channel().id());
    }

    @AfterEach
    void deleteAll() {
        jdbc.sql("DELETE FROM alert_rule").update();
        jdbc.sql("DELETE FROM alert_channel").update();
        jdbc.sql("DELETE FROM question_generation_runs").update();
        receiver.close();
    }

    @Test
    void whatOneRunTripsIsOneMessageAndEachEndIsItsOwn() {
        create("success", AlertKind.CONSECUTIVE, RunFilter.ALL);
        create("success again", AlertKind.CONSECUTIVE, RunFilter.ALL);
        create("in production", AlertKind.CONSECUTIVE, in("production"));
        create("in staging", AlertKind.CONSECUTIVE, in("staging"));
        insert("staging", 20, 90);
        insert("production", 10, 10);
        evaluate();

        JsonNode message = receiver.await(1).get(0).path("data");
        assertThat(message.path("alsoFiring")).hasSize(2);
        List<String> firing = new ArrayList<>(message.path("alsoFiring").findValuesAsString("rule"));
        firing.add(message.path("rule").stringValue());
        assertThat(firing).containsExactlyInAnyOrder("success", "success again", "in production");
        assertThat(AlertText.of(receiver.messages().get(0)).plain()).contains("Also firing (2): ");

        insert("production", 5, 90);
        evaluate();
        List<JsonNode> messages = receiver.await(4);
        assertThat(messages).hasSize(4);
        assertThat(messages.subList(1, 4))
                .allMatch(each -> each.path("type").stringValue().equals("alert.resolved"))
                .extracting(each -> each.path("data").path("rule").stringValue())
                .containsExactlyInAnyOrder("success", "success again", "in production");
    }

    @Test
    void alertsOfOtherEnvironmentsAreMessagesOfTheirOwn() {
        create("in production", AlertKind.CONSECUTIVE, in("production"));
        create("in staging", AlertKind.CONSECUTIVE, in("staging"));
        insert("production", 10, 10);
        insert("staging", 9, 10);
        evaluate();

        assertThat(receiver.await(2)).noneMatch(message -> message.path("data").has("alsoFiring"));
    }

    @Test
    void theMessageOfARunThatTripsARuleIsDueWithinASecondAndComesByItself(@LocalServerPort int port) {
        UUID rule = create("in staging", AlertKind.CONSECUTIVE, in("staging"));
        create("in production", AlertKind.CONSECUTIVE, in("production"));
        transaction.executeWithoutResult(nothing -> {
            insert("staging", 10, 10);
            evaluation.evaluate(rule);
            assertThat(jdbc.sql("SELECT next_attempt_at <= created_at + interval '1 second' FROM alert_message")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
        });
        receiver.await(1);

        String run = new GraphQlClient(port)
                .ask("""
                        mutation { recordRunCompletion(input: {startedAt: "%s", completedAt: "%s", environment: "production",
                            status: SUCCESS, questionsRequested: 100, questionsInserted: 10}) { run { id } } }""".formatted(now.minusSeconds(60), now))
                .data("recordRunCompletion")
                .at("/run/id")
                .stringValue();

        JsonNode message = receiver.await(2).get(1);
        assertThat(message.path("type").stringValue()).isEqualTo("alert.firing");
        assertThat(message.path("data").path("runIds"))
                .extracting(JsonNode::stringValue)
                .containsExactly(run);
    }

    @Test
    void whatTripsWithinTheMinuteAfterAMessageOfTheSameCauseIsSentAtOnceAsThatMessageAnew() {
        create("first", AlertKind.CONSECUTIVE, RunFilter.ALL);
        insert("production", 10, 10);
        evaluate();
        JsonNode message = receiver.await(1).get(0).path("data");
        awaitDelivered(1);

        create("second", AlertKind.FAILED, RunFilter.ALL);
        jdbc.sql("UPDATE question_generation_runs SET status = 'failed'").update();
        transaction.executeWithoutResult(nothing -> {
            evaluation.evaluate(rules.named("second").id());
            assertThat(jdbc.sql(
                                    "SELECT coalesce(max(next_attempt_at) <= now() + interval '2 seconds', true) FROM alert_message WHERE state = 'WAITING'")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
        });
        receiver.await(2);
        awaitDelivered(2);
        create("third", AlertKind.CONSECUTIVE, RunFilter.ALL);
        JsonNode third = receiver.await(3).get(2);

        assertThat(third.path("type").stringValue()).isEqualTo("alert.firing");
        assertThat(receiver.messages().subList(1, 3))
                .allMatch(each -> each.path("data").path("id").equals(message.path("id")))
                .allMatch(each -> each.path("data").path("rule").stringValue().equals("first"));
        assertThat(also(receiver.messages().get(1))).containsExactly("second");
        assertThat(also(third)).containsExactly("second", "third");
        assertThat(AlertText.of(third).title()).endsWith(", and 2 more");

        // What is over is no message that others could join, and a minute later everything is a message of its own.
        awaitDelivered(3);
        administration.delete(rules.named("first").id());
        all.remove(0);
        receiver.await(4);
        awaitDelivered(4);
        create("fourth", AlertKind.CONSECUTIVE, RunFilter.ALL);
        JsonNode fourth = receiver.await(5).get(4);
        assertThat(fourth.path("data").path("rule").stringValue()).isEqualTo("fourth");
        assertThat(also(fourth)).isEmpty();
        awaitDelivered(5);
        jdbc.sql("UPDATE alert_message SET ended_at = ended_at - interval '61 seconds'")
                .update();
        create("fifth", AlertKind.CONSECUTIVE, RunFilter.ALL);
        JsonNode fifth = receiver.await(6).get(5);
        assertThat(fifth.path("data").path("rule").stringValue()).isEqualTo("fifth");
        assertThat(also(fifth)).isEmpty();
    }

    @Test
    void theEndOfWhatAMessageSaysWaitsUntilThatIsSentAnew() {
        create("first", AlertKind.CONSECUTIVE, RunFilter.ALL);
        insert("production", 10, 10);
        evaluate();
        receiver.await(1);
        awaitDelivered(1);
        create("second", AlertKind.CONSECUTIVE, RunFilter.ALL);
        receiver.await(2);
        awaitDelivered(2);
        // As if the second message had not been taken yet.
        UUID second = jdbc.sql("SELECT id FROM alert_message ORDER BY seq DESC LIMIT 1")
                .query(UUID.class)
                .single();
        jdbc.sql(
                        "UPDATE alert_message SET state = 'WAITING', ended_at = NULL, next_attempt_at = now() + interval '1 hour' WHERE id = :id")
                .param("id", second)
                .update();

        insert("production", 5, 90);
        evaluate();
        assertThat(outbox.claim()).isNull();

        jdbc.sql("UPDATE alert_message SET next_attempt_at = now() WHERE id = :id")
                .param("id", second)
                .update();
        assertThat(receiver.await(5))
                .extracting(each -> each.path("type").stringValue())
                .containsExactly("alert.firing", "alert.firing", "alert.firing", "alert.resolved", "alert.resolved");
        assertThat(receiver.bodies().get(2)).isEqualTo(receiver.bodies().get(1));
    }

    private static List<String> also(JsonNode message) {
        return message.path("data")
                .path("alsoFiring")
                .valueStream()
                .map(each -> each.path("rule").stringValue())
                .toList();
    }

    @Test
    void whatFiresForLongIsSentAgainUnderTheSameIdUntilSomebodyAcknowledgesIt() {
        UUID rule = create("success", AlertKind.CONSECUTIVE, RunFilter.ALL);
        insert("production", 10, 10);
        evaluate();
        receiver.await(1);
        awaitDelivered(1);
        evaluate();
        passADay();
        evaluate();

        List<JsonNode> messages = receiver.await(2);
        assertThat(messages.get(1).path("data").path("id"))
                .isEqualTo(messages.get(0).path("data").path("id"));
        assertThat(messages.get(1).path("type").stringValue()).isEqualTo("alert.firing");
        awaitDelivered(2);
        alerts.acknowledge(
                alerts.page(new Alerts.Selection(rule, true, null), null, 1)
                        .get(0)
                        .id(),
                "Ada");
        passADay();
        evaluate();
        assertThat(jdbc.sql("SELECT count(*) FROM alert_message")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void aRateIsHeldBackWhileRunsAreMissing() {
        UUID missing = administration
                .create(
                        RuleDefinition.of(
                                "missing",
                                AlertKind.MISSING,
                                null,
                                RunFilter.ALL,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                0.9,
                                Timing.of("* * * * *", "UTC", 5, null, null, null, false),
                                null,
                                null,
                                null),
                        to)
                .id();
        all.add(missing);
        for (int i = 0; i < 30; i++) {
            insert("production", 120 + i, 10 + i % 3);
        }
        evaluate();
        receiver.await(1);
        create("rate", AlertKind.RATE, RunFilter.ALL);
        evaluate();
        assertThat(rules.named("rate").state()).isEqualTo(AlertState.FIRING);
        assertThat(jdbc.sql("SELECT count(*) FROM alert_message")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);

        administration.delete(missing);
        all.remove(missing);
        evaluate();
        assertThat(receiver.await(3))
                .extracting(message -> message.path("data").path("rule").stringValue())
                .containsExactlyInAnyOrder("missing", "missing", "rate");
    }

    @Test
    void afterTheServerWasAwayOneMessageSaysSoAndWhatFires() {
        create("success", AlertKind.CONSECUTIVE, RunFilter.ALL);
        create("in staging", AlertKind.CONSECUTIVE, in("staging"));
        create("over", AlertKind.CONSECUTIVE, in("development"));
        evaluate();
        jdbc.sql("UPDATE alert_rule SET evaluated_at = now() - interval '3 hours', since = now() - interval '5 hours'")
                .update();
        insert("development", 50, 10);
        insert("development", 40, 90);
        insert("staging", 20, 10);
        insert("production", 10, 10);
        evaluate();

        JsonNode message = receiver.await(1).get(0);
        assertThat(message.path("data").path("awaySince").isString()).isTrue();
        assertThat(message.path("data").path("alsoFiring")).hasSize(1);
        assertThat(AlertText.of(message).plain()).contains("Runledger was away since ");
        awaitDelivered(2);
        assertThat(receiver.messages()).hasSize(1);
        assertThat(alerts.page(new Alerts.Selection(rules.named("over").id(), false, null), null, 10))
                .hasSize(1);
    }

    @Test
    void aRuleThatCannotBeEvaluatedOrHasNoDataAnyMoreSaysSoAndWhenThatIsOver() {
        UUID rule = create("success", AlertKind.CONSECUTIVE, RunFilter.ALL);
        evaluate();
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.NO_DATA);
        insert("production", 30, 90);
        evaluate();
        assertThat(receiver.messages()).isEmpty();

        jdbc.sql("UPDATE alert_rule SET definition = jsonb_set(definition, '{metric}', '\"BEAUTY\"')")
                .update();
        evaluate();
        assertThat(rules.find(rule)).returns(AlertState.ERROR, AlertRule::state).returns(null, AlertRule::announced);
        jdbc.sql("UPDATE alert_rule SET state_since = now() - interval '3 minutes'")
                .update();
        evaluate();
        JsonNode message = receiver.await(1).get(0);
        assertThat(message.path("data").path("summary").stringValue())
                .isEqualTo("success: cannot be evaluated: There is no metric BEAUTY");
        jdbc.sql("UPDATE alert_rule SET definition = jsonb_set(definition, '{metric}', '\"OVERALL_SUCCESS_RATE\"')")
                .update();
        evaluate();
        assertThat(receiver.await(2).get(1).path("type").stringValue()).isEqualTo("alert.resolved");

        jdbc.sql("DELETE FROM question_generation_runs").update();
        evaluate();
        assertThat(receiver.await(3).get(2).path("data").path("summary").stringValue())
                .isEqualTo("success: has no data any more, so that it cannot decide");
        administration.delete(rule);
        all.remove(rule);
        assertThat(receiver.await(4).get(3).path("data").path("id"))
                .isEqualTo(receiver.messages().get(2).path("data").path("id"));
    }

    @Test
    void aRuleThatLooksAtTooMuchIsInErrorAndSaysSoUntilItCanBeEvaluated() {
        UUID rule = administration
                .create(Rules.grouped("versions", Metric.OVERALL_SUCCESS_RATE, 0.5, 1, Dimension.PROMPT_VERSION), to)
                .id();
        all.add(rule);
        insert("production", 200, 90);
        jdbc.sql("UPDATE question_generation_runs SET prompt_version = 'v0'").update();
        evaluate();
        assertThat(rules.find(rule).state()).isEqualTo(AlertState.OK);

        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, prompt_version, questions_requested, questions_inserted)
                SELECT gen_random_uuid(), :start, 'success', 'v' || version, 100, 90
                  FROM generate_series(1, 100) version
                """)
                .param("start", now.minusSeconds(600).atOffset(ZoneOffset.UTC))
                .update();
        evaluate();
        assertThat(rules.find(rule))
                .returns(AlertState.ERROR, AlertRule::state)
                .returns("groupBy PROMPT_VERSION has more than 100 values", AlertRule::error);
        jdbc.sql("UPDATE alert_rule SET state_since = now() - interval '3 minutes'")
                .update();
        evaluate();
        JsonNode message = receiver.await(1).get(0);
        assertThat(message.path("type").stringValue()).isEqualTo("alert.firing");
        assertThat(message.path("data").path("summary").stringValue())
                .isEqualTo("versions: cannot be evaluated: groupBy PROMPT_VERSION has more than 100 values");

        jdbc.sql("DELETE FROM question_generation_runs WHERE prompt_version = 'v100'")
                .update();
        evaluate();
        assertThat(rules.find(rule)).returns(AlertState.OK, AlertRule::state).returns(null, AlertRule::error);
        JsonNode over = receiver.await(2).get(1);
        assertThat(over.path("type").stringValue()).isEqualTo("alert.resolved");
        assertThat(over.path("data").path("id")).isEqualTo(message.path("data").path("id"));
    }

    @Test
    void aGroupThatHasNoDataAnyMoreSaysSoByItselfAndWhenThatIsOver() {
        UUID rule = administration
                .create(Rules.grouped("success", Metric.OVERALL_SUCCESS_RATE, 0.5, 2, Dimension.ENVIRONMENT), to)
                .id();
        all.add(rule);
        for (int i = 0; i < 12; i++) {
            insert("staging", 20 + i, 90);
            insert("production", 20 + i, 90);
        }
        evaluate();
        assertThat(rules.find(rule).groups().get("staging").state()).isEqualTo(AlertState.OK);

        jdbc.sql(
                        "UPDATE question_generation_runs SET started_at = started_at - interval '3 days' WHERE environment = 'staging'")
                .update();
        evaluate();
        JsonNode message = receiver.await(1).get(0);
        assertThat(message.path("data").path("summary").stringValue())
                .isEqualTo("success [staging]: has no data any more, so that it cannot decide");
        assertThat(message.path("data").path("group").stringValue()).isEqualTo("staging");
        evaluate();

        insert("staging", 5, 90);
        evaluate();
        JsonNode over = receiver.await(2).get(1);
        assertThat(over.path("type").stringValue()).isEqualTo("alert.resolved");
        assertThat(over.path("data").path("id")).isEqualTo(message.path("data").path("id"));
    }

    private UUID create(String name, AlertKind kind, RunFilter filter) {
        boolean isRate = kind == AlertKind.RATE;
        boolean isFailed = kind == AlertKind.FAILED;
        UUID id = administration
                .create(
                        Rules.of(
                                name,
                                kind,
                                isFailed ? null : Metric.OVERALL_SUCCESS_RATE,
                                filter,
                                isFailed ? null : 0.5,
                                isRate ? null : 1,
                                isRate ? null : 1),
                        to)
                .id();
        all.add(id);
        return id;
    }

    private static RunFilter in(String environment) {
        return RunFilter.during(null, null, List.of(), List.of(environment), null);
    }

    private void evaluate() {
        all.forEach(schedule::evaluate);
    }

    private void awaitDelivered(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> jdbc.sql("SELECT count(*) FROM alert_message WHERE state = 'DELIVERED'")
                                .query(Integer.class)
                                .single()
                        == count);
    }

    private void passADay() {
        jdbc.sql(
                        "UPDATE alert_message SET created_at = created_at - interval '25 hours', ended_at = ended_at - interval '25 hours'")
                .update();
    }

    private void insert(String environment, int minutesAgo, int percent) {
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, completed_at, status, environment, questions_requested, questions_inserted)
                VALUES (:id, :start, CAST(:start AS timestamptz) + interval '1 minute', 'success', :environment, 100, :inserted)
                """)
                .param("id", UUID.randomUUID())
                .param("start", now.minus(Duration.ofMinutes(minutesAgo)).atOffset(ZoneOffset.UTC))
                .param("environment", environment)
                .param("inserted", percent)
                .update();
    }
}
