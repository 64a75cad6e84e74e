package dev.runledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.database.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The jar of the version before, beside the built one on one database, whichever of them started first. */
@EnabledIfSystemProperty(
        named = "runledger.version-before",
        matches = ".+",
        disabledReason = "needs the version before: -Drunledger.version-before=PATH-OF-ITS-JAR")
class VersionBeforeIT {

    private static final String KEY = "rl_admin_0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int RUNS = 20;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final TestDatabase database = TestDatabase.create();

    @Test
    void bothRecordAndAnswerTheSameOnOneDatabase() throws Exception {
        Path before = Path.of(System.getProperty("runledger.version-before")).toAbsolutePath();
        int runs = RUNS;
        ServerProcess old = start(before);
        try {
            start(0, runs, old);
            try (ServerProcess built = start(ServerProcess.JAR)) {
                end(0, runs, old, built);
                assertSame(runs, old, built);

                old.close();
                // On the schema of the newer one.
                old = start(before);
                start(runs, 2 * runs, old, built);
                end(runs, 2 * runs, built, old);
                assertSame(2 * runs, old, built);

                ask(built, "mutation { auditRollups { id } }");
                built.await("an audit without a difference", () -> audited(built));
            }
            assertSame(2 * runs, old);
            assertThat(old.output()).doesNotContain(" ERROR ");
        } finally {
            old.close();
        }
    }

    private void assertSame(int runs, ServerProcess... servers) throws Exception {
        for (ServerProcess server : servers) {
            assertThat(ask(server, "{ summary { runs { total } approvalRate } }")
                            .at("/data/summary"))
                    .isEqualTo(JSON.readTree("{\"runs\": {\"total\": %d}, \"approvalRate\": 0.5}".formatted(runs)));
            server.await("readiness", () -> server.get("/actuator/health/readiness", null) == 200);
        }
    }

    private ServerProcess start(Path jar) throws Exception {
        ServerProcess server = ServerProcess.run(
                jar,
                directory,
                List.of(),
                Map.of(
                        "SPRING_DATASOURCE_URL", database.url(),
                        "SPRING_DATASOURCE_USERNAME", database.username(),
                        "SPRING_DATASOURCE_PASSWORD", database.password(),
                        "RUNLEDGER_KEYS_ADMIN", KEY));
        server.awaitStart();
        return server;
    }

    private void start(int from, int to, ServerProcess... servers) throws Exception {
        for (int run = from; run < to; run++) {
            report(servers[run % servers.length], """
                    {"client_run_id": "run-%d", "started_at": "2026-03-01T10:00:00Z", "status": "running", "questions_requested": 10}""".formatted(run));
        }
    }

    private void end(int from, int to, ServerProcess... servers) throws Exception {
        for (int run = from; run < to; run++) {
            report(servers[run / 2 % servers.length], """
                    {"client_run_id": "run-%d", "started_at": "2026-03-01T10:00:00Z", "completed_at": "2026-03-01T10:05:00Z",
                     "status": "success", "questions_requested": 10, "questions_generated": 10, "questions_evaluated": 10,
                     "questions_approved": 5}""".formatted(run));
        }
    }

    private void report(ServerProcess server, String body) throws Exception {
        HttpResponse<String> answer = post(server, "/v1/admin/generation-runs", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private boolean audited(ServerProcess server) {
        try {
            return ask(server, "{ rollupJob { state repairedCells } }")
                    .at("/data/rollupJob")
                    .equals(JSON.readTree("{\"state\": \"DONE\", \"repairedCells\": 0}"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode ask(ServerProcess server, String query) throws Exception {
        return JSON.readTree(post(server, "/graphql", JSON.writeValueAsString(Map.of("query", query)))
                .body());
    }

    private HttpResponse<String> post(ServerProcess server, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("X-Service-Key", KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }
}
