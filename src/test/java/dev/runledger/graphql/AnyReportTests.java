package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.OwnLedgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.report.GeneratedReports;
import dev.runledger.report.ReportField;
import graphql.schema.GraphQLSchema;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever a report of the right structure says: it is recorded or refused in words, it does not stop the rollups, and no query
 * fails on what was recorded. A failure names the smallest part of the report that fails alone.
 */
@OwnLedgerTest
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AnyReportTests {

    private static final int BY_REST = 2_000;
    private static final int BY_GRAPHQL = 1_000;
    private static final int ROUNDS = 5;

    private static final String NAMED = """
            {"started_at": "2026-03-01T10:00:00Z", "status": "success", "questions_requested": 1, "client_run_id": "named"}
            """;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    GraphQlSource source;

    private GraphQlClient client;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    @Test
    @Order(1)
    void isRecordedOrRefusedInWordsOverRest() {
        Map<Integer, Integer> statuses = new TreeMap<>();
        GeneratedReports reports = new GeneratedReports(new Random(1));
        for (int i = 0; i < BY_REST; i++) {
            ObjectNode report = reports.next();
            int status = overRest(report);
            statuses.merge(status, 1, Integer::sum);
            if (!List.of(201, 409, 422).contains(status)) {
                throw new AssertionError("%d for %s"
                        .formatted(
                                status,
                                smallest(report, part -> !List.of(201, 409, 422).contains(overRest(part)))));
            }
        }

        assertThat(statuses.get(201)).as(statuses.toString()).isGreaterThan(BY_REST / 3);
        assertThat(statuses.get(422)).as(statuses.toString()).isGreaterThan(BY_REST / 20);
    }

    @Test
    @Order(2)
    void isRecordedOrRefusedInWordsOverGraphQl() {
        Map<String, Integer> codes = new TreeMap<>();
        GeneratedReports reports = new GeneratedReports(new Random(2));
        for (int i = 0; i < BY_GRAPHQL; i++) {
            ObjectNode report = reports.next();
            String code = overGraphQl(report);
            codes.merge(code, 1, Integer::sum);
            if (!List.of("none", "BAD_REQUEST", "CONFLICT").contains(code)) {
                throw new AssertionError("%s for %s"
                        .formatted(
                                code, smallest(report, part -> overGraphQl(part).equals(code))));
            }
        }

        assertThat(codes.get("none")).as(codes.toString()).isGreaterThan(BY_GRAPHQL / 3);
    }

    @Test
    @Order(3)
    void doesNotStopTheRollups() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> jdbc.sql("SELECT count(*) FROM run_change")
                                .query(Integer.class)
                                .single()
                        == 0);
    }

    @Test
    @Order(4)
    void comesBackWhole() {
        String document = new GeneratedQueries(schema(), new Random(3))
                .everything().stream()
                        .filter(query -> query.startsWith("{ runs "))
                        .findFirst()
                        .orElseThrow()
                        .replaceFirst("runs", "runs(first: 20, after: \\$after)")
                        .replaceFirst("\\{", "query(\\$after: String) {");
        String after = null;
        do {
            Answer page = client.ask(document, after == null ? Map.of() : Map.of("after", after));
            JsonNode info = page.data("runs").path("pageInfo");
            after = info.path("hasNextPage").booleanValue()
                    ? info.path("endCursor").stringValue()
                    : null;
        } while (after != null);

        for (String id : jdbc.sql("SELECT id FROM question_generation_runs")
                .query(String.class)
                .list()) {
            assertThat(send(HttpRequest.newBuilder(rest("/" + id)).GET()))
                    .as(id)
                    .isEqualTo(200);
        }
    }

    @Test
    @Order(5)
    void failsNoQuery() {
        List<String> failed = new ArrayList<>();
        int answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (String document : new GeneratedQueries(schema(), new Random(round)).everything()) {
                Answer answer = client.ask(document);
                if (answer.json().has("errors")
                        && !List.of("BAD_REQUEST", "FORBIDDEN", "LIMIT_EXCEEDED")
                                .contains(answer.code())) {
                    failed.add(answer.json().path("errors") + " for " + document);
                }
                answered += answer.json().has("errors") ? 0 : 1;
            }
            assertThat(send(HttpRequest.newBuilder(rest("/stats?start_date=1970-01-01&end_date=9999-12-31"))
                            .GET()))
                    .isEqualTo(200);
        }

        assertThat(failed).isEmpty();
        assertThat(answered).isGreaterThan(ROUNDS * 5);
    }

    @Test
    @Order(6)
    void anArgumentThatIsNullByItsVariableIsRefusedByName() {
        List<GeneratedQueries.NullArgument> all = new GeneratedQueries(schema(), new Random(4)).nullArguments();
        assertThat(overRest((ObjectNode) JSON.readTree(NAMED))).isEqualTo(201);

        assertThat(all).hasSizeGreaterThan(10).allSatisfy(query -> {
            Answer answer = client.post(JSON.writeValueAsString(Map.of(
                    "query",
                    query.document().replace("{ run {", "{ run(clientRunId: \"named\") {"),
                    "variables",
                    JSON.readTree("{\"x\": null}"))));
            assertThat(answer.code()).isEqualTo("BAD_REQUEST");
            assertThat(answer.message()).contains(query.argument());
        });
    }

    private GraphQLSchema schema() {
        return source.schema();
    }

    private int overRest(ObjectNode report) {
        return send(HttpRequest.newBuilder(rest("")).POST(BodyPublishers.ofString(report.toString())));
    }

    private String overGraphQl(ObjectNode report) {
        ObjectNode input = JSON.createObjectNode();
        String status = report.path("status").asString("success");
        boolean start = status.equals("running");
        if (report.has("id")) {
            input.set("id", report.get("id"));
        }
        for (ReportField field : ReportField.values()) {
            JsonNode value = report.has(field.column()) ? report.get(field.column()) : report.get(field.judgeName());
            boolean ofStart = field == ReportField.STARTED_AT
                    || field == ReportField.QUESTIONS_REQUESTED
                    || List.of("client_run_id", "environment", "triggered_by", "prompt_version")
                            .contains(field.column());
            if (value != null && (ofStart || !start && field != ReportField.STATUS)) {
                input.set(field.attribute(), value);
            }
        }
        if (!start) {
            input.put("status", status.toUpperCase(Locale.ROOT));
        }
        String mutation = start
                ? "mutation($input: RunStartInput!) { recordRunStart(input: $input) { run { id } warnings { message } } }"
                : "mutation($input: RunCompletionInput!) { recordRunCompletion(input: $input) { run { id } warnings { message } } }";
        ObjectNode request = JSON.createObjectNode().put("query", mutation);
        request.putObject("variables").set("input", input);
        return client.post(request.toString()).code();
    }

    /** The report without all that it fails without, too. */
    private static ObjectNode smallest(ObjectNode report, Predicate<ObjectNode> fails) {
        for (ReportField field : ReportField.values()) {
            ObjectNode part = report.deepCopy();
            part.remove(field.column());
            part.remove(field.judgeName());
            if (!field.isRequired() && part.size() < report.size() && fails.test(part)) {
                return smallest(part, fails);
            }
        }
        return report;
    }

    private URI rest(String path) {
        return URI.create("http://localhost:" + port + "/v1/admin/generation-runs" + path);
    }

    private static int send(HttpRequest.Builder request) {
        try {
            return HTTP.send(
                            request.header("X-Service-Key", TestKeys.REPORTER)
                                    .header("Content-Type", "application/json")
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
