package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.rollup.Rollups;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class DeletionTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String DELETE = "mutation ($id: UUID!) { deleteRun(id: $id) { deleted } }";
    private static final String RESTORE = "mutation ($id: UUID!) { restoreRun(id: $id) { restored } }";
    private static final String DELETE_RUNS = """
            mutation ($filter: RunFilter!, $dryRun: Boolean!, $expected: Int) {
              deleteRuns(filter: $filter, dryRun: $dryRun, expected: $expected) {
                dryRun matching deleted remaining firstStartedAt groups { status environment runs } } }
            """;

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    DeletedRuns deletedRuns;

    @Autowired
    Rollups rollups;

    private final String environment = "d-" + UUID.randomUUID().toString().substring(0, 12);
    private GraphQlClient client;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    @Test
    void aSpooledReportOfADeletedRunIsAnsweredAsTakenAndRaisesNothing() throws Exception {
        ObjectNode start = report(UUID.randomUUID(), "running").put("client_run_id", environment);
        String id = post(start).path("id").stringValue();
        delete(id);

        ObjectNode end = report(null, "success").put("client_run_id", environment);
        for (ObjectNode late : List.of(start, end, end, report(UUID.fromString(id), "failed"))) {
            JsonNode answer = post(late);
            assertThat(answer.path("id").stringValue()).isEqualTo(id);
            assertThat(answer.path("warnings").path(0).path("type").stringValue())
                    .isEqualTo("run_deleted");
        }
        JsonNode patched =
                send("PATCH", "/" + id, GraphQlClient.JSON.createObjectNode().put("status", "success"), 200);
        assertThat(patched.path("warnings").path(0).path("type").stringValue()).isEqualTo("run_deleted");
        assertThat(total()).isZero();
        assertThat(rows()).isZero();
    }

    @Test
    void aDeletedRunThatBearsNoNameIsKnownByItsReportAndAnotherOfTheSameMomentIsRecorded() throws Exception {
        ObjectNode report = report(null, "success").put("triggered_by", "scheduler");
        String id = post(report).path("id").stringValue();
        delete(id);

        assertThat(post(report).path("id").stringValue()).isEqualTo(id);
        assertThat(rows()).isZero();

        String other =
                post(report.deepCopy().put("questions_generated", 7)).path("id").stringValue();
        assertThat(other).isNotEqualTo(id);
        assertThat(rows()).isEqualTo(1);
        assertThat(restore(id)).isTrue();
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void byGraphQlTheOutcomeOfADeletedRunIsDeletedAndAWriterReadsNoneOfItsFigures() throws Exception {
        String id = post(report(UUID.randomUUID(), "success")).path("id").stringValue();
        delete(id);
        String record = """
                mutation ($id: UUID!) { recorded: recordRunCompletion(input: {id: $id, startedAt: "2026-03-01T00:00:00Z",
                    status: FAILED, questionsRequested: 5}) { outcome run { id %s } warnings { type } } }
                """;

        JsonNode recorded = as(TestKeys.WRITER, record.formatted("status"), Map.of("id", id))
                .data("recorded");
        assertThat(recorded.path("outcome").stringValue()).isEqualTo("DELETED");
        assertThat(recorded.path("run").path("status").stringValue()).isEqualTo("SUCCESS");
        assertThat(recorded.path("warnings").path(0).path("type").stringValue()).isEqualTo("run_deleted");
        assertThat(as(TestKeys.WRITER, record.formatted("questionsGenerated"), Map.of("id", id))
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(client.ask(record.formatted("questionsGenerated"), Map.of("id", id))
                        .data("recorded")
                        .path("run")
                        .path("questionsGenerated")
                        .intValue())
                .isEqualTo(9);
    }

    @Test
    void aRestoredRunIsTheSameToTheLastDigitAndCountsAgain() throws Exception {
        rollups.auditAll();
        ObjectNode report = report(UUID.randomUUID(), "success")
                .put("avg_arbiter_score", 7.123456789012345)
                .put("total_cost_usd", 1.0e-7)
                .put("duration_seconds", 0.1 + 0.2);
        report.putObject("breakdowns").putObject("model").putObject("m").put("generated", 3.5);
        String id = post(report).path("id").stringValue();
        String before = row(id);

        delete(id);
        assertThat(total()).isZero();
        assertThat(restore(id)).isTrue();
        assertThat(restore(id)).isFalse();

        assertThat(row(id)).isEqualTo(before);
        assertThat(total()).isEqualTo(1);
        assertThat(post(report).has("warnings")).isFalse();
        assertThat(rollups.auditAll().repairedCells()).isZero();
    }

    @Test
    void after30DaysTheFiguresOfADeletedRunArePurgedAndItsReportsStillRaiseNothing() throws Exception {
        ObjectNode report = report(UUID.randomUUID(), "success").put("client_run_id", environment);
        report.putObject("provider_metrics").putObject("secret-provider").put("generated", 3);
        String id = post(report).path("id").stringValue();
        delete(id);
        jdbc.sql("UPDATE deleted_run SET deleted_at = now() - interval '31 days' WHERE id = :id")
                .param("id", UUID.fromString(id))
                .update();
        deletedRuns.sweep();

        assertThat(restore(id)).isFalse();
        assertThat(jdbc.sql("SELECT run::text FROM deleted_run WHERE id = :id")
                        .param("id", UUID.fromString(id))
                        .query(String.class)
                        .single())
                .doesNotContain("secret-provider", "provider_metrics")
                .contains("\"questions_generated\": 0");
        assertThat(post(report).path("id").stringValue()).isEqualTo(id);
        JsonNode recorded = client.ask("""
                        mutation ($id: UUID!) { recordRunCompletion(input: {id: $id, startedAt: "2026-03-01T00:00:00Z",
                            status: FAILED, questionsRequested: 5}) { outcome run { questionsGenerated providerMetrics } } }
                        """, Map.of("id", id)).data("recordRunCompletion");
        assertThat(recorded.path("outcome").stringValue()).isEqualTo("DELETED");
        assertThat(recorded.path("run").path("questionsGenerated").intValue()).isZero();
        assertThat(rows()).isZero();
    }

    @Test
    void whatAReportRaisedAtTheMomentOfADeletionIsDeletedAgain() throws Exception {
        String id = post(report(UUID.randomUUID(), "success")).path("id").stringValue();
        String run = row(id);
        delete(id);
        jdbc.sql("""
                        INSERT INTO question_generation_runs
                        SELECT run.* FROM jsonb_populate_record(NULL::question_generation_runs, CAST(:run AS jsonb)) run
                        """).param("run", run).update();
        deletedRuns.sweep();

        assertThat(rows()).isZero();
    }

    @Test
    void deletingByAFilterCountsFirstAndDeletesNothingUnlessThatManyMatch() throws Exception {
        for (int i = 0; i < 7; i++) {
            post(report(UUID.randomUUID(), i < 4 ? "success" : "failed"));
        }
        Map<String, Object> filter = Map.of("environments", List.of(environment));

        JsonNode counted = deleteRuns(Map.of("filter", filter, "dryRun", true)).data("deleteRuns");
        assertThat(counted.path("matching").intValue()).isEqualTo(7);
        assertThat(counted.path("deleted").intValue()).isZero();
        assertThat(counted.path("groups").path(0).path("runs").intValue()).isEqualTo(4);
        assertThat(deleteRuns(Map.of("filter", filter, "dryRun", false, "expected", 6))
                        .code())
                .isEqualTo("CONFLICT");
        assertThat(deleteRuns(Map.of("filter", Map.of(), "dryRun", false)).message())
                .startsWith("filter restricts nothing");
        assertThat(client.ask(DELETE_RUNS, Map.of("filter", filter, "dryRun", true))
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(rows()).isEqualTo(7);

        JsonNode deleted = deleteRuns(Map.of("filter", filter, "dryRun", false, "expected", 7))
                .data("deleteRuns");
        assertThat(deleted.path("deleted").intValue()).isEqualTo(7);
        assertThat(deleted.path("remaining").intValue()).isZero();
        assertThat(total()).isZero();
        JsonNode latest = as(
                        TestKeys.ADMIN, "{ deletedRuns(first: 100) { environment deletedBy restorable } }", Map.of())
                .data("deletedRuns");
        assertThat(latest.valueStream()
                        .filter(run -> run.path("environment").asString().equals(environment)))
                .hasSize(7)
                .allSatisfy(
                        run -> assertThat(run.path("deletedBy").stringValue()).startsWith("admin key"));
    }

    @Test
    void thousandsOfRunsAreDeletedWhileOthersAreRecordedAndTheRollupsAreRight() throws Exception {
        rollups.auditAll();
        jdbc.sql("""
                WITH run AS (
                    INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment)
                    SELECT gen_random_uuid(), timestamptz '2026-02-01Z' + n * interval '1 minute', 'success', 1, :environment
                      FROM generate_series(1, 3000) n
                    RETURNING *
                )
                INSERT INTO run_change (run_id, sign, run) SELECT id, 1, to_jsonb(run) FROM run
                """).param("environment", environment).update();
        List<CompletableFuture<Void>> reporters = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ObjectNode report = report(UUID.randomUUID(), "failed");
            reporters.add(CompletableFuture.runAsync(() -> {
                try {
                    post(report);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        JsonNode deleted = deleteRuns(Map.of(
                        "filter",
                        Map.of("environments", List.of(environment), "statuses", List.of("SUCCESS")),
                        "dryRun",
                        false))
                .data("deleteRuns");
        reporters.forEach(CompletableFuture::join);

        assertThat(deleted.path("deleted").intValue()).isEqualTo(3000);
        await().atMost(Duration.ofSeconds(30)).until(() -> total() == 50);
        assertThat(rollups.auditAll().repairedCells()).isZero();
    }

    private ObjectNode report(UUID id, String status) {
        ObjectNode report = GraphQlClient.JSON
                .createObjectNode()
                .put("started_at", "2026-03-01T00:00:00Z")
                .put("status", status)
                .put("questions_requested", 10)
                .put("environment", environment);
        if (id != null) {
            report.put("id", id.toString());
        }
        return status.equals("running") ? report : report.put("questions_generated", 9);
    }

    private JsonNode post(ObjectNode report) throws Exception {
        return send("POST", "", report, 201);
    }

    private JsonNode send(String method, String path, ObjectNode body, int status) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/admin/generation-runs" + path))
                        .header("X-Service-Key", TestKeys.REPORTER)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body.toString()))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return GraphQlClient.JSON.readTree(answer.body());
    }

    private void delete(String id) {
        assertThat(as(TestKeys.ADMIN, DELETE, Map.of("id", id))
                        .data("deleteRun")
                        .path("deleted")
                        .booleanValue())
                .isTrue();
    }

    private boolean restore(String id) {
        return as(TestKeys.ADMIN, RESTORE, Map.of("id", id))
                .data("restoreRun")
                .path("restored")
                .booleanValue();
    }

    private Answer deleteRuns(Map<String, Object> variables) {
        return as(TestKeys.ADMIN, DELETE_RUNS, variables);
    }

    private Answer as(String key, String document, Map<String, ?> variables) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", document, "variables", variables)),
                "X-Service-Key",
                key);
    }

    private int total() {
        return client.ask(
                        "query ($filter: RunFilter) { summary(filter: $filter) { runs { total } } }",
                        Map.of("filter", Map.of("environments", List.of(environment))))
                .data("summary")
                .path("runs")
                .path("total")
                .intValue();
    }

    private int rows() {
        return jdbc.sql("SELECT count(*) FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .query(Integer.class)
                .single();
    }

    private String row(String id) {
        return jdbc.sql("SELECT to_jsonb(run)::text FROM question_generation_runs run WHERE id = :id")
                .param("id", UUID.fromString(id))
                .query(String.class)
                .single();
    }
}
