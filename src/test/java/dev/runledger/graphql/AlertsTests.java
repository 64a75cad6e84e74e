package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Alerts as clients see them. */
@RunledgerTest
class AlertsTests {

    private static final String RULE = """
            { id name state error stateSince evaluatedAt createdAt updatedAt
              definition { kind metric filter direction threshold runs ofLast recoveryThreshold recoveryRuns confidence } }""";

    private static final String CREATE =
            "mutation ($rule: AlertRuleInput!) { createAlertRule(rule: $rule) %s }".formatted(RULE);

    private static final String ALERTS = """
            query ($rule: UUID, $firing: Boolean, $first: Int, $after: String) {
              alerts(filter: {rule: $rule, firing: $firing}, first: $first, after: $after) {
                nodes { id rule { id } firedAt firedBy { id } resolvedAt resolvedBy { id } withdrawnAt noticedAt
                        acknowledgedAt acknowledgedBy evidence { value interval { low high } runIds } }
                edges { cursor node { id } }
                pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
                totalCount
              }
            }
            """;

    private static final String BACKTEST = """
            query ($rule: AlertRuleInput!, $filter: RunFilter) {
              backtestAlert(rule: $rule, filter: $filter) {
                runs firingCount firingsPerYear state
                firings { firedAt firedBy resolvedAt resolvedBy durationSeconds summary evidence { value interval { low high } runIds } }
              }
            }
            """;

    @LocalServerPort
    int port;

    private final String environment = "b" + UUID.randomUUID().toString().substring(0, 18);
    private final Instant start = Instant.now().minus(Duration.ofDays(30));

    private GraphQlClient client;
    private String rule;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    @AfterEach
    void deleteRule() {
        if (rule != null) {
            admin("mutation ($id: UUID!) { deleteAlertRule(id: $id) { deleted } }", Map.of("id", rule));
        }
    }

    @Test
    void theRuleOfThePlanFiresAtTheThirdRunAndIsResolvedByAGoodOne() {
        JsonNode created = create(plan());
        assertThat(created.path("state").stringValue()).isEqualTo("NO_DATA");
        assertThat(created.path("definition")).isEqualTo(GraphQlClient.JSON.readTree("""
                        {"kind": "CONSECUTIVE", "metric": "OVERALL_SUCCESS_RATE", "filter": {"environments": ["%s"]},
                         "direction": "BELOW", "threshold": 0.5, "runs": 3, "ofLast": 3, "recoveryThreshold": 0.5, "recoveryRuns": 1,
                         "confidence": 0.9}""".formatted(environment)));

        report(1, 40);
        report(2, 30);
        String third = report(3, 20);
        awaitState("FIRING");
        JsonNode alert =
                alerts(Map.of("rule", rule, "firing", true)).path("nodes").path(0);
        assertThat(alert.path("firedBy").path("id").stringValue()).isEqualTo(third);
        assertThat(alert.path("evidence").path("value").doubleValue()).isEqualTo(0.2);
        assertThat(alert.path("evidence").path("runIds")).hasSize(3);
        assertThat(alert.path("resolvedAt").isNull()).isTrue();

        assertThat(client.ask("{ run(id: \"%s\") { alerts { id rule { id } group } } }".formatted(third))
                        .data("run")
                        .path("alerts"))
                .singleElement()
                .isEqualTo(GraphQlClient.JSON.readTree(
                        "{\"id\": %s, \"rule\": {\"id\": \"%s\"}, \"group\": null}".formatted(alert.path("id"), rule)));

        String fourth = report(4, 90);
        assertThat(client.ask("{ run(id: \"%s\") { alerts { id } } }".formatted(fourth))
                        .data("run")
                        .path("alerts"))
                .isEmpty();
        awaitState("OK");
        assertThat(alerts(Map.of("rule", rule, "firing", true))
                        .path("totalCount")
                        .intValue())
                .isZero();
        JsonNode resolved = alerts(Map.of("rule", rule)).path("nodes").path(0);
        assertThat(resolved.path("id")).isEqualTo(alert.path("id"));
        assertThat(resolved.path("resolvedBy").path("id").stringValue()).isEqualTo(fourth);

        JsonNode backtest = client.ask(BACKTEST, Map.of("rule", plan(), "filter", Map.of("lastDays", 40)))
                .data("backtestAlert");
        assertThat(backtest.path("runs").intValue()).isEqualTo(4);
        assertThat(backtest.path("state").stringValue()).isEqualTo("OK");
        assertThat(backtest.path("firings")).singleElement().satisfies(firing -> {
            assertThat(firing.path("firedBy").stringValue()).isEqualTo(third);
            assertThat(firing.path("firedAt")).isEqualTo(resolved.path("firedAt"));
            assertThat(firing.path("resolvedBy").stringValue()).isEqualTo(fourth);
            assertThat(firing.path("resolvedAt")).isEqualTo(resolved.path("resolvedAt"));
            assertThat(firing.path("evidence")).isEqualTo(resolved.path("evidence"));
            assertThat(firing.path("summary").stringValue())
                    .endsWith(": OVERALL_SUCCESS_RATE is 0.2000, BELOW 0.5000 in 3 of the last 3 runs");
            assertThat(firing.path("durationSeconds").doubleValue())
                    .isEqualTo(Duration.between(
                                            Instant.parse(
                                                    resolved.path("firedAt").stringValue()),
                                            Instant.parse(
                                                    resolved.path("resolvedAt").stringValue()))
                                    .toMillis()
                            / 1000.0);
        });
    }

    @Test
    void subscribersAreSentAlertsAsTheyFireAreAcknowledgedAndResolved() throws IOException {
        create(with(plan(), "runs", 1));
        String document = """
                subscription ($rule: UUID) { alertChanged(filter: {rule: $rule}) { firedAt acknowledgedBy resolvedAt } }""";
        try (EventStreamClient stream =
                EventStreamClient.open("http://localhost:" + port, TestKeys.ANALYST, document, Map.of("rule", rule))) {
            report(1, 10);
            JsonNode fired = stream.next().data().at("/data/alertChanged");
            assertThat(fired.path("firedAt").isString()).isTrue();
            assertThat(fired.path("resolvedAt").isNull()).isTrue();

            String id = alerts(Map.of("rule", rule)).at("/nodes/0/id").stringValue();
            as(
                            TestKeys.ONCALL,
                            "mutation ($id: UUID!) { acknowledgeAlert(id: $id, by: \"Ada\") { id } }",
                            Map.of("id", id))
                    .data("acknowledgeAlert");
            assertThat(stream.next()
                            .data()
                            .at("/data/alertChanged/acknowledgedBy")
                            .stringValue())
                    .isEqualTo("Ada");

            report(2, 90);
            assertThat(stream.next().data().at("/data/alertChanged/resolvedAt").isString())
                    .isTrue();
        }
    }

    @Test
    void runsThatDidNotBeginAreThoseOfSchedulesThatAreNotPaused() {
        Instant day = start.truncatedTo(ChronoUnit.DAYS);
        for (int hour : new int[] {1, 2, 5}) {
            record("recordRunStart", day.plus(Duration.ofHours(hour)), "questionsRequested: 10");
        }
        rule = admin("""
                        mutation {
                          createAlertRule(rule: {name: "%1$s", kind: MISSING, groupBy: "ENVIRONMENT",
                              filter: {environments: ["%1$s", "none"], triggers: ["cron", "manual"]},
                              timing: {cron: "0 * * * *", graceSeconds: 60}}) { id }
                        }""".formatted(environment), Map.of())
                .data("createAlertRule")
                .path("id")
                .stringValue();

        // Without a run of these triggers there is no first one from which on any is expected.
        assertThat(missed(day, 7)).isEmpty();
        admin(
                "mutation ($id: UUID!, $rule: AlertRuleInput!) { updateAlertRule(id: $id, rule: $rule) { id } }",
                Map.of(
                        "id",
                        rule,
                        "rule",
                        Map.of(
                                "name",
                                environment,
                                "kind",
                                "MISSING",
                                "groupBy",
                                "ENVIRONMENT",
                                "filter",
                                Map.of("environments", List.of(environment)),
                                "timing",
                                Map.of("cron", "0 * * * *", "graceSeconds", 60))));
        assertThat(missed(day, 7))
                .extracting(start -> start.path("at").stringValue())
                .containsExactly(
                        day.plus(Duration.ofHours(3)).toString(),
                        day.plus(Duration.ofHours(4)).toString(),
                        day.plus(Duration.ofHours(6)).toString());
        assertThat(missed(day, 7)).allSatisfy(start -> {
            assertThat(start.path("environment").stringValue()).isEqualTo(environment);
            assertThat(start.path("trigger").isNull()).isTrue();
        });
        assertThat(missed(day.plus(Duration.ofHours(4)), 2)).hasSize(1);

        admin("mutation ($id: UUID!) { pauseAlertRule(id: $id, paused: true) { id } }", Map.of("id", rule));
        assertThat(missed(day, 7)).isEmpty();
    }

    /** Of the test's own rule. */
    private List<JsonNode> missed(Instant from, int hours) {
        return client.ask(
                        "query ($from: DateTime, $to: DateTime) { missedStarts(from: $from, to: $to) { at trigger environment rule { id } } }",
                        Map.of(
                                "from",
                                from.toString(),
                                "to",
                                from.plus(Duration.ofHours(hours)).toString()))
                .data("missedStarts")
                .valueStream()
                .filter(start -> start.at("/rule/id").stringValue().equals(rule))
                .toList();
    }

    /** Six runs of ten minutes, an hour apart, and one that goes on since an hour; each has cost a dollar. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MISSING | {cron: \"* * * * *\", graceSeconds: 5}           | ",
                "STUCK   | {afterSeconds: 1800}                           | ",
                "SLOW    | {times: 2}                                     | ",
                "BUDGET  | {period: MONTH, timeZone: \"Pacific/Auckland\"} | threshold: 0.5"
            })
    void whatGoesByTheClockFiresOverTheLedgerAsInABacktest(String kind, String timing, String more) {
        Instant now = Instant.now();
        for (int i = 1; i <= 6; i++) {
            record(
                    "recordRunCompletion",
                    now.minus(Duration.ofHours(8 - i)),
                    "status: SUCCESS, questionsRequested: 10, totalCostUsd: 1,"
                            + " completedAt: \"%s\""
                                    .formatted(
                                            now.minus(Duration.ofHours(8 - i)).plusSeconds(600)));
        }
        record("recordRunStart", now.minus(Duration.ofHours(1)), "questionsRequested: 10");
        String definition = "{name: \"%1$s\", kind: %2$s, filter: {environments: \"%1$s\"}, timing: %3$s%4$s}"
                .formatted(environment, kind, timing, more == null ? "" : ", " + more);
        JsonNode created = admin(
                        "mutation { createAlertRule(rule: %s) { id state definition { kind timing { timeZone } } } }"
                                .formatted(definition),
                        Map.of())
                .data("createAlertRule");
        rule = created.path("id").stringValue();

        awaitState("FIRING");

        assertThat(created.at("/definition/kind").stringValue()).isEqualTo(kind);
        JsonNode alert =
                alerts(Map.of("rule", rule, "firing", true)).path("nodes").path(0);
        assertThat(alert.path("evidence").path("value").doubleValue())
                .isGreaterThanOrEqualTo(kind.equals("BUDGET") ? 0.5 : 1);
        JsonNode backtest = client.ask(
                        "{ backtestAlert(rule: %s) { state firings { firedAt } } }".formatted(definition))
                .data("backtestAlert");
        assertThat(backtest.path("state").stringValue()).isEqualTo("FIRING");
        assertThat(backtest.path("firings").valueStream().map(firing -> firing.path("firedAt")))
                .contains(alert.path("firedAt"))
                .hasSizeGreaterThanOrEqualTo(1);
    }

    @Test
    void aBacktestSaysWhatToExpectOfTheRule() {
        for (int i = 0; i < 40; i++) {
            record(
                    "recordRunCompletion",
                    start.plus(Duration.ofHours(12L * i)),
                    "status: SUCCESS, questionsRequested: 100, questionsGenerated: 100, questionsInserted: %d"
                            .formatted(60 + i % 20));
        }
        String expected =
                "{ backtestAlert(rule: {name: \"%1$s\", kind: %2$s, filter: {environments: \"%1$s\"}%3$s}) { expected%4$s { falseAlarmsPerYear simulatedYears difference medianRuns mostRuns } } }";
        String threshold = ", metric: OVERALL_SUCCESS_RATE, threshold: 0.5";

        JsonNode usual = client.ask(expected.formatted(environment, "RATE", threshold, ""))
                .data("backtestAlert")
                .path("expected");
        JsonNode larger = client.ask(expected.formatted(environment, "RATE", threshold, "(difference: 0.4)"))
                .data("backtestAlert")
                .path("expected");
        JsonNode byTheClock = client.ask(expected.formatted(environment, "STUCK", ", timing: {afterSeconds: 60}", ""))
                .data("backtestAlert")
                .path("expected");
        Answer absurd = client.ask(expected.formatted(environment, "RATE", threshold, "(difference: -1)"));

        assertThat(usual.path("falseAlarmsPerYear").doubleValue()).isZero();
        assertThat(usual.path("difference").doubleValue()).isCloseTo(0.2 * 0.695, within(1e-12));
        assertThat(usual.path("medianRuns").isNull()).isTrue();
        assertThat(larger.path("medianRuns").intValue()).isBetween(5, 12);
        assertThat(larger.path("mostRuns").intValue())
                .isGreaterThanOrEqualTo(larger.path("medianRuns").intValue());
        assertThat(byTheClock.isNull()).isTrue();
        assertThat(absurd.code()).isEqualTo("BAD_REQUEST");
        assertThat(absurd.message()).isEqualTo("difference is -1.0, it must be above 0");
    }

    private void record(String mutation, Instant startedAt, String more) {
        client.ask("mutation { %s(input: {startedAt: \"%s\", environment: \"%s\", %s}) { run { id } } }"
                        .formatted(mutation, startedAt, environment, more))
                .data(mutation);
    }

    @Test
    void aDeletedRunWithdrawsTheAlertThatRestedOnIt() {
        create(with(plan(), "runs", 1));
        String run = report(1, 10);
        awaitState("FIRING");

        admin("mutation ($id: UUID!) { deleteRun(id: $id) { deleted } }", Map.of("id", run))
                .data("deleteRun");

        awaitState("NO_DATA");
        JsonNode alert = alerts(Map.of("rule", rule)).path("nodes").path(0);
        assertThat(alert.path("withdrawnAt").isString()).isTrue();
        assertThat(alert.path("firedBy").isNull()).isTrue();
    }

    @Test
    void alertsComeInPagesTheLastRecordedFirst() {
        create(with(plan(), "runs", 1));
        for (int run = 1; run <= 6; run++) {
            report(run, run % 2 == 0 ? 90 : 10);
            awaitState(run % 2 == 0 ? "OK" : "FIRING");
        }

        JsonNode first = alerts(Map.of("rule", rule, "first", 2));
        assertThat(first.path("nodes")).hasSize(2);
        assertThat(first.path("totalCount").intValue()).isEqualTo(3);
        assertThat(first.path("pageInfo").path("hasNextPage").booleanValue()).isTrue();
        JsonNode second = alerts(Map.of(
                "rule",
                rule,
                "first",
                2,
                "after",
                first.path("pageInfo").path("endCursor").stringValue()));
        assertThat(second.path("nodes")).hasSize(1);
        assertThat(second.path("pageInfo").path("hasNextPage").booleanValue()).isFalse();
        assertThat(second.path("pageInfo").path("hasPreviousPage").booleanValue())
                .isTrue();
        assertThat(first.path("nodes").path(1).path("firedAt").stringValue())
                .isGreaterThan(second.path("nodes").path(0).path("firedAt").stringValue());

        String lastFired = first.path("nodes").path(0).path("firedAt").stringValue();
        assertThat(client.ask(
                                "query ($rule: UUID, $since: DateTime) { alerts(filter: {rule: $rule, since: $since}) { totalCount nodes { firedAt } } }",
                                Map.of("rule", rule, "since", lastFired))
                        .data("alerts"))
                .isEqualTo(GraphQlClient.JSON.readTree(
                        "{\"totalCount\": 1, \"nodes\": [{\"firedAt\": \"%s\"}]}".formatted(lastFired)));
        JsonNode ofRule = client.ask(
                        "query ($rule: UUID!, $since: DateTime) { alertRule(id: $rule) { all: alerts { id } alerts(since: $since) { firedAt } } }",
                        Map.of("rule", rule, "since", lastFired))
                .data("alertRule");
        assertThat(ofRule.path("all")).hasSize(3);
        assertThat(ofRule.path("alerts"))
                .singleElement()
                .isEqualTo(GraphQlClient.JSON.readTree("{\"firedAt\": \"%s\"}".formatted(lastFired)));

        assertThat(client.ask(ALERTS, Map.of("after", "bm9uZQ")).message())
                .isEqualTo("after is not a cursor of this list");
    }

    @Test
    void whoIsOnCallAcknowledgesAndWhoWasFirstStays() {
        create(with(plan(), "runs", 1));
        report(1, 10);
        awaitState("FIRING");
        String id =
                alerts(Map.of("rule", rule)).path("nodes").path(0).path("id").stringValue();
        String acknowledge =
                "mutation ($id: UUID!, $by: String!) { acknowledgeAlert(id: $id, by: $by) { acknowledgedBy acknowledgedAt } }";

        assertThat(client.ask(acknowledge, Map.of("id", id, "by", "Eve")).code())
                .isEqualTo("FORBIDDEN");
        as(TestKeys.ONCALL, acknowledge, Map.of("id", id, "by", "Ada")).data("acknowledgeAlert");

        JsonNode later = admin(acknowledge, Map.of("id", id, "by", "Bob")).data("acknowledgeAlert");
        assertThat(later.path("acknowledgedBy").stringValue()).isEqualTo("Ada");
        assertThat(admin(acknowledge, Map.of("id", id, "by", " ")).code()).isEqualTo("BAD_REQUEST");
        assertThat(admin(acknowledge, Map.of("id", UUID.randomUUID(), "by", "Bob"))
                        .data("acknowledgeAlert")
                        .isNull())
                .isTrue();
    }

    @Test
    void onlyAdministratorsChangeRulesAndEverybodyWhoReadsSeesThem() {
        assertThat(client.ask(CREATE, Map.of("rule", plan())).code()).isEqualTo("FORBIDDEN");
        create(plan());
        assertThat(client.ask("{ alertRules { id } }").data("alertRules").findValuesAsString("id"))
                .contains(rule);
    }

    @Test
    void whatIsWrongWithARuleIsSaidByName() {
        assertThat(refusal(with(plan(), "threshold", null))).isEqualTo("rule: threshold is missing");
        assertThat(refusal(with(plan(), "metric", null))).isEqualTo("rule: metric is missing");
        assertThat(refusal(with(plan(), "metric", "PROVIDER_SUCCESS_RATE")))
                .startsWith("rule.metric is PROVIDER_SUCCESS_RATE, a metric of names");
        assertThat(refusal(with(plan(), "metric", "toxicity-" + environment)))
                .isEqualTo("rule: direction is missing, as nobody has said which way toxicity-%s should move"
                        .formatted(environment));
        assertThat(refusal(with(plan(), "kind", "FAILED"))).startsWith("rule: FAILED ");
        assertThat(refusal(with(plan(), "runs", 0))).isEqualTo("rule: runs is 0, it must be 1 to 100");
        assertThat(refusal(with(plan(), "ofLast", 2))).isEqualTo("rule: ofLast is 2, it must be 3 to 100");
        assertThat(refusal(with(plan(), "recoveryThreshold", 0.4)))
                .isEqualTo("rule: recoveryThreshold is 0.4, beyond the threshold, which is 0.5");
        assertThat(refusal(with(plan(), "confidence", 1)))
                .isEqualTo("rule: confidence is 1.0, it must be 0.5 to below 1");
        assertThat(refusal(with(plan(), "name", " "))).isEqualTo("rule: name must have 1 to 100 characters");
        assertThat(refusal(with(plan(), "filter", Map.of("lastDays", 3))))
                .isEqualTo("rule.filter.lastDays is given, but a rule looks at the last runs anyway");
        assertThat(refusal(with(plan(), "windowHours", 24))).isEqualTo("rule: windowHours is for RATE only");
        Map<String, Object> ofHours = with(with(with(plan(), "kind", "RATE"), "runs", null), "windowHours", 24);
        assertThat(refusal(with(ofHours, "runs", 20)))
                .isEqualTo("rule: RATE has neither runs nor recoveryRuns where it has windowHours");
        assertThat(refusal(with(ofHours, "windowHours", 745)))
                .isEqualTo("rule: windowHours is 745, it must be 1 to 744");
        assertThat(client.ask(BACKTEST, Map.of("rule", ofHours, "filter", Map.of()))
                        .data("backtestAlert")
                        .path("state")
                        .stringValue())
                .isEqualTo("NO_DATA");
        create(plan());
        assertThat(refusal(plan())).isEqualTo("rule: Another rule is called rule of " + environment);
        assertThat(client.ask(BACKTEST, Map.of("rule", plan(), "filter", Map.of("environments", "x")))
                        .message())
                .isEqualTo("filter can have from, to and lastDays only; which runs, rule.filter says");
    }

    @Test
    void channelsAreForAdministratorsAndNeedAKeyForTheirSecrets() {
        String create = "mutation ($url: String!) { createAlertChannel(name: \"hook\", url: $url) { secret } }";
        Map<String, Object> hook = Map.of("url", "https://93.184.216.34/hook");

        assertThat(client.ask(create, hook).code()).isEqualTo("FORBIDDEN");
        assertThat(client.ask("{ alertChannels { url } }").code()).isEqualTo("FORBIDDEN");
        assertThat(admin(create, hook).message())
                .isEqualTo(
                        "runledger.alerts.secret-key is not configured, which the secrets of channels are encrypted with");
        assertThat(admin(create, Map.of("url", "http://169.254.169.254/")).message())
                .isEqualTo("Link-local, metadata and multicast addresses are refused");
        assertThat(admin(create, Map.of("url", "http://127.0.0.1/")).message())
                .startsWith("Private addresses are refused");
        UUID unknown = UUID.randomUUID();
        assertThat(refusal(with(plan(), "channels", unknown))).isEqualTo("rule: There is no channel " + unknown);
    }

    @Test
    void aRuleIsSilencedUntilATimeOrNoMore() {
        create(plan());
        String silence =
                "mutation ($id: UUID!, $until: DateTime) { silenceAlertRule(id: $id, until: $until) { silencedUntil } }";

        assertThat(admin(silence, Map.of("id", rule, "until", "2030-01-01T00:00:00Z"))
                        .data("silenceAlertRule")
                        .path("silencedUntil")
                        .stringValue())
                .isEqualTo("2030-01-01T00:00:00Z");
        assertThat(admin(silence, Map.of("id", rule))
                        .data("silenceAlertRule")
                        .path("silencedUntil")
                        .isNull())
                .isTrue();
        assertThat(admin(silence, Map.of("id", UUID.randomUUID()))
                        .data("silenceAlertRule")
                        .isNull())
                .isTrue();
    }

    private String refusal(Map<String, Object> input) {
        Answer answer = admin(CREATE, Map.of("rule", input));
        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        return answer.message();
    }

    private Map<String, Object> plan() {
        return Map.of(
                "name",
                "rule of " + environment,
                "kind",
                "CONSECUTIVE",
                "metric",
                "OVERALL_SUCCESS_RATE",
                "threshold",
                0.5,
                "filter",
                Map.of("environments", environment));
    }

    private static Map<String, Object> with(Map<String, Object> input, String field, Object value) {
        Map<String, Object> changed = new HashMap<>(input);
        changed.put(field, value);
        return changed;
    }

    private JsonNode create(Map<String, Object> input) {
        JsonNode created = admin(CREATE, Map.of("rule", input)).data("createAlertRule");
        rule = created.path("id").stringValue();
        return created;
    }

    private void awaitState(String state) {
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> client.ask("query ($id: UUID!) { alertRule(id: $id) { state } }", Map.of("id", rule))
                                .data("alertRule")
                                .path("state")
                                .stringValue(),
                        state::equals);
    }

    private JsonNode alerts(Map<String, Object> variables) {
        return client.ask(ALERTS, variables).data("alerts");
    }

    private String report(int hour, int inserted) {
        Instant startedAt = start.plus(Duration.ofHours(hour));
        return client.document(
                        "recordRunCompletion",
                        Map.of(
                                "input",
                                Map.of(
                                        "startedAt",
                                        startedAt.toString(),
                                        "completedAt",
                                        startedAt.plusSeconds(600).toString(),
                                        "status",
                                        "SUCCESS",
                                        "environment",
                                        environment,
                                        "questionsRequested",
                                        100,
                                        "questionsInserted",
                                        inserted)))
                .data("recordRunCompletion")
                .path("run")
                .path("id")
                .stringValue();
    }

    private Answer admin(String document, Map<String, ?> variables) {
        return as(TestKeys.ADMIN, document, variables);
    }

    private Answer as(String key, String document, Map<String, ?> variables) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", document, "variables", variables)),
                "X-Service-Key",
                key);
    }
}
