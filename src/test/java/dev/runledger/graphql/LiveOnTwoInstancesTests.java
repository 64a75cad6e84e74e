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

/** Two instances of the server on one database: wherever a run is recorded, subscribers of both are told. */
@RunledgerTest
class LiveOnTwoInstancesTests {

    private static ConfigurableApplicationContext other;

    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);
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

            String id = report("running", "");
            assertChange(stream.next().change(), "STARTED", id);
            assertChange(client.next().at("/payload/data/runChanged"), "STARTED", id);

            report("failed", ", \"completed_at\": \"2026-11-20T03:08:20Z\"");
            Event end = stream.next();
            assertChange(end.change(), "ENDED", id);
            assertThat(end.change().at("/run/status").stringValue()).isEqualTo("FAILED");
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
    private String report(String status, String more) throws IOException, InterruptedException {
        String body = """
                {"client_run_id": "run-of-%1$s", "started_at": "2026-11-20T03:00:00Z", "status": "%2$s",
                 "questions_requested": 10, "environment": "%1$s"%3$s}""".formatted(environment, status, more);
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
