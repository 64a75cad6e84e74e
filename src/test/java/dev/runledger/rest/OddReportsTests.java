package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.rest.ContractClient.Answer;
import java.time.Instant;
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

/** No report is lost to its own content: what is odd about it is left out or replaced, and the answer says so. */
@RunledgerTest
class OddReportsTests {

    @LocalServerPort
    int port;

    private ContractClient client;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "\u00a0\u2003"})
    void aBlankNameIsLeftOut(String blank) {
        ObjectNode report = report();
        for (String field : texts()) {
            report.put(field, blank);
        }

        Answer first = client.post(report);
        Answer second = client.post(report.put("questions_generated", 3));

        assertThat(List.of(first.status(), second.status())).containsOnly(201);
        assertThat(second.json().get("id")).isNotEqualTo(first.json().get("id"));
        for (String field : texts()) {
            assertThat(stored(first).get(field).isNull()).as(field).isTrue();
        }
    }

    @Test
    void aBlankIdempotencyKeyNamesNoRequest() {
        Answer first = client.post(report().toString(), "Idempotency-Key", " ");
        Answer second = client.post(report().toString(), "Idempotency-Key", " ");

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.json().get("id")).isNotEqualTo(first.json().get("id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'mine'", "7", "{'a': 1}", "'1-1-1-1-1'", "'096f0850e3065fad973d13efd5e8c711'"})
    void anIdThatIsNoUuidIsIgnoredWithAWarning(String id) {
        ObjectNode report = report();
        report.set("id", ContractClient.JSON.readTree(id.replace('\'', '"')));

        Answer first = client.post(report);
        Answer again = client.post(report);

        assertThat(first.status()).isEqualTo(201);
        assertThat(warnings(first)).containsExactly("body.id id_ignored");
        assertThat(UUID.fromString(first.json().get("id").stringValue())).isNotNull();
        assertThat(again.text()).isEqualTo(first.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-01-01T00:00:00Z",
                "0001-01-01T00:00:00+02:00",
                "1899-12-30",
                "9999-12-31T23:59:59.9999999Z",
                "9999-12-31T23:59:59-08:00"
            })
    void anEndThatNoRunCanHaveIsLeftOutWithAWarningThatKeepsIt(String completedAt) {
        Answer answer = client.post(report().put("completed_at", completedAt));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(warnings(answer)).containsExactly("body.completed_at time_left_out");
        assertThat(stored(answer).get("completed_at").isNull()).isTrue();
        assertThat(stored(answer).get("warnings").get(0).get("msg").stringValue())
                .contains(completedAt);
    }

    @Test
    void aClockThatIsAheadIsToldSo() {
        Instant now = Instant.now();

        Answer slightly =
                client.post(report().put("started_at", now.plusSeconds(200).toString()));
        Answer far =
                client.post(report().put("started_at", now.plusSeconds(1000).toString()));
        Answer end =
                client.post(report().put("completed_at", now.plusSeconds(1000).toString()));

        assertThat(slightly.json().has("warnings")).isFalse();
        assertThat(warnings(far)).containsExactly("body.started_at clock_ahead");
        assertThat(warnings(end)).containsExactly("body.completed_at clock_ahead");
    }

    @Test
    void whatCannotBeStoredOfATextIsReplacedWithAWarning() {
        Answer answer = client.post(report().toString().replace("}", """
                        , "prompt_version": "v\\u00001", "environment": "\\ud83d",
                          "error_summary": {"by_category": {"x\\u0000y": 1, "x\\ud800y": 2, "x\\ufffdy": 4},
                                            "first": ["a\\u0000b", "\\ud83d\\ude00"]}}"""));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(warnings(answer))
                .containsExactlyInAnyOrder(
                        "body.prompt_version text_replaced",
                        "body.environment text_replaced",
                        "body.error_summary text_replaced");
        JsonNode stored = stored(answer);
        assertThat(stored.get("prompt_version").stringValue()).isEqualTo("v\ufffd1");
        assertThat(stored.get("environment").stringValue()).isEqualTo("\ufffd");
        assertThat(stored.get("error_summary").toString())
                .isEqualTo(
                        "{\"first\":[\"a\ufffdb\",\"\ud83d\ude00\"],\"by_category\":{\"x\ufffdy\":4,\"x\ufffdy\ufffd\":1,\"x\ufffdy\ufffd\ufffd\":2}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type_metrics     | 201 | body.type_metrics many_names",
                "type_metrics     | 200 | ",
                "provider_metrics | 201 | body.provider_metrics many_names",
                "error_summary    | 201 | body.error_summary many_names"
            })
    void anObjectOfManyNamesIsKeptWithAWarning(String field, int names, String warning) {
        ObjectNode report = report();
        ObjectNode object = report.putObject(field);
        ObjectNode named = field.equals("error_summary") ? object.putObject("by_category") : object;
        for (int i = 0; i < names; i++) {
            if (field.equals("provider_metrics")) {
                named.putObject("p" + i);
            } else {
                named.put("n" + i, 1);
            }
        }

        Answer answer = client.post(report);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(warnings(answer)).isEqualTo(warning == null ? List.of() : List.of(warning));
        assertThat(stored(answer).get(field)).isEqualTo(report.get(field));
    }

    @Test
    void aBlankNameInABreakdownIsKeptWithAWarning() {
        ObjectNode report = report();
        report.putObject("type_metrics").put("", 3);

        Answer answer = client.post(report);

        assertThat(warnings(answer)).containsExactly("body.type_metrics blank_name");
        assertThat(stored(answer).get("type_metrics")).isEqualTo(report.get("type_metrics"));
    }

    @Test
    void periodsBeyondAllRunsAreOpenOrEmpty() {
        String environment = "odd-" + UUID.randomUUID().toString().substring(0, 8);
        client.post(report().put("environment", environment));
        String here = "environment=" + environment;

        assertThat(total("?%s&start_date=0001-01-01&end_date=9999-12-31T23:59:59.999999Z".formatted(here)))
                .isEqualTo(1);
        assertThat(total("?%s&start_date=9999-12-31".formatted(here))).isZero();
        assertThat(total("?%s&end_date=0001-01-01".formatted(here))).isZero();
        assertThat(client.get("/stats?%s&start_date=0001-01-01&end_date=9999-12-31T23:59:59.999999Z".formatted(here))
                        .json()
                        .get("total_runs")
                        .intValue())
                .isEqualTo(1);
    }

    private int total(String query) {
        Answer answer = client.get(query);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().get("total").intValue();
    }

    private static List<String> texts() {
        return List.of("client_run_id", "environment", "triggered_by", "prompt_version", "arbiter_config_version");
    }

    private static ObjectNode report() {
        return object("{'status': 'success', 'questions_requested': 10}")
                .put(
                        "started_at",
                        Instant.parse("2026-03-01T10:00:00Z")
                                .plusNanos(
                                        1000L * Math.floorMod(UUID.randomUUID().hashCode(), 1_000_000_000))
                                .toString());
    }

    private JsonNode stored(Answer recorded) {
        return client.get("/" + recorded.json().get("id").stringValue()).json();
    }

    private static List<String> warnings(Answer answer) {
        return answer.json()
                .path("warnings")
                .valueStream()
                .map(warning -> "body.%s %s"
                        .formatted(
                                warning.get("loc").get(1).stringValue(),
                                warning.get("type").stringValue()))
                .toList();
    }
}
