package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.EventStreamClient.Event;
import dev.runledger.ledger.Heartbeats;
import dev.runledger.security.Role;
import dev.runledger.security.StoredKeys;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.JsonNodeFactory;

@RunledgerTest
class LiveOverEventsTests {

    static final String RUN_CHANGED =
            "subscription ($filter: RunFilter) { runChanged(filter: $filter) { kind run { id status pipelineLosses { lost } } } }";

    /** Ours, so that no other test's runs come in between. */
    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);

    private final Map<String, ?> ours = filter(Map.of("environments", List.of(environment)));

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Heartbeats heartbeats;

    TestRuns runs;
    String server;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        server = "http://localhost:" + port;
        runs = new TestRuns(jdbc);
    }

    @AfterEach
    void deleteRuns() {
        runs.deleteAllIn(environment);
    }

    @Test
    void whatBecomesOfARunIsToldAsItIsThen() throws IOException {
        try (EventStreamClient stream = subscribe(ours)) {
            assertThat(stream.contentType()).startsWith("text/event-stream");
            UUID id = runs.insertAndNotify("running", environment);
            assertChange(stream.next(), "STARTED", id);

            update(id, "prompt_version = 'v9', updated_at = now()");
            assertChange(stream.next(), "CHANGED", id);

            heartbeats.record(id, OffsetDateTime.now(), Duration.ofSeconds(30), JsonNodeFactory.instance.objectNode());
            assertChange(stream.next(), "CHANGED", id);

            update(id, "status = 'success', updated_at = now()");
            Event end = stream.next();
            assertChange(end, "ENDED", id);
            assertThat(end.change().path("run").path("pipelineLosses").size()).isEqualTo(6);
        }
    }

    @Test
    void aSubscriptionEndsSoonAfterItsKeyIsRevoked(@Autowired StoredKeys keys) throws IOException {
        StoredKeys.Created created = keys.create(environment, Role.ANALYST, null, "a test");
        try (EventStreamClient stream = EventStreamClient.open(server, created.key(), RUN_CHANGED, ours)) {
            UUID id = runs.insertAndNotify("running", environment);
            assertChange(stream.next(), "STARTED", id);

            keys.revoke(created.serviceKey().id());
            assertThat(stream.next().code()).isEqualTo("UNAUTHORIZED");
            assertThat(stream.next().name()).isEqualTo("complete");
        }
    }

    @Test
    void whatIsLoadedForAChangeIsLoadedAnewForTheNext() throws IOException {
        String document =
                "subscription ($filter: RunFilter) { runChanged(filter: $filter) { run { id progress { questionsGenerated } } } }";
        try (EventStreamClient stream = EventStreamClient.open(server, TestKeys.ANALYST, document, ours)) {
            UUID id = runs.insertAndNotify("running", environment);
            assertThat(stream.next().change().at("/run/progress").isNull()).isTrue();

            for (int generated : new int[] {5, 9}) {
                heartbeats.record(
                        id,
                        OffsetDateTime.now(),
                        Duration.ofSeconds(30),
                        JsonNodeFactory.instance.objectNode().put("questions_generated", generated));
                assertThat(stream.next()
                                .change()
                                .at("/run/progress/questionsGenerated")
                                .intValue())
                        .isEqualTo(generated);
            }
        }
    }

    /** Or else a subscription's memory would grow with each change. */
    @Test
    void whatTheAnswerToAChangeTookIsNotKept() throws Exception {
        int changes = 50;
        try (EventStreamClient stream = subscribe(ours)) {
            for (int i = 0; i < changes; i++) {
                UUID id = runs.insertAndNotify("failed", environment);
                assertChange(stream.next(), "ENDED", id);
            }
            assertThat(instances("graphql.execution.incremental.AlternativeCallContext"))
                    .isLessThan(changes / 2);
        }
    }

    /** Those that are reachable, in this JVM. */
    private static long instances(String type) throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(row -> row.length > 3 && row[3].equals(type))
                .mapToLong(row -> Long.parseLong(row[1]))
                .sum();
    }

    @Test
    void onlyRunsOfTheFilterAreTold() throws IOException {
        try (EventStreamClient failed =
                        subscribe(filter(Map.of("environments", List.of(environment), "statuses", List.of("FAILED"))));
                EventStreamClient lastDay =
                        subscribe(filter(Map.of("environments", List.of(environment), "lastDays", 1)));
                EventStreamClient all = subscribe(Map.of())) {
            UUID old = runs.insert("success", environment);
            jdbc.sql("UPDATE question_generation_runs SET started_at = now() - interval '2 days' WHERE id = :id")
                    .param("id", old)
                    .update();
            UUID failure = runs.insert("failed", environment);
            runs.notifyOf(UUID.randomUUID(), old, failure);

            assertChange(failed.next(), "ENDED", failure);
            assertChange(lastDay.next(), "ENDED", failure);
            await().until(() -> all.next().change().path("run").path("id").stringValue(), old.toString()::equals);
            await().until(() -> all.next().change().path("run").path("id").stringValue(), failure.toString()::equals);
        }
    }

    @Test
    void withoutAValidKeyNothingIsTold() throws IOException {
        try (EventStreamClient stream = EventStreamClient.open(server, "wrong", RUN_CHANGED, ours)) {
            assertThat(stream.status()).isEqualTo(401);
        }
    }

    @Test
    void aFaultyFilterIsRefusedInWords() throws IOException {
        try (EventStreamClient stream = subscribe(filter(Map.of("lastDays", 0)))) {
            Event refusal = stream.next();
            assertThat(refusal.name()).isEqualTo("next");
            assertThat(refusal.code()).isEqualTo("BAD_REQUEST");
            assertThat(refusal.data().toString()).contains("filter.lastDays is 0");
            assertThat(stream.next().name()).isEqualTo("complete");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "subscription { runChanged @skip(if: true) { kind } }",
                "subscription { ... @include(if: false) { runChanged { kind } } }",
                "subscription { ...A } fragment A on Subscription { runChanged @include(if: true) { kind } }"
            })
    void theFieldOfASubscriptionHasNoCondition(String document, @LocalServerPort int port) {
        GraphQlClient.Answer answer = new GraphQlClient(port).ask(document);

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.message()).contains("@skip");
    }

    @Test
    void anErrorInOneChangeIsToldWithItAndTheSubscriptionGoesOn() throws IOException {
        String document = RUN_CHANGED.replace("status", "durationPerBatch(size: 0)");
        try (EventStreamClient stream = EventStreamClient.open(server, TestKeys.ANALYST, document, ours)) {
            for (int i = 0; i < 2; i++) {
                UUID id = runs.insertAndNotify("failed", environment);
                Event event = stream.next();
                assertChange(event, "ENDED", id);
                assertThat(event.code()).isEqualTo("BAD_REQUEST");
            }
        }
    }

    @Test
    void aQueryIsAnsweredOnceAndMutationsNeedTheirAuthority() throws IOException {
        try (EventStreamClient stream = EventStreamClient.open(server, TestKeys.ANALYST, "{ __typename }", Map.of())) {
            assertThat(stream.next().data().path("data").path("__typename").stringValue())
                    .isEqualTo("Query");
            assertThat(stream.next().name()).isEqualTo("complete");
        }
        try (EventStreamClient stream = EventStreamClient.open(
                server,
                TestKeys.ANALYST,
                "mutation { recordRunStart(input: {startedAt: \"2026-01-01\", questionsRequested: 5}) { outcome } }",
                Map.of())) {
            assertThat(stream.next().code()).isEqualTo("FORBIDDEN");
        }
    }

    @Test
    void documentsAndBodiesHaveTheSameLimits() throws IOException {
        String wide = "{ %s }".formatted("runs { totalCount } ".repeat(100));
        try (EventStreamClient stream = EventStreamClient.open(server, TestKeys.ANALYST, wide, Map.of())) {
            assertThat(stream.next().code()).isEqualTo("LIMIT_EXCEEDED");
        }
        try (EventStreamClient stream = EventStreamClient.open(
                server, TestKeys.ANALYST, "{ __typename }", Map.of("a", "x".repeat(1_048_576)))) {
            assertThat(stream.status()).isEqualTo(413);
        }
    }

    @Test
    void aSubscriptionIsNoPlainRequest(@LocalServerPort int port) {
        GraphQlClient.Answer answer = new GraphQlClient(port).ask("subscription { runChanged { kind } }");

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.message()).contains("text/event-stream");
    }

    @Test
    void aLostDatabaseConnectionEndsSubscriptionsAndTheNextOnesMissNothing() throws IOException {
        try (EventStreamClient stream = subscribe(ours)) {
            jdbc.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE application_name = 'runledger live' AND datname = current_database()")
                    .query(Integer.class)
                    .single();
            assertThat(stream.next().code()).isEqualTo("UNAVAILABLE");
            assertThat(stream.next().name()).isEqualTo("complete");
        }
        await().atMost(Duration.ofMinutes(1)).until(this::changesAreTold);
    }

    private boolean changesAreTold() throws IOException {
        try (EventStreamClient stream = subscribe(ours)) {
            UUID id = runs.insertAndNotify("running", environment);
            return stream.next()
                    .change()
                    .path("run")
                    .path("id")
                    .stringValue("none")
                    .equals(id.toString());
        }
    }

    private EventStreamClient subscribe(Map<String, ?> variables) {
        return EventStreamClient.open(server, TestKeys.ANALYST, RUN_CHANGED, variables);
    }

    private void update(UUID id, String assignments) {
        jdbc.sql("UPDATE question_generation_runs SET " + assignments + " WHERE id = :id")
                .param("id", id)
                .update();
        runs.notifyOf(id);
    }

    private static Map<String, ?> filter(Map<String, ?> filter) {
        return Map.of("filter", filter);
    }

    private static void assertChange(Event event, String kind, UUID id) {
        assertThat(event.name()).as(event.toString()).isEqualTo("next");
        assertThat(event.change().path("kind").stringValue("none"))
                .as(event.toString())
                .isEqualTo(kind);
        assertThat(event.change().path("run").path("id").stringValue("none")).isEqualTo(id.toString());
    }
}
