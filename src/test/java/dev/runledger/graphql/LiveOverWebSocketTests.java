package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.limits.SubscriptionLimits;
import dev.runledger.security.Role;
import dev.runledger.security.StoredKeys;
import java.net.http.WebSocketHandshakeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class LiveOverWebSocketTests {

    private static final Map<String, ?> INIT = Map.of("type", "connection_init");

    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, ?> ours = Map.of("filter", Map.of("environments", List.of(environment)));

    @Autowired
    JdbcClient jdbc;

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
    void aRunIsToldUntilTheSubscriptionIsCompleted() {
        try (WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            client.subscribe("a", LiveOverEventsTests.RUN_CHANGED, ours);
            client.subscribe("b", LiveOverEventsTests.RUN_CHANGED, ours);
            UUID first = runs.insertAndNotify("running", environment);
            assertThat(List.of(runOf(client.next()), runOf(client.next()))).containsOnly(first.toString());

            client.send(Map.of("type", "complete", "id", "a"));
            UUID second = runs.insertAndNotify("success", environment);
            JsonNode next = client.next();
            assertThat(next.path("id").stringValue()).isEqualTo("b");
            assertThat(runOf(next)).isEqualTo(second.toString());
            client.send(Map.of("type", "ping"));
            assertThat(client.next().path("type").stringValue()).isEqualTo("pong");
        }
    }

    @Test
    void theKeyMayComeWithTheHandshake() {
        try (WebSocketClient client = new WebSocketClient(server, "X-Service-Key", TestKeys.ANALYST)) {
            client.send(INIT);
            assertThat(client.next().path("type").stringValue()).isEqualTo("connection_ack");
            client.subscribe("a", LiveOverEventsTests.RUN_CHANGED, ours);
            assertThat(runOf(nextAfter(client, "failed"))).isNotEqualTo("none");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"connection_init\"}",
                "{\"type\": \"connection_init\", \"payload\": {\"X-Service-Key\": \"wrong\"}}",
                "{\"type\": \"connection_init\", \"payload\": {\"X-Service-Key\": {}}}",
                "{\"type\": \"connection_init\", \"payload\": {\"X-Service-Key\": null}}",
                "{\"type\": \"subscribe\", \"id\": \"a\", \"payload\": {\"query\": \"{ runs { totalCount } }\"}}"
            })
    void withoutAValidKeyTheConnectionIsClosedAndNothingSaid(String message) {
        try (WebSocketClient client = new WebSocketClient(server)) {
            client.sendText(message);
            assertThat(client.closeCode()).isEqualTo(4401);
            assertThat(client.hasMessages()).isFalse();
        }
    }

    @Test
    void aHandshakeWithAWrongKeyOrOfAnotherOriginIsRefused() {
        assertHandshakeRefused(401, "X-Service-Key", "wrong");
        assertHandshakeRefused(403, "Origin", "https://elsewhere.example");
        try (WebSocketClient client = new WebSocketClient(server, "Origin", server)) {
            client.send(INIT);
            assertThat(client.closeCode()).isEqualTo(4401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"type\": 5}",
                "{\"type\": \"next\", \"id\": \"a\"}",
                "{\"type\": \"subscribe\", \"payload\": {\"query\": \"{ __typename }\"}}",
                "{\"type\": \"subscribe\", \"id\": \"a\"}",
                "{\"type\": \"subscribe\", \"id\": \"a\", \"payload\": {\"query\": 5}}",
                "{\"type\": \"subscribe\", \"id\": \"a\", \"payload\": {\"query\": \"{ __typename }\", \"variables\": []}}",
                "{\"type\": \"connection_init\", \"payload\": \"x\"}"
            })
    void aMessageOfAnotherShapeClosesTheConnection(String message) {
        try (WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            client.sendText(message);
            assertThat(client.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void aMessageOverTheLimitClosesTheConnection() {
        try (WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            client.operation("a", "{ __typename }", Map.of("a", "x".repeat(50_000)));
            assertThat(client.next().path("type").stringValue()).isEqualTo("next");
            assertThat(client.next().path("type").stringValue()).isEqualTo("complete");
            client.operation("b", "{ __typename }", Map.of("a", "x".repeat(65_536)));
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void documentsHaveTheSameLimitsAndMutationsNeedTheirAuthority() {
        try (WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            client.operation("a", "{ %s }".formatted("runs { totalCount } ".repeat(100)), Map.of());
            assertThat(codeOf(client.next())).isEqualTo("LIMIT_EXCEEDED");
            assertThat(client.next().path("type").stringValue()).isEqualTo("complete");
            client.operation(
                    "b",
                    "mutation { recordRunStart(input: {startedAt: \"2026-01-01\", questionsRequested: 5}) { outcome } }",
                    Map.of());
            assertThat(codeOf(client.next())).isEqualTo("FORBIDDEN");
        }
    }

    @Test
    void aSubscriptionEndsSoonAfterItsKeyHasExpired(@Autowired StoredKeys keys) {
        StoredKeys.Created created =
                keys.create(environment, Role.ANALYST, OffsetDateTime.now().plusSeconds(5), "a test");
        try (WebSocketClient client = WebSocketClient.ready(server, created.key())) {
            client.subscribe("a", LiveOverEventsTests.RUN_CHANGED, ours);
            JsonNode end = client.next();
            assertThat(end.path("type").stringValue()).isEqualTo("error");
            assertThat(end.toString()).contains("UNAUTHORIZED");
        }
    }

    @Test
    void aConnectionHasSoManySubscriptionsAndNoMore() {
        try (WebSocketClient client = WebSocketClient.ready(server, TestKeys.ANALYST)) {
            for (int i = 0; i < SubscriptionLimits.MAX_OF_CONNECTION; i++) {
                client.subscribe("s" + i, LiveOverEventsTests.RUN_CHANGED, ours);
            }
            client.operation("more", LiveOverEventsTests.RUN_CHANGED, ours);
            JsonNode refusal = client.next();
            assertThat(refusal.path("type").stringValue()).isEqualTo("error");
            assertThat(refusal.toString()).contains("LIMIT_EXCEEDED", "20 subscriptions");

            client.send(Map.of("type", "complete", "id", "s0"));
            client.subscribe("again", LiveOverEventsTests.RUN_CHANGED, ours);
        }
    }

    private JsonNode nextAfter(WebSocketClient client, String status) {
        runs.insertAndNotify(status, environment);
        return client.next();
    }

    private void assertHandshakeRefused(int status, String... headers) {
        assertThatThrownBy(() -> new WebSocketClient(server, headers))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(status));
    }

    private static String runOf(JsonNode message) {
        return message.path("payload")
                .path("data")
                .path("runChanged")
                .path("run")
                .path("id")
                .stringValue("none");
    }

    private static String codeOf(JsonNode message) {
        return message.path("payload")
                .path("errors")
                .path(0)
                .path("extensions")
                .path("code")
                .stringValue("none");
    }
}
