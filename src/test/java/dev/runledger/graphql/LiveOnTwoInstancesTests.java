package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerApplication;
import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.database.TestDatabase;
import dev.runledger.graphql.EventStreamClient.Event;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Two instances of the server on one database: wherever a run is recorded, subscribers of both receive it. */
@RunledgerTest
class LiveOnTwoInstancesTests {

    private static ConfigurableApplicationContext other;

    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);
    /** Nobody declares it stuck meanwhile. */
    private final Instant startedAt = Instant.now();

    private final Map<String, ?> ours = Map.of("filter", Map.of("environments", List.of(environment)));

    @Autowired
    JdbcClient jdbc;

    @LocalServerPort
    int port;

    @BeforeAll
    static void startTheOther() {
        TestDatabase database = TestDatabase.shared();
        other = new SpringApplicationBuilder(RunledgerApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.url(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--runledger.keys.analyst=" + TestKeys.ANALYST);
    }

    @AfterAll
    static void stopTheOther() {
        other.close();
    }

    @AfterEach
    void deleteRuns() {
        new TestRuns(jdbc).deleteAllIn(environment);
    }

    @Test
    void aRunThatOneInstanceRecordsIsToldByTheOther() throws Exception {
        try (EventStreamClient stream = EventStreamClient.open(
                        otherAddress(), TestKeys.ANALYST, LiveOverEventsTests.RUN_CHANGED, ours);
                WebSocketClient client = WebSocketClient.ready(otherAddress(), TestKeys.ANALYST)) {
            client.subscribe("a", LiveOverEventsTests.RUN_CHANGED, ours);

            String id = report("running");
            assertChange(stream.next().change(), "STARTED", id);
            assertChange(client.next().at("/payload/data/runChanged"), "STARTED", id);

            report("failed");
            Event end = stream.next();
            assertChange(end.change(), "ENDED", id);
            assertThat(end.change().at("/run/status").stringValue()).isEqualTo("FAILED");
        }
    }

    @Test
    void bothInstancesNotifyWhileAnAuditHoldsTheRollups() throws Exception {
        try (EventStreamClient there = EventStreamClient.open(
                        otherAddress(), TestKeys.ANALYST, LiveOverEventsTests.RUN_CHANGED, ours);
                EventStreamClient here = EventStreamClient.open(
                        "http://localhost:" + port, TestKeys.ANALYST, LiveOverEventsTests.RUN_CHANGED, ours);
                Connection audit = TestDatabase.shared().connect();
                Statement lock = audit.createStatement()) {
            audit.setAutoCommit(false);
            lock.execute("SELECT pg_advisory_xact_lock(hashtextextended('runledger rollups', 0))");

            String id = report("running");
            assertChange(there.next().change(), "STARTED", id);
            assertChange(here.next().change(), "STARTED", id);
            report("success");
            assertChange(there.next().change(), "ENDED", id);
            assertChange(here.next().change(), "ENDED", id);
        }
    }

    private static String otherAddress() {
        return "http://localhost:" + other.getEnvironment().getRequiredProperty("local.server.port");
    }

    private static void assertChange(JsonNode change, String kind, String id) {
        assertThat(change.path("kind").stringValue("none")).isEqualTo(kind);
        assertThat(change.at("/run/id").stringValue("none")).isEqualTo(id);
    }

    /** Reports the run to the instance of these tests, and returns its id. */
    private String report(String status) throws IOException, InterruptedException {
        String body = """
                {"client_run_id": "run-of-%1$s", "started_at": "%3$s", "status": "%2$s",
                 "questions_requested": 10, "environment": "%1$s"}""".formatted(environment, status, startedAt);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/v1/admin/generation-runs"))
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return GraphQlClient.JSON.readTree(answer.body()).path("id").stringValue();
    }
}
