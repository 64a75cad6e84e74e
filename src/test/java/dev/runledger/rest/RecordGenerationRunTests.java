package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static dev.runledger.rest.ContractClient.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.rest.ContractClient.Answer;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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
class RecordGenerationRunTests {

    private static final Set<String> KEPT_BY_THE_LEDGER = Set.of("created_at", "updated_at", "recovered");

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    private ContractClient client;
    private String name;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
        name = "run-" + UUID.randomUUID();
    }

    @ParameterizedTest
    @ValueSource(strings = {"success", "failed", "partial_failure", "running", "naive_timestamps"})
    void whatDeployedReportersSendComesBackValueForValue(String sample) {
        ObjectNode sent = payload(sample).put("environment", name.substring(0, 20));

        Answer recorded = client.post(sent);

        assertThat(recorded.status()).isEqualTo(201);
        String status = sent.get("status").stringValue();
        assertThat(recorded.text())
                .isEqualTo(
                        "{\"id\":%s,\"status\":\"%s\",\"message\":\"Generation run recorded successfully with status '%s'\"}"
                                .formatted(recorded.json().get("id"), status, status));
        assertSameValues(sent, stored(recorded));
    }

    @Test
    void judgeNamesAreTakenAsArbiterNames() {
        ObjectNode sent = payload("newer_reporter_judge_names").put("client_run_id", name);

        JsonNode stored = stored(client.post(sent));

        ObjectNode expected = sent.deepCopy();
        for (String field : List.copyOf(expected.propertyNames())) {
            if (field.contains("judge")) {
                expected.set(field.replace("judge", "arbiter"), expected.remove(field));
            }
        }
        assertSameValues(expected, stored);
        assertThat(stored.get("avg_arbiter_score").doubleValue()).isEqualTo(6.636990487848815);
    }

    @Test
    void aRateThatWasNotSentStaysNull() {
        JsonNode stored = stored(client.post(minimal("success")));

        assertThat(stored.get("approval_rate").isNull()).isTrue();
        assertThat(stored.get("questions_generated").intValue()).isZero();
        assertThat(stored.get("total_cost_usd").isNull()).isTrue();
    }

    @Test
    void membersOfBreakdownsThatWeDoNotKnowAreKept() {
        String metrics = """
                {"openai": {"generated": 5, "latency_p99": 1.25, "region": {"name": "eu", "zones": [1, 2]}, "failures": null}}""";
        ObjectNode sent = minimal("success");
        sent.set("provider_metrics", object(metrics));
        sent.set("error_summary", object("{'by_category': {'rate_limit': 2}, 'first': 'rate limit reached'}"));

        JsonNode stored = stored(client.post(sent));

        assertThat(stored.get("provider_metrics")).isEqualTo(sent.get("provider_metrics"));
        assertThat(stored.get("error_summary")).isEqualTo(sent.get("error_summary"));
    }

    @Test
    void numbersKeepTheirLastDigit() {
        ObjectNode sent = minimal("success")
                .put("total_input_tokens", Long.MAX_VALUE)
                .put("duration_seconds", 0.1 + 0.2)
                .put("questions_generated", Integer.MAX_VALUE)
                .put("questions_requested", Integer.MAX_VALUE);
        sent.putObject("provider_metrics")
                .putObject("openai")
                .put("share", new BigDecimal("0.12345678901234567890123"));

        JsonNode stored = stored(client.post(sent));

        assertThat(stored.get("total_input_tokens").longValue()).isEqualTo(Long.MAX_VALUE);
        assertThat(stored.get("duration_seconds").doubleValue()).isEqualTo(0.30000000000000004);
        assertThat(stored.get("questions_generated").intValue()).isEqualTo(Integer.MAX_VALUE);
        assertThat(client.get("/" + stored.get("id").stringValue()).text())
                .contains("\"share\":0.12345678901234567890123");
    }

    @Test
    void anIntegerWrittenAsADecimalIsAnInteger() {
        JsonNode stored = stored(client.post(minimal("success").put("exit_code", new BigDecimal("3.0"))));

        assertThat(stored.get("exit_code").intValue()).isEqualTo(3);
    }

    @Test
    void startAndCompletionOfOneNameAreOneRun() {
        Answer start = client.post(minimal("running"));
        Answer end = client.post(minimal("success").put("questions_generated", 9));

        assertThat(end.status()).isEqualTo(201);
        assertThat(end.json().get("id")).isEqualTo(start.json().get("id"));
        assertThat(stored(end).get("status").stringValue()).isEqualTo("success");
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void theReportersOwnIdIsTheRunsId() {
        String id = UUID.randomUUID().toString();

        Answer start = client.post(minimal("running").put("id", id));
        Answer end = client.post(minimal("failed").put("id", id.toUpperCase()));

        assertThat(start.json().get("id").stringValue()).isEqualTo(id);
        assertThat(end.json().get("id").stringValue()).isEqualTo(id);
    }

    @Test
    void anIdAtTheStartAndOnlyTheNameAtTheEndAreOneRun() {
        Answer start =
                client.post(minimal("running").put("id", UUID.randomUUID().toString()));
        Answer end = client.post(minimal("success"));

        assertThat(end.json().get("id")).isEqualTo(start.json().get("id"));
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aRunningRowOfTheSameStartEnvironmentAndTriggerIsTheRun() {
        Answer start = client.post(anonymous("running", 1));
        Answer end = client.post(anonymous("success", 1));
        Answer replay = client.post(anonymous("success", 1));
        Answer other = client.post(anonymous("success", 1).put("questions_generated", 7));

        assertThat(end.json().get("id")).isEqualTo(start.json().get("id"));
        assertThat(replay.json().get("id")).isEqualTo(start.json().get("id"));
        assertThat(other.status()).isEqualTo(201);
        assertThat(other.json().get("id")).isNotEqualTo(start.json().get("id"));
    }

    @Test
    void aRunningRowThatWasPutIntoTheTableByOtherMeansIsCompletedToo() {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment, triggered_by)
                VALUES (:id, '2026-03-01T10:00:01Z', 'running', 10, :environment, 'scheduler')
                """)
                .param("id", id)
                .param("environment", name.substring(0, 20))
                .update();

        Answer end = client.post(anonymous("success", 1));

        assertThat(end.json().get("id").stringValue()).isEqualTo(id.toString());
    }

    @Test
    void theSameCompletionAgainChangesNothing() {
        ObjectNode report = payload("success").put("client_run_id", name);
        Answer first = client.post(report);
        JsonNode before = stored(first);

        ObjectNode again = object("{}");
        List<String> reversed = new ArrayList<>(report.propertyNames());
        Collections.reverse(reversed);
        reversed.forEach(field -> again.set(field.replace("arbiter", "judge"), report.get(field)));
        again.put("started_at", "2025-12-06T09:38:00.113297+02:00")
                .putNull("exit_code")
                .put("exit_code", 0);
        again.putNull("total_cost_usd").put("min_judge_score_threshold", 7).put("a_field_of_tomorrow", true);

        Answer second = client.post(again);

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(stored(second)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'questions_inserted': 51}",
                "{'type_metrics': {'memory': 25}}",
                "{'total_cost_usd': 0}",
                "{'status': 'failed'}"
            })
    void aDifferentCompletionIsAConflictAndTheFirstIsKept(String change) {
        ObjectNode report = payload("success").put("client_run_id", name);
        Answer first = client.post(report);
        JsonNode before = stored(first);

        report.setAll(object(change));
        Answer second = client.post(report);

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.json().get("detail").stringValue()).contains("already complete");
        assertThat(stored(first)).isEqualTo(before);
    }

    @Test
    void aLateStartLeavesACompleteRunAsItIs() {
        Answer end = client.post(minimal("success"));
        Answer start = client.post(minimal("running"));

        assertThat(start.status()).isEqualTo(201);
        assertThat(start.json().get("id")).isEqualTo(end.json().get("id"));
        assertThat(start.json().get("status").stringValue()).isEqualTo("success");
        assertThat(start.json().get("message").stringValue()).endsWith("with status 'success'");
        assertThat(stored(end).get("status").stringValue()).isEqualTo("success");
    }

    @Test
    void everyOrderOfStartsAndCompletionsGivesTheSameRow() {
        ObjectNode start = minimal("running").put("prompt_version", "v2.1").put("triggered_by", "manual");
        ObjectNode end =
                minimal("partial_failure").put("questions_generated", 8).put("arbiter_config_version", "a-1");
        var rows = new HashSet<JsonNode>();

        for (String order : List.of(
                "SE", "ES", "SSE", "SES", "ESS", "SEE", "ESE", "EES", "SSEE", "SESE", "SEES", "ESES", "EESS", "ESSE")) {
            String own = name + order;
            for (char report : order.toCharArray()) {
                ObjectNode body = (report == 'S' ? start : end).deepCopy().put("client_run_id", own);
                assertThat(client.post(body).status()).isEqualTo(201);
            }
            rows.add(rowNamed(own));
        }

        assertThat(rows).hasSize(1);
        JsonNode row = rows.iterator().next();
        assertThat(row.get("prompt_version").stringValue()).isEqualTo("v2.1");
        assertThat(row.get("arbiter_config_version").stringValue()).isEqualTo("a-1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyIdenticalReportsAtOnceAreOneRun(boolean named) throws Exception {
        ObjectNode report = named ? minimal("success") : anonymous("success", 1);

        List<Answer> answers = atOnce(16, () -> client.post(report));

        assertThat(answers).allMatch(answer -> answer.status() == 201);
        assertThat(answers.stream().map(answer -> answer.json().get("id")).collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(rows(named ? "client_run_id = :name" : "environment = left(:name, 20)"))
                .isEqualTo(1);
    }

    @Test
    void ofManyDifferentCompletionsAtOnceOneStands() throws Exception {
        client.post(minimal("running"));
        var number = new AtomicInteger();

        List<Answer> answers =
                atOnce(16, () -> client.post(minimal("success").put("total_api_calls", number.incrementAndGet())));

        assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(15);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void anIdempotencyKeyMakesARetryOfAnUnnamedRun() {
        String body = anonymous("success", 1).toString();

        Answer first = client.post(body, "Idempotency-Key", name);
        Answer again = client.post(body, "Idempotency-Key", name);
        Answer changed = client.post(
                anonymous("success", 1).put("questions_generated", 3).toString(), "Idempotency-Key", name);

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(changed.status()).isEqualTo(409);
    }

    @Test
    void aStartThatComesLateUnderAKeyOfItsOwnMakesNoSecondRun() {
        Answer end = client.post(anonymous("success", 1).toString(), "Idempotency-Key", name + "-end");
        Answer start = client.post(anonymous("running", 1).toString(), "Idempotency-Key", name + "-start");

        assertThat(start.json().get("id")).isEqualTo(end.json().get("id"));
        assertThat(start.json().get("status").stringValue()).isEqualTo("success");
    }

    @Test
    void aPatchCompletesARunningRun() {
        Answer start = client.post(minimal("running").put("prompt_version", "v2.1"));
        String id = start.json().get("id").stringValue();
        String end = "{\"status\": \"success\", \"questions_inserted\": 6}";

        Answer first = client.patch(id, end);
        Answer again = client.patch(id, end);
        Answer other = client.patch(id, "{\"status\": \"success\", \"questions_inserted\": 7}");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json().get("id").stringValue()).isEqualTo(id);
        assertThat(again.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(409);
        JsonNode stored = stored(first);
        assertThat(stored.get("questions_requested").intValue()).isEqualTo(10);
        assertThat(stored.get("questions_inserted").intValue()).isEqualTo(6);
        assertThat(stored.get("prompt_version").stringValue()).isEqualTo("v2.1");
        assertThat(stored.get("client_run_id").stringValue()).isEqualTo(name);
    }

    @Test
    void aPatchNeedsAStatusAndAKnownRun() {
        String id = client.post(minimal("running")).json().get("id").stringValue();

        assertThat(client.patch(id, "{}").json().toString())
                .isEqualTo(
                        "{\"detail\":[{\"loc\":[\"body\",\"status\"],\"msg\":\"Field required\",\"type\":\"missing\"}]}");
        assertThat(client.patch(UUID.randomUUID().toString(), "{\"status\": \"success\"}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void whatTheReporterWarnsOfIsStoredWithTheRun() {
        ObjectNode sent = payload("success").put("client_run_id", name);
        sent.putArray("warnings")
                .addObject()
                .put("field", "summary")
                .put("type", "summary_missing")
                .put("message", "there is no summary.json");
        sent.withArray("warnings").add("no warning").addObject().put("type", "no message");

        JsonNode warnings = stored(client.post(sent)).get("warnings");

        assertThat(warnings)
                .singleElement()
                .satisfies(
                        warning -> assertThat(warning.toString())
                                .isEqualTo(
                                        "{\"loc\":[\"body\",\"summary\"],\"msg\":\"there is no summary.json\",\"type\":\"summary_missing\"}"));
    }

    @Test
    void contradictionsAreStoredWithWarnings() {
        ObjectNode report = minimal("success")
                .put("completed_at", "2026-03-01T09:00:00Z")
                .put("questions_generated", 10)
                .put("questions_evaluated", 10)
                .put("questions_approved", 11)
                .put("approval_rate", 0.2);

        Answer answer = client.post(report);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("warnings").findValuesAsString("type"))
                .containsExactly("completed_before_started", "approved_exceeds_evaluated", "rate_differs");
        assertThat(stored(answer).get("warnings")).isEqualTo(answer.json().get("warnings"));
        assertThat(stored(answer).get("questions_approved").intValue()).isEqualTo(11);
    }

    @Test
    void aRunThatOnlyEvaluatesIsNoContradiction() {
        ObjectNode report = minimal("failed")
                .put("exit_code", 130)
                .put("questions_requested", 0)
                .put("questions_evaluated", 12)
                .put("questions_approved", 4)
                .put("questions_rejected", 8)
                .put("approval_rate", 0.33)
                .put("overall_success_rate", 0.0);

        assertThat(client.post(report).json().has("warnings")).isFalse();
    }

    private List<Answer> atOnce(int times, Callable<Answer> report) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(Collections.nCopies(times, report))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private ObjectNode minimal(String status) {
        return object("{'started_at': '2026-03-01T10:00:00Z', 'status': '%s', 'questions_requested': 10}"
                        .formatted(status))
                .put("client_run_id", name);
    }

    private ObjectNode anonymous(String status, int second) {
        return object(
                        "{'started_at': '2026-03-01T10:00:0%dZ', 'status': '%s', 'questions_requested': 10, 'triggered_by': 'scheduler'}"
                                .formatted(second, status))
                .put("environment", name.substring(0, 20));
    }

    private JsonNode stored(Answer recorded) {
        return client.get("/" + recorded.json().get("id").stringValue()).json();
    }

    private JsonNode rowNamed(String own) {
        UUID id = jdbc.sql("SELECT id FROM question_generation_runs WHERE client_run_id = :name")
                .param("name", own)
                .query(UUID.class)
                .single();
        ObjectNode row = (ObjectNode) client.get("/" + id).json();
        KEPT_BY_THE_LEDGER.forEach(row::remove);
        row.remove("id");
        row.remove("client_run_id");
        return row;
    }

    private long rows() {
        return rows("client_run_id = :name");
    }

    private long rows(String condition) {
        return jdbc.sql("SELECT count(*) FROM question_generation_runs WHERE " + condition)
                .param("name", name)
                .query(Long.class)
                .single();
    }

    private static void assertSameValues(ObjectNode sent, JsonNode stored) {
        sent.properties().forEach(member -> {
            JsonNode value = stored.get(member.getKey());
            if (member.getKey().endsWith("_at")) {
                String time = member.getValue().stringValue();
                assertThat(OffsetDateTime.parse(value.stringValue()).toInstant())
                        .as(member.getKey())
                        .isEqualTo(OffsetDateTime.parse(time.matches(".*[+]\\d\\d:\\d\\d$") ? time : time + "Z")
                                .toInstant());
            } else {
                assertThat(value).as(member.getKey()).isEqualTo(member.getValue());
            }
        });
    }
}
