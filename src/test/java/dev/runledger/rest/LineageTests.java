package dev.runledger.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.rest.ContractClient.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Events in the shape in which OpenLineage's own clients send them. */
@RunledgerTest
class LineageTests {

    @LocalServerPort
    int port;

    private ContractClient client;
    private String runId;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
        runId = UUID.randomUUID().toString();
    }

    @ParameterizedTest
    @CsvSource({"COMPLETE, success", "FAIL, failed", "ABORT, failed"})
    void aStartAndItsEndAreOneRun(String eventType, String status) {
        assertThat(send(event("START", "2026-11-01T03:00:00.5Z", "{}")).status())
                .isEqualTo(201);
        assertThat(stored().get("status").stringValue()).isEqualTo("running");

        assertThat(send(event(eventType, "2026-11-01T03:10:00Z", "{}")).status())
                .isEqualTo(201);

        JsonNode run = stored();
        assertThat(run.get("status").stringValue()).isEqualTo(status);
        assertThat(run.get("started_at").stringValue()).startsWith("2026-11-01T03:00:00.5");
        assertThat(run.get("completed_at").stringValue()).startsWith("2026-11-01T03:10:00");
        assertThat(run.get("environment").stringValue()).isEqualTo("prod-airflow");
        assertThat(run.get("triggered_by").stringValue()).isEqualTo("questions.generate");
    }

    @Test
    void anEventSentAgainChangesNothing() {
        String end = event("COMPLETE", "2026-11-01T03:10:00Z", "{}");

        Answer first = send(end);
        Answer again = send(end);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
    }

    @Test
    void theFacetBringsTheFiguresOfAReport() {
        send(event("COMPLETE", "2026-11-01T03:10:00Z", """
                {'runledger': {'_producer': 'https://pipeline.example', 'questions_requested': 50, 'questions_generated': 49,
                               'status': 'partial_failure', 'prompt_version': 'v2.1'}}"""));

        JsonNode run = stored();
        assertThat(run.get("questions_requested").intValue()).isEqualTo(50);
        assertThat(run.get("questions_generated").intValue()).isEqualTo(49);
        assertThat(run.get("status").stringValue()).isEqualTo("partial_failure");
        assertThat(run.get("prompt_version").stringValue()).isEqualTo("v2.1");
    }

    @Test
    void aFailureKeepsItsMessageButNoStackTrace() {
        send(event("FAIL", "2026-11-01T03:10:00Z", """
                {'errorMessage': {'message': 'quota exceeded', 'programmingLanguage': 'python', 'stackTrace': 'File x.py'}}"""));

        JsonNode run = stored();
        assertThat(run.get("total_errors").intValue()).isEqualTo(1);
        assertThat(run.get("error_summary").toString()).isEqualTo("{\"message\":\"quota exceeded\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "OTHER", ""})
    void anEventThatNeitherBeginsNorEndsARunRecordsNothing(String eventType) {
        assertThat(send(event(eventType, "2026-11-01T03:00:00Z", "{}")).status())
                .isEqualTo(204);
        assertThat(client.get("/" + runId).status()).isEqualTo(404);
    }

    @Test
    void anEndBeforeItsStartKeepsItsResult() {
        send(event("COMPLETE", "2026-11-01T03:10:00Z", "{}"));
        send(event("START", "2026-11-01T03:00:00Z", "{}"));

        assertThat(stored().get("status").stringValue()).isEqualTo("success");
    }

    @Test
    void whatIsMissingIsNamed() {
        Answer answer = send("{}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text()).contains("eventTime").contains("runId").contains("name");
        assertThat(send(event("START", "soon", "{}")).text()).contains("started_at");
    }

    @Test
    void aKeyThatMayOnlyReadRecordsNothing() {
        HttpRequest.Builder request =
                lineage().POST(BodyPublishers.ofString(event("START", "2026-11-01T03:00:00Z", "{}")));

        Answer refused = client.send(request, "Authorization", "Bearer " + TestKeys.ANALYST);

        assertThat(refused.status()).isEqualTo(403);
        assertThat(client.get("/" + runId).status()).isEqualTo(404);
    }

    private Answer send(String event) {
        return client.send(
                lineage().POST(BodyPublishers.ofString(event)), "Authorization", "Bearer " + TestKeys.REPORTER);
    }

    private HttpRequest.Builder lineage() {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/v1/lineage"))
                .header("Content-Type", "application/json");
    }

    private JsonNode stored() {
        return client.get("/" + runId).json();
    }

    private String event(String type, String time, String facets) {
        return """
                {'eventType': '%s', 'eventTime': '%s', 'producer': 'https://github.com/OpenLineage/OpenLineage/tree/1.45.0',
                 'schemaURL': 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
                 'run': {'runId': '%s', 'facets': %s}, 'job': {'namespace': 'prod-airflow', 'name': 'questions.generate'},
                 'inputs': [], 'outputs': []}""".formatted(type, time, runId, facets).replace('\'', '"');
    }
}
