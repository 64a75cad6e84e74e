package dev.runledger;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Reports go on while server and database are killed, one after the other and both. */
class NothingAnsweredIsLostIT {

    private static final int REPORTERS = 4;
    private static final int BETWEEN_KILLS = 150;

    private interface Kill {
        void of(ServerProcess server, ServerCluster cluster) throws Exception;
    }

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final AtomicInteger next = new AtomicInteger();
    private final Map<String, String> answered = new ConcurrentHashMap<>();
    private final List<Throwable> surprises = new CopyOnWriteArrayList<>();
    private volatile ServerProcess server;
    private volatile boolean stop;

    @Test
    void everyAnsweredReportIsThereExactlyOnce() throws Exception {
        server = ServerProcess.start(directory);
        ServerCluster cluster = new ServerCluster(directory.resolve("data"));
        String key = reporterKey();
        List<Thread> reporters = new ArrayList<>();
        for (int i = 0; i < REPORTERS; i++) {
            Thread reporter = new Thread(() -> reportUntilStopped(key));
            reporter.start();
            reporters.add(reporter);
        }
        List<Kill> kills = List.of(
                (process, database) -> database.killPostmaster(),
                (process, database) -> process.kill(),
                (process, database) -> {
                    database.killPostmaster();
                    process.kill();
                },
                (process, database) -> process.terminate());
        try {
            for (Kill kill : kills) {
                awaitMoreAnswers();
                kill.of(server, cluster);
                if (server.isAlive()) {
                    awaitMoreAnswers();
                } else {
                    server = ServerProcess.start(directory);
                }
            }
            awaitMoreAnswers();
        } finally {
            stop = true;
            for (Thread reporter : reporters) {
                reporter.join();
            }
        }

        assertThat(surprises).isEmpty();
        assertThat(
                        cluster.ask(
                                "SELECT string_agg(client_run_id || '=' || id, ',' ORDER BY client_run_id COLLATE \"C\") FROM question_generation_runs"))
                .isEqualTo(String.join(
                        ",",
                        answered.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .sorted()
                                .toList()));
        server.close();
    }

    private void awaitMoreAnswers() {
        int enough = answered.size() + BETWEEN_KILLS;
        server.await("more answers", () -> answered.size() >= enough || !surprises.isEmpty());
    }

    /** As a reporter does: each run is reported again until the answer says that it is there. */
    private void reportUntilStopped(String key) {
        while (!stop) {
            String name = "run-%06d".formatted(next.incrementAndGet());
            String report = """
                    {"client_run_id": "%s", "started_at": "2026-03-01T10:00:00Z", "status": "success", "questions_requested": 10}""".formatted(name);
            while (!answered.containsKey(name)) {
                try {
                    send(key, name, report);
                } catch (IOException e) {
                    // Killed before it answered: nobody knows whether it was recorded. Sent again.
                    Thread.onSpinWait();
                } catch (Exception | AssertionError e) {
                    surprises.add(e);
                    return;
                }
            }
        }
    }

    private void send(String key, String name, String report) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/v1/admin/generation-runs"))
                .header("X-Service-Key", key)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(report))
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() == 201) {
            answered.put(
                    name, JsonMapper.shared().readTree(answer.body()).get("id").stringValue());
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.body()).isEqualTo("{\"detail\":\"The database is not available, try again later\"}");
        }
    }

    private String reporterKey() throws IOException {
        return Files.readString(directory.resolve("data/keys"))
                .lines()
                .filter(line -> line.contains("rl_reporter_"))
                .map(line -> line.substring(line.indexOf("rl_reporter_")).strip())
                .findFirst()
                .orElseThrow();
    }
}
