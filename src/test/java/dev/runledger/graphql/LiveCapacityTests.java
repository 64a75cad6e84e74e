package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.EventStreamClient.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

@RunledgerTest
@TestPropertySource(
        properties = {
            "runledger.live.max-subscriptions=2",
            "runledger.live.max-connections=5",
            // So often the server sees whether a client has left.
            "spring.graphql.http.sse.keep-alive=100ms"
        })
class LiveCapacityTests {

    /** As registered for RFC 6455. */
    private static final int TRY_AGAIN_LATER = 1013;

    private final String environment = "live-" + UUID.randomUUID().toString().substring(0, 8);
    private final Map<String, ?> ours = Map.of("filter", Map.of("environments", List.of(environment)));

    @Autowired
    JdbcClient jdbc;

    @LocalServerPort
    int port;

    @Test
    void aServerHasSoManySubscriptionsAndRoomAgainWhenOneEnds() throws IOException {
        TestRuns runs = new TestRuns(jdbc);
        try (EventStreamClient first = subscribe();
                WebSocketClient second = ready(TestKeys.REPORTER)) {
            second.subscribe("a", LiveOverEventsTests.RUN_CHANGED, ours);
            try (EventStreamClient third = subscribe()) {
                Event refusal = third.next();
                assertThat(refusal.code()).isEqualTo("LIMIT_EXCEEDED");
                assertThat(refusal.data().toString()).contains("2 subscriptions");
                assertThat(third.next().name()).isEqualTo("complete");
            }
            first.close();
            await().until(() -> {
                try (EventStreamClient stream = subscribe()) {
                    runs.insertAndNotify("failed", environment);
                    return stream.next().code().equals("none");
                }
            });
        } finally {
            runs.deleteAllIn(environment);
        }
    }

    @Test
    void aServerHasSoManyWebSocketsAndRoomAgainWhenOneEnds() {
        List<WebSocketClient> open = new ArrayList<>();
        try {
            // The server may not have seen yet that an earlier test's client left.
            await().untilAsserted(() -> {
                while (open.size() < 5) {
                    open.add(ready(open.size() < 3 ? TestKeys.ANALYST : TestKeys.REPORTER));
                }
            });
            try (WebSocketClient oneTooMany = new WebSocketClient(server())) {
                assertThat(oneTooMany.closeCode()).isEqualTo(TRY_AGAIN_LATER);
                assertThat(oneTooMany.closeReason()).isEqualTo("This server has no room for more connections");
            }
            open.get(0).close();
            await().untilAsserted(() -> ready(TestKeys.ANALYST).close());
        } finally {
            open.forEach(WebSocketClient::close);
        }
    }

    @Test
    void aKeyHasHalfOfTheSubscriptions() throws IOException {
        await().until(() -> {
            try (EventStreamClient first = subscribe();
                    EventStreamClient second = subscribe()) {
                return second.next().data().toString().contains("This key has 1 subscriptions");
            }
        });
    }

    @Test
    void aKeyHasHalfOfTheConnectionsAndThoseWithoutAKeyTakeNone() {
        List<WebSocketClient> open = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                open.add(new WebSocketClient(server()));
            }
            assertThat(open.get(0).closeCode()).as("the oldest makes room").isEqualTo(TRY_AGAIN_LATER);
            await().untilAsserted(() -> {
                WebSocketClient fourth = null;
                for (int i = 0; i < 4; i++) {
                    fourth = ready(TestKeys.ANALYST);
                    open.add(fourth);
                }
                assertThat(fourth.closeReason()).isEqualTo("This key has 3 connections, as many as it can have");
            });
            open.add(ready(TestKeys.REPORTER));
        } finally {
            open.forEach(WebSocketClient::close);
        }
    }

    private EventStreamClient subscribe() {
        return EventStreamClient.open(server(), TestKeys.ANALYST, LiveOverEventsTests.RUN_CHANGED, ours);
    }

    private WebSocketClient ready(String key) {
        return WebSocketClient.ready(server(), key);
    }

    private String server() {
        return "http://localhost:" + port;
    }
}
