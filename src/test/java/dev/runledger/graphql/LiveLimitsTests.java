package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.EventStreamClient.Event;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

@RunledgerTest
@TestPropertySource(
        properties = {
            "runledger.graphql.timeout=2s",
            "spring.graphql.websocket.connection-init-timeout=1s",
            "spring.graphql.websocket.keep-alive=100ms",
            "spring.graphql.http.sse.keep-alive=100ms"
        })
class LiveLimitsTests {

    private static final int RUNS = 2_000;

    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, ?> ours = Map.of("filter", Map.of("environments", List.of(environment)));

    @Autowired
    JdbcClient jdbc;

    @LocalServerPort
    int port;

    TestRuns runs;
    String server;

    @BeforeEach
    void connect() {
        server = "http://localhost:" + port;
        runs = new TestRuns(jdbc);
    }

    @AfterEach
    void deleteRuns() {
        runs.deleteAllIn(environment);
    }

    @Test
    void whoHasNothingToReadHearsThatTheConnectionIsAlive() throws IOException {
        try (EventStreamClient stream = subscribe();
                WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            for (int i = 0; i < 3; i++) {
                assertThat(stream.nextOfAnyKind().name()).isEmpty();
                assertThat(client.next().path("type").stringValue()).isEqualTo("ping");
            }
        }
    }

    @Test
    void aSubscriptionOutlivesTheTimeOfARequest() throws IOException {
        try (EventStreamClient stream = subscribe()) {
            for (int tenths = 0; tenths < 25; tenths++) {
                assertThat(stream.nextOfAnyKind().name()).isEmpty();
            }
            runs.insertAndNotify("failed", environment);
            Event event = stream.next();
            assertThat(event.code()).as(event.toString()).isEqualTo("none");
            assertThat(event.change().path("run").path("pipelineLosses").size()).isEqualTo(6);
        }
    }

    @Test
    void aConnectionWithoutAKeyIsClosedAfterAWhile() {
        try (WebSocketClient client = new WebSocketClient(server)) {
            assertThat(client.closeCode()).isEqualTo(4408);
        }
    }

    @Test
    void aReaderThatDoesNotReadIsDroppedAndNobodyWaitsForIt() throws IOException {
        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment, error_summary)
                SELECT gen_random_uuid(), now(), 'failed', 0, :environment,
                       jsonb_build_object('text', repeat('long ', 4000))
                  FROM generate_series(1, :runs)
                """).param("environment", environment).param("runs", RUNS).update();
        List<UUID> ids = jdbc.sql("SELECT id FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .query(UUID.class)
                .list();
        try (Socket slow = subscribeWithoutReading();
                EventStreamClient quick = subscribe()) {
            Set<String> received = new HashSet<>();
            for (int i = 0; i < RUNS; i += 100) {
                runs.notifyOf(ids.subList(i, i + 100).toArray(UUID[]::new));
                while (received.size() < i + 100) {
                    JsonNode change = quick.next().change();
                    received.add(change.path("run").path("id").stringValue());
                }
            }
            assertThat(lastLines(slow)).contains("\"LIMIT_EXCEEDED\"", "More than 1000 changes", "event:complete");
        }
    }

    private EventStreamClient subscribe() {
        return EventStreamClient.open(server, TestKeys.ANALYST, LiveOverEventsTests.RUN_CHANGED, ours);
    }

    /** Reads until the subscription is active, and no further. */
    private Socket subscribeWithoutReading() throws IOException {
        String body = GraphQlClient.JSON.writeValueAsString(Map.of(
                "query",
                "subscription ($filter: RunFilter) { runChanged(filter: $filter) { run { errorSummary } } }",
                "variables",
                ours));
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("localhost", port));
        socket.getOutputStream()
                .write("""
                        POST /graphql HTTP/1.1\r
                        Host: localhost\r
                        X-Service-Key: %s\r
                        Content-Type: application/json\r
                        Accept: text/event-stream\r
                        Content-Length: %d\r
                        \r
                        %s""".formatted(TestKeys.ANALYST, body.length(), body).getBytes(StandardCharsets.UTF_8));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        return socket;
    }

    /** Everything from the first error on. */
    private static String lastLines(Socket socket) throws IOException {
        StringBuilder lines = new StringBuilder();
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = reader.readLine(); !line.startsWith("event:complete"); line = reader.readLine()) {
            if (line.contains("\"errors\"")) {
                lines.append(line);
            }
        }
        return lines + "event:complete";
    }
}
