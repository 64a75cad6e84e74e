package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.rest.ContractClient.Answer;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class GenerationRunErrorsTests {

    @LocalServerPort
    int port;

    private ContractClient client;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
    }

    @Test
    void everyFaultOfABodyIsNamedAtOnce() {
        Answer answer = client.post("""
                {"started_at": "today", "completed_at": 5, "status": "done", "exit_code": "0", "questions_generated": 3.7,
                 "questions_approved": -1, "total_api_calls": 2147483648, "approval_rate": 1.01, "duplicate_rate": true,
                 "avg_arbiter_score": "high", "duration_seconds": -0.1, "provider_metrics": {"openai": 5},
                 "type_metrics": {"memory": 1.5}, "difficulty_metrics": [], "prompt_version": 21,
                 "environment": "longer-than-20-characters", "total_input_tokens": 9223372036854775808,
                 "id": "00000000-0000-0000-0000-000000000000"}""");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer))
                .containsExactlyInAnyOrder(
                        "body.started_at datetime_parsing",
                        "body.completed_at datetime_type",
                        "body.status enum",
                        "body.exit_code int_type",
                        "body.questions_requested missing",
                        "body.questions_generated int_from_float",
                        "body.questions_approved greater_than_equal",
                        "body.total_api_calls less_than_equal",
                        "body.approval_rate less_than_equal",
                        "body.duplicate_rate float_type",
                        "body.avg_arbiter_score float_type",
                        "body.duration_seconds greater_than_equal",
                        "body.provider_metrics.openai dict_type",
                        "body.type_metrics.memory int_from_float",
                        "body.difficulty_metrics dict_type",
                        "body.prompt_version string_type",
                        "body.environment string_too_long",
                        "body.total_input_tokens less_than_equal",
                        "body.id uuid_reserved");
    }

    @Test
    void aMissingFieldIsAnsweredToTheLetter() {
        ObjectNode report = valid();
        report.remove("questions_requested");

        assertThat(client.post(report).text())
                .isEqualTo(
                        "{\"detail\":[{\"loc\":[\"body\",\"questions_requested\"],\"msg\":\"Field required\",\"type\":\"missing\"}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"approval_rate\": NaN                                     | body.approval_rate finite_number",
                "\"duration_seconds\": Infinity                             | body.duration_seconds finite_number",
                "\"avg_judge_score\": -Infinity                             | body.avg_judge_score finite_number",
                "\"max_arbiter_score\": 1e400                               | body.max_arbiter_score finite_number",
                "\"exit_code\": NaN                                         | body.exit_code int_type",
                "\"exit_code\": 1e999999999                                 | body.exit_code int_type",
                "\"total_output_tokens\": 1e-999999999                      | body.total_output_tokens int_from_float",
                "\"provider_metrics\": {\"openai\": {\"generated\": NaN}}   | body.provider_metrics.openai.generated finite_number",
                "\"provider_metrics\": {\"openai\": {\"generated\": \"5\"}} | body.provider_metrics.openai.generated float_type",
                "\"provider_metrics\": {\"openai\": {\"x\": 1e-9999}}       | body.provider_metrics.openai.x finite_number",
                "\"avg_arbiter_score\": 1.797e308                           | body.avg_arbiter_score less_than_equal",
                "\"min_judge_score\": -1000001                              | body.min_judge_score greater_than_equal",
                "\"duration_seconds\": 1000000000.1                         | body.duration_seconds less_than_equal",
                "\"total_cost_usd\": 1e10                                   | body.total_cost_usd less_than_equal",
                "\"type_metrics\": {\"memory\": 1000000000000001}           | body.type_metrics.memory less_than_equal",
                "\"provider_metrics\": {\"a\": {\"api_calls\": -1e16}}      | body.provider_metrics.a.api_calls greater_than_equal",
                "\"cost_by_provider\": {\"a\": {\"total_cost_usd\": 1e300}} | body.cost_by_provider.a.total_cost_usd less_than_equal",
                "\"error_summary\": {\"by_category\": {\"x\": 1e300}}       | body.error_summary.by_category.x less_than_equal",
                "\"type_metrics\": {\"\\ud83d\": \"x\"}                      | body.type_metrics.\ufffd int_type",
                "\"completed_at\": \"soon\"                                 | body.completed_at datetime_parsing",
                "\"id\": \"ffffffff-ffff-ffff-ffff-ffffffffffff\"           | body.id uuid_reserved",
                "\"status\": 3                                              | body.status enum"
            })
    void aValueThatCannotBeStoredIsRefusedByName(String member, String fault) {
        String report = valid().toString();

        Answer answer = client.post(report.substring(0, report.length() - 1) + "," + member + "}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer)).containsExactly(fault);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-01-01T00:00:00Z",
                "0001-01-01T00:00:00+01:00",
                "1582-10-04",
                "1969-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:59-05:00"
            })
    void aStartThatNoRunCanHaveIsRefusedByName(String startedAt) {
        Answer answer = client.post(valid().put("started_at", startedAt));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer)).containsExactly("body.started_at datetime_range");
    }

    @Test
    void aReportThatIsNestedTooDeepIsRefusedByName() {
        String report = valid().toString();
        String deep = "{\"x\":".repeat(100) + "1" + "}".repeat(100);

        Answer answer =
                client.post(report.substring(0, report.length() - 1) + ",\"error_summary\":{\"a\":" + deep + "}}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer)).allMatch(fault -> fault.startsWith("body.error_summary.a.x."));
    }

    @ParameterizedTest
    @CsvSource({
        "?environment=%00,               query.environment string_unicode",
        "?environment=%ff%fe,            query.environment string_unicode",
        "?environment=a%C3,              query.environment string_unicode",
        "?environment=%ED%A0%80,         query.environment string_unicode",
        "?status=%00,                    query.status string_unicode",
        "?start_date=%ff,                query.start_date string_unicode",
        "/stats?end_date=2026&start_date=%00&environment=%80, query.start_date string_unicode"
    })
    void aParameterThatIsNoTextIsRefusedByName(String query, String fault) {
        Answer answer = client.get(query);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer)).contains(fault);
    }

    @Test
    void aParameterThatNobodyKnowsIsIgnoredWhateverItHolds() {
        assertThat(client.get("?page_size=1&padding=%00&%ff=%fe").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"started_at\": ", "nonsense", "{} {}", "", "{\"a\": 0x1}"})
    void brokenJsonIsUnprocessable(String body) {
        Answer answer = client.post(body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("detail").get(0).get("loc").toString()).isEqualTo("[\"body\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "5", "null", "\"text\""})
    void aBodyThatIsNoObjectIsUnprocessable(String body) {
        assertThat(client.post(body).status()).isEqualTo(422);
    }

    @Test
    void deeplyNestedJsonIsUnprocessable() {
        assertThat(client.post("[".repeat(100_000)).status()).isEqualTo(422);
    }

    @Test
    void aBodyOverOneMebibyteIsTooLarge() {
        ObjectNode report = valid().put("padding", "x".repeat(1 << 20));

        assertThat(client.post(report).status()).isEqualTo(413);
        assertThat(client.post(report).json().get("detail").stringValue()).isEqualTo("The request body is over 1 MiB");
        assertThat(client.send(client.request("")
                                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(
                                        report.toString().getBytes()))))
                        .status())
                .isEqualTo(413);
        assertThat(client.post(valid().put("padding", "x".repeat((1 << 20) - 300)))
                        .status())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "*/*",
                "application/*",
                "nonsense"
            })
    void aBodyThatSaysItIsSomethingElseIsRefused(String contentType) {
        assertThat(client.post(valid().toString(), "Content-Type", contentType).status())
                .isEqualTo(415);
    }

    @Test
    void anotherContentTypeIsRefused() {
        assertThat(client.post(valid().toString(), "Content-Type", "text/plain")
                        .json()
                        .get("detail")
                        .isString())
                .isTrue();
        assertThat(client.post(valid().toString(), "Content-Type", "application/json; charset=utf-8")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void anUnknownRunIsNotFound() {
        Answer answer = client.get("/" + UUID.randomUUID());

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).isEqualTo("{\"detail\":\"Generation run not found\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "1-1-1-1-1"})
    void anIdThatIsNoUuidIsNamed(String id) {
        Answer answer = client.get("/" + id);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(faults(answer)).containsExactly("path.id uuid_parsing");
    }

    @Test
    void anotherMethodOrPathHasAnErrorOfTheSameShape() {
        Answer method = client.send(client.request("").DELETE());
        Answer path = client.get("/" + UUID.randomUUID() + "/children");

        assertThat(method.status()).isEqualTo(405);
        assertThat(method.text()).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
        assertThat(path.status()).isEqualTo(404);
        assertThat(path.text()).isEqualTo("{\"detail\":\"Not Found\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong"})
    void withoutAValidKeyNothingElseIsLookedAt(String key) {
        Answer answer = client.post("nonsense", "X-Service-Key", key, "Content-Type", "text/plain");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text().replace(" ", "")).isEqualTo("{\"detail\":\"InvalidserviceAPIkey\"}");
    }

    @Test
    void aKeyForReadingMayNotRecord() {
        Answer answer = client.post(valid().toString(), "X-Service-Key", TestKeys.ANALYST);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().get("detail").isString()).isTrue();
        assertThat(client.send(client.request("").GET(), "X-Service-Key", TestKeys.ANALYST)
                        .status())
                .isEqualTo(200);
    }

    private static ObjectNode valid() {
        return object("{'started_at': '2026-03-01T10:00:00Z', 'status': 'success', 'questions_requested': 10}")
                .put("client_run_id", "errors-" + UUID.randomUUID());
    }

    private static List<String> faults(Answer answer) {
        return answer.json()
                .get("detail")
                .valueStream()
                .map(entry -> String.join(
                                ".",
                                entry.get("loc")
                                        .valueStream()
                                        .map(JsonNode::asString)
                                        .toList())
                        + " "
                        + entry.get("type").stringValue())
                .toList();
    }
}
