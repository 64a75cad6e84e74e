package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.rest.ContractClient.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
class RunExportTests {

    /** More than two pages, two runs at each moment. */
    private static final int RUNS = 1_203;

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    private ContractClient client;
    private String environment;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
        environment = "x" + UUID.randomUUID().toString().substring(0, 18);
    }

    @Test
    void everyRunIsThereOnceTheOldestFirst() {
        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment)
                SELECT gen_random_uuid(), '2026-01-01T00:00:00Z'::timestamptz + i / 2 * interval '1 minute', 'success', i,
                       :environment
                  FROM generate_series(1, :runs) i
                """).param("environment", environment).param("runs", RUNS).update();

        List<JsonNode> lines = lines(export("ndjson", ""));

        assertThat(lines)
                .extracting(run -> run.get("questions_requested").intValue())
                .hasSize(RUNS)
                .doesNotHaveDuplicates();
        assertThat(lines)
                .extracting(run -> Instant.parse(run.get("started_at").asString()))
                .isSorted();
        assertThat(records(export("csv", "").text())).hasSize(RUNS + 1);
    }

    @Test
    void aLineSentAsAReportIsTheRunAgain() {
        ObjectNode report = ContractClient.payload("success");
        report.put("environment", environment);
        assertThat(client.post(report).status()).isEqualTo(201);

        JsonNode line = lines(export("ndjson", "")).get(0);

        assertThat(client.post(line).status()).isEqualTo(201);
        assertThat(lines(export("ndjson", ""))).containsExactly(line);
    }

    @Test
    void aFieldOfCsvIsWhatWasReportedWhateverCharactersItHas() {
        String odd = "a \"quoted\", text\r\nof two lines, =1+1";
        post("{}", odd);

        List<List<String>> records = records(export("csv", "").text());

        assertThat(records).hasSize(2);
        List<String> header = records.get(0);
        List<String> run = records.get(1);
        assertThat(run).hasSameSizeAs(header);
        assertThat(run.get(header.indexOf("triggered_by"))).isEqualTo(odd);
        assertThat(run.get(header.indexOf("approval_rate"))).isEmpty();
        assertThat(run.get(header.indexOf("provider_metrics"))).isEqualTo("{\"openai\":{\"generated\":3}}");
    }

    @Test
    void aTextThatASpreadsheetWouldRunIsKeptATextInCsvAndAsItWasInNdjson() {
        post("{}", "=1+1");

        List<List<String>> records = records(export("csv", "").text());

        assertThat(records.get(1).get(records.get(0).indexOf("triggered_by"))).isEqualTo("'=1+1");
        assertThat(lines(export("ndjson", "")).get(0).get("triggered_by").asString())
                .isEqualTo("=1+1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=failed&status=success",
                "triggered_by=x&triggered_by=y",
                "provider=openai",
                "min_duration_seconds=5&max_duration_seconds=5",
                "start_date=2026-03-01&before=2026-03-01T00:00:00.000001Z",
                "end_date=2026-03-01T00:00:00Z"
            })
    void aFilterLetsThroughWhatMatches(String filter) {
        post("{}", "x");

        assertThat(lines(export("ndjson", filter))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=failed",
                "stuck=true",
                "triggered_by=y",
                "provider=xai",
                "max_duration_seconds=4",
                "before=2026-03-01T00:00:00Z",
                "start_date=2026-03-02",
                "client_run_id_contains=zzz"
            })
    void aFilterKeepsBackWhatDoesNot(String filter) {
        post("{}", "x");

        assertThat(lines(export("ndjson", filter))).isEmpty();
        assertThat(records(export("csv", filter).text())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format=xml",
                "status=lost",
                "min_cost_usd=many",
                "min_cost_usd=NaN",
                "max_cost_usd=1&min_cost_usd=2",
                "start_date=2026-03-02&before=2026-03-01",
                "provider=%00"
            })
    void aFaultyParameterIsNamed(String parameters) {
        Answer answer = client.get("/export?" + parameters);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().at("/detail/0/loc/0").asString()).isEqualTo("query");
        assertThat(parameters).contains(answer.json().at("/detail/0/loc/1").asString());
    }

    private void post(String more, String trigger) {
        ObjectNode report = object("""
                {'started_at': '2026-03-01T00:00:00Z', 'status': 'success', 'questions_requested': 3, 'duration_seconds': 5,
                 'provider_metrics': {'openai': {'generated': 3}}}""");
        report.setAll(object(more));
        report.put("environment", environment);
        report.put("triggered_by", trigger);
        assertThat(client.post(report).status()).isEqualTo(201);
    }

    private Answer export(String format, String filter) {
        Answer answer = client.get("/export?format=" + format + "&environment=" + environment + "&" + filter);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer;
    }

    private static List<JsonNode> lines(Answer answer) {
        return answer.text().lines().map(ContractClient.JSON::readTree).toList();
    }

    /** An independent reader: RFC 4180, character by character. */
    private static List<List<String>> records(String text) {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '"' && text.startsWith("\"\"", i)) {
                field.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || text.startsWith("\r\n", i))) {
                record.add(field.toString());
                field.setLength(0);
                if (c == '\r') {
                    records.add(record);
                    record = new ArrayList<>();
                    i++;
                }
            } else {
                field.append(c);
            }
        }
        assertThat(Stream.of(quoted, field.isEmpty(), record.isEmpty())).containsExactly(false, true, true);
        return records;
    }
}
