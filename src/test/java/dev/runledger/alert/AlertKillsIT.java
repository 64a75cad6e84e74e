package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.ServerProcess;
import dev.runledger.database.ServerCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Runs that are bad and good in turns, each firing or resolving an alert, while server and database are killed at any moment.
 * {@code -Drunledger.kills=1000} kills as often.
 */
class AlertKillsIT {

    private static final int KILLS = Integer.getInteger("runledger.kills", 3);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Instant first = Instant.now().minus(Duration.ofMinutes(30));
    private final AtomicInteger reported = new AtomicInteger();
    private volatile ServerProcess server;
    private volatile boolean stop;

    @AfterEach
    void end() throws InterruptedException {
        if (server != null) {
            server.kill();
        }
    }

    @Test
    void everyFiringAndItsEndArriveAndNoneIsInvented() throws Exception {
        try (Receiver receiver = new Receiver()) {
            Path file = Files.writeString(directory.resolve("alerts.yaml"), """
                    channels: [{name: Hook, kind: WEBHOOK, url: "%s"}]
                    rules: [{name: Bad run, kind: CONSECUTIVE, metric: OVERALL_SUCCESS_RATE, threshold: 0.5, runs: 1, since: 2000-01-01T00:00:00Z, channels: [Hook]}]
                    """.formatted(receiver.url()));
            Map<String, String> environment = Map.of(
                    "RUNLEDGER_ALERTS_SECRET_KEY",
                    "key-of-the-tests-of-alerts",
                    "RUNLEDGER_ALERTS_PRIVATE_TARGETS",
                    "true",
                    "RUNLEDGER_ALERTS_SECRETS_HOOK",
                    SECRET,
                    "RUNLEDGER_ALERTS_FILE",
                    file.toString());
            server = start(environment);
            ServerCluster cluster = new ServerCluster(directory.resolve("data"));
            String key = key();
            Thread reporter = new Thread(() -> reportUntilStopped(key));
            reporter.start();
            Random random = new Random(KILLS);
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    int enough = reported.get() + 1 + random.nextInt(12);
                    server.await("more runs", () -> reported.get() >= enough);
                    // The database, the server, both at once, and again.
                    if (kill % 3 != 1) {
                        cluster.killPostmaster();
                    }
                    if (kill % 3 != 0) {
                        server.kill();
                        server = start(environment);
                    }
                }
            } finally {
                stop = true;
                reporter.join();
            }
            int bad = (reported.get() + 1) / 2;

            server.await(
                    "all messages",
                    () -> ask(cluster, "SELECT count(*) FROM alert").equals(String.valueOf(bad))
                            && ask(cluster, "SELECT count(*) FROM alert WHERE notified = 'NOTHING'")
                                    .equals("0")
                            && ask(cluster, "SELECT count(*) FROM alert_message WHERE state = 'WAITING'")
                                    .equals("0"));

            List<JsonNode> messages = receiver.messages();
            assertThat(ids(messages, "alert.firing")).isEqualTo(stored(cluster, "true"));
            assertThat(ids(messages, "alert.resolved")).isEqualTo(stored(cluster, "resolved_at IS NOT NULL"));
            assertThat(stored(cluster, "resolved_at IS NOT NULL")).hasSizeGreaterThanOrEqualTo(bad - 1);
            Set<String> fired = new LinkedHashSet<>();
            for (JsonNode message : messages) {
                if (message.path("type").stringValue().equals("alert.resolved")) {
                    assertThat(fired).containsAll(ids(List.of(message), "alert.resolved"));
                }
                fired.addAll(ids(List.of(message), "alert.firing"));
            }
            server.close();
        }
    }

    private ServerProcess start(Map<String, String> environment) throws IOException {
        ServerProcess started = ServerProcess.run(directory, List.of(), environment);
        started.awaitStart();
        return started;
    }

    private String key() throws IOException {
        return Files.readString(directory.resolve("data/keys"))
                .lines()
                .filter(line -> line.contains("rl_reporter_"))
                .map(line -> line.substring(line.indexOf("rl_reporter_")).strip())
                .findFirst()
                .orElseThrow();
    }

    /** One run after the other, the next one once this one is recorded. */
    private void reportUntilStopped(String key) {
        while (!stop) {
            int run = reported.get();
            Instant startedAt = first.plusSeconds(run);
            String report = """
                    {"client_run_id": "run-%d", "started_at": "%s", "completed_at": "%s", "status": "success",
                     "environment": "production", "questions_requested": 100, "questions_inserted": %d}""".formatted(run, startedAt, startedAt.plusMillis(500), run % 2 == 0 ? 10 : 90);
            try {
                if (send(key, report) == 201) {
                    reported.incrementAndGet();
                }
                // So that most runs are evaluated by themselves.
                Thread.sleep(200);
            } catch (IOException e) {
                // Killed before it answered. Sent again.
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private int send(String key, String report) throws IOException, InterruptedException {
        String address = server.address();
        if (address == null) {
            return 0;
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/v1/admin/generation-runs"))
                .header("X-Service-Key", key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(report))
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    /** The alerts in the messages of a type, those that go out with others included. */
    private static Set<String> ids(List<JsonNode> messages, String type) {
        return messages.stream()
                .filter(message -> message.path("type").stringValue().equals(type))
                .map(message -> message.path("data"))
                .flatMap(data ->
                        Stream.concat(Stream.of(data), data.path("alsoFiring").valueStream()))
                .map(data -> data.path("id").stringValue())
                .collect(Collectors.toSet());
    }

    private static Set<String> stored(ServerCluster cluster, String condition) {
        String ids = ask(cluster, "SELECT coalesce(string_agg(id::text, ','), '') FROM alert WHERE " + condition);
        return Set.of(ids.split(","));
    }

    private static String ask(ServerCluster cluster, String query) {
        try {
            return cluster.ask(query);
        } catch (Exception e) {
            return "not now";
        }
    }
}
