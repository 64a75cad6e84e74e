package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.report.ReportField;
import java.io.IOException;
import java.io.InputStream;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class RecordingTests {

    @Autowired
    JdbcClient jdbc;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void anAdministratorDeletesARunWhichCountsNowhereAnyMore(@LocalServerPort int port) {
        String name = name();
        String environment = name.substring(name.length() - 20);
        Map<String, Object> completion = new HashMap<>(completion(name));
        completion.put("environment", environment);
        var id = client.document("recordRunCompletion", input(completion))
                .data("recordRunCompletion")
                .path("run")
                .path("id")
                .stringValue();
        String delete = "mutation { deleteRun(id: \"%s\") { deleted } }".formatted(id);

        assertThat(client.ask(delete).code()).isEqualTo("FORBIDDEN");
        assertThat(asAdmin(delete).data("deleteRun").path("deleted").booleanValue())
                .isTrue();
        assertThat(asAdmin(delete).data("deleteRun").path("deleted").booleanValue())
                .isFalse();
        assertThat(client.ask("{ summary(filter: {environments: [\"%s\"]}) { runs { total } } }".formatted(environment))
                        .data("summary")
                        .path("runs")
                        .path("total")
                        .intValue())
                .isZero();
        assertThat(client.document("run", Map.of("clientRunId", name))
                        .data("run")
                        .isNull())
                .isTrue();
    }

    @Test
    void aRunIsBegunEndedAndFound() {
        String name = name();
        var start = client.document("recordRunStart", input(start(name))).data("recordRunStart");
        assertThat(start.path("outcome").stringValue()).isEqualTo("CREATED");
        assertThat(start.path("run").path("status").stringValue()).isEqualTo("RUNNING");

        var end =
                client.document("recordRunCompletion", input(completion(name))).data("recordRunCompletion");
        assertThat(end.path("outcome").stringValue()).isEqualTo("COMPLETED");
        assertThat(end.path("run").path("id")).isEqualTo(start.path("run").path("id"));

        var byName = client.document("run", Map.of("clientRunId", name)).data("run");
        var byId = client.document("run", Map.of("id", start.path("run").path("id")))
                .data("run");
        assertThat(byName).isEqualTo(byId);
        assertThat(byName.path("status").stringValue()).isEqualTo("SUCCESS");
        assertThat(byName.path("questionsInserted").intValue()).isEqualTo(40);
        assertThat(byName.path("environment").stringValue())
                .as("reported by the start only")
                .isEqualTo("staging");
    }

    @Test
    void theSameReportsAgainChangeNothing() {
        String name = name();
        client.document("recordRunStart", input(start(name)));
        var first =
                client.document("recordRunCompletion", input(completion(name))).data("recordRunCompletion");

        for (String again : List.of("recordRunCompletion", "recordRunStart")) {
            Map<String, Object> report = again.equals("recordRunStart") ? start(name) : completion(name);
            var replay = client.document(again, input(report)).data(again);
            assertThat(replay.path("outcome").stringValue()).isEqualTo("REPLAYED");
            assertThat(replay.path("run")).isEqualTo(first.path("run"));
        }
    }

    @Test
    void manyIdenticalReportsAtOnceMakeOneRun() throws Exception {
        String name = name();
        ExecutorService reporters = Executors.newFixedThreadPool(8);
        try {
            Callable<Answer> report = () -> client.document("recordRunCompletion", input(completion(name)));
            List<Future<Answer>> answers =
                    reporters.invokeAll(Stream.generate(() -> report).limit(16).toList());

            Map<String, Integer> outcomes = new HashMap<>();
            for (Future<Answer> answer : answers) {
                var payload = answer.get().data("recordRunCompletion");
                outcomes.merge(payload.path("outcome").stringValue(), 1, Integer::sum);
            }
            assertThat(outcomes).isEqualTo(Map.of("CREATED", 1, "REPLAYED", 15));
        } finally {
            reporters.shutdownNow();
        }
        assertThat(rows(name)).isEqualTo(1);
    }

    @Test
    void aDifferentCompletionIsAConflictAndTheFirstIsKept() {
        String name = name();
        var first =
                client.document("recordRunCompletion", input(completion(name))).data("recordRunCompletion");
        Map<String, Object> other = completion(name);
        other.put("questionsInserted", 39);

        Answer answer = client.document("recordRunCompletion", input(other));

        assertThat(answer.code()).isEqualTo("CONFLICT");
        assertThat(answer.error().path("extensions").path("runId"))
                .isEqualTo(first.path("run").path("id"));
        assertThat(answer.error().path("extensions").path("status").stringValue())
                .isEqualTo("SUCCESS");
        assertThat(client.document("run", Map.of("clientRunId", name))
                        .data("run")
                        .path("questionsInserted")
                        .intValue())
                .isEqualTo(40);
    }

    @Test
    void allFaultsAreToldAtOnceByTheirPlaceInTheInput() {
        String name = name();
        Map<String, Object> report = completion(name);
        report.put("questionsInserted", -1);
        report.put("environment", "x".repeat(21));
        report.put("providerMetrics", Map.of("openai", Map.of("generated", "many")));
        report.put("typeMetrics", Map.of("memory", 1.5));

        Answer answer = client.document("recordRunCompletion", input(report));

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.error()
                        .path("extensions")
                        .path("faults")
                        .valueStream()
                        .map(fault -> fault.path("path")
                                        .valueStream()
                                        .map(JsonNode::stringValue)
                                        .collect(Collectors.joining("."))
                                + " " + fault.path("type").stringValue()))
                .containsExactlyInAnyOrder(
                        "input.questionsInserted greater_than_equal",
                        "input.environment string_too_long",
                        "input.providerMetrics.openai.generated float_type",
                        "input.typeMetrics.memory int_from_float");
        assertThat(rows(name)).isZero();
    }

    @Test
    void contradictionsAreRecordedWithWarningsInTheNamesOfTheSchema() {
        String name = name();
        Map<String, Object> report = completion(name);
        report.put("questionsApproved", 90);

        var warnings = client.document("recordRunCompletion", input(report))
                .data("recordRunCompletion")
                .path("warnings");

        assertThat(warnings.path(0).path("field").stringValue()).isEqualTo("questionsApproved");
        assertThat(warnings.path(0).path("type").stringValue()).isEqualTo("approved_exceeds_evaluated");
        assertThat(warnings.path(0).path("message").stringValue())
                .isEqualTo("questionsApproved is 90, questionsEvaluated is only 48");
        assertThat(client.document("run", Map.of("clientRunId", name))
                        .data("run")
                        .path("warnings"))
                .isEqualTo(warnings);
    }

    @Test
    void aKeyThatMayOnlyReadMayNotRecord() {
        String name = name();
        String body = GraphQlClient.JSON.writeValueAsString(Map.of(
                "query",
                "mutation ($input: RunStartInput!) { recordRunStart(input: $input) { outcome } }",
                "variables",
                input(start(name))));

        Answer answer = client.post(body, "X-Service-Key", TestKeys.ANALYST);

        assertThat(answer.code()).isEqualTo("FORBIDDEN");
        assertThat(rows(name)).isZero();
    }

    @Test
    void jsonWrittenIntoTheDocumentKeepsItsNullsAndDigits() {
        String name = name();
        client.ask("""
                mutation {
                  recordRunCompletion(input: {
                    clientRunId: "%s", startedAt: "2026-03-01", status: FAILED, questionsRequested: 1
                    errorSummary: {notes: [null, 0.12345678901234567890, {deep: true}], code: X}
                  }) { outcome }
                }""".formatted(name)).data("recordRunCompletion");

        assertThat(client.document("run", Map.of("clientRunId", name))
                        .data("run")
                        .path("errorSummary"))
                .isEqualTo(GraphQlClient.JSON.readTree(
                        "{\"code\": \"X\", \"notes\": [null, 0.12345678901234567890, {\"deep\": true}]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "success",
                "partial_failure",
                "failed",
                "naive_timestamps",
                "newer_reporter_judge_names",
                "running"
            })
    void aReportersPayloadComesBackValueForValue(String payload) throws IOException {
        ObjectNode sent = payload(payload);
        Map<String, Object> input = new HashMap<>(Map.of("id", UUID.randomUUID()));
        for (ReportField field : ReportField.values()) {
            JsonNode value = sent.has(field.column()) ? sent.get(field.column()) : sent.get(field.judgeName());
            if (value != null) {
                input.put(field.attribute(), value);
            }
        }
        boolean running = input.get("status").toString().contains("running");
        if (running) {
            input.remove("status");
        } else {
            input.put("status", sent.get("status").stringValue().toUpperCase(Locale.ROOT));
        }
        String mutation = running ? "recordRunStart" : "recordRunCompletion";
        client.document(mutation, input(input)).data(mutation);

        var run = client.document("run", Map.of("id", input.get("id"))).data("run");

        input.forEach((name, value) -> assertThat(canonical(name, run.get(name)))
                .as(name)
                .isEqualTo(canonical(name, GraphQlClient.JSON.valueToTree(value))));
        assertThat(run.path("status").stringValue())
                .isEqualTo(sent.get("status").stringValue().toUpperCase(Locale.ROOT));
    }

    private static Object canonical(String field, JsonNode value) {
        if (value.isString() && field.endsWith("At")) {
            String time = value.stringValue();
            return OffsetDateTime.parse(time.matches(".*(Z|[+-]\\d\\d:\\d\\d)") ? time : time + "Z")
                    .toInstant();
        }
        return value.isNumber() ? value.decimalValue().stripTrailingZeros() : value;
    }

    private static ObjectNode payload(String name) throws IOException {
        try (InputStream in = RecordingTests.class.getResourceAsStream("/payloads/" + name + ".json")) {
            return (ObjectNode) GraphQlClient.JSON.readTree(in);
        }
    }

    private static Map<String, Object> input(Map<String, Object> report) {
        return Map.of("input", report);
    }

    private static Map<String, Object> start(String name) {
        return Map.of(
                "clientRunId",
                name,
                "startedAt",
                "2026-03-01T04:00:00.123456+02:00",
                "questionsRequested",
                50,
                "environment",
                "staging");
    }

    private static Map<String, Object> completion(String name) {
        return new HashMap<>(Map.of(
                "clientRunId", name,
                "startedAt", "2026-03-01T02:00:00.123456",
                "status", "SUCCESS",
                "questionsRequested", 50,
                "questionsGenerated", 49,
                "questionsEvaluated", 48,
                "questionsApproved", 45,
                "questionsInserted", 40));
    }

    private Answer asAdmin(String document) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", document)), "X-Service-Key", TestKeys.ADMIN);
    }

    private static String name() {
        return "recording-" + UUID.randomUUID();
    }

    private int rows(String name) {
        return jdbc.sql("SELECT count(*) FROM question_generation_runs WHERE client_run_id = :name")
                .param("name", name)
                .query(Integer.class)
                .single();
    }
}
