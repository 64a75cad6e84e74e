package dev.runledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.RunLedger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Small odd inputs as they arrive from outside ({@code cases/odd_input.jsonl}), and what each must give. */
@OwnLedgerTest
@TestPropertySource(properties = "spring.graphql.cors.allowed-origins=https://dash.example")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddInputTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String RUNS = "/v1/admin/generation-runs";
    private static final String DASHBOARDS = "https://dash.example";
    private static final String ORDINARY = """
            {"started_at": "2026-11-01T03:00:00Z", "status": "success", "questions_requested": 10}
            """;

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    DeletedRuns deletedRuns;

    @Autowired
    JdbcClient jdbc;

    private List<Answer> answers;

    /** What the answers to a case's steps must be. */
    private interface Expectation {
        void check() throws Exception;
    }

    private record Case(String id, List<JsonNode> steps) {
        @Override
        public String toString() {
            return id;
        }
    }

    private record Answer(int status, JsonNode body) {

        JsonNode data(String field) {
            assertThat(body.has("errors")).as(body.toString()).isFalse();
            return body.path("data").path(field);
        }

        List<String> warned() {
            return body.path("warnings")
                    .valueStream()
                    .map(warning -> warning.path("loc").get(1).stringValue())
                    .toList();
        }

        List<String> faulty() {
            return body.path("detail")
                    .valueStream()
                    .map(fault -> fault.path("loc").get(1).stringValue())
                    .toList();
        }

        String error() {
            JsonNode error = body.path("errors").path(0);
            return "%s: %s"
                    .formatted(
                            error.path("extensions").path("code").asString("none"),
                            error.path("message").asString());
        }
    }

    private final Map<String, Expectation> expectations = Map.ofEntries(
            Map.entry("blank-name", () -> {
                assertThat(statuses()).containsExactly(201, 201);
                assertThat(runs("client_run_id IS NULL")).isEqualTo(2);
            }),
            Map.entry("blank-environment", () -> {
                assertThat(statuses()).containsExactly(201, 201);
                assertThat(runs("true")).isEqualTo(1);
                assertThat(runs("status = 'success'")).isEqualTo(1);
            }),
            Map.entry("foreign-id", () -> {
                assertThat(statuses()).containsExactly(201);
                assertThat(answers.get(0).warned()).containsExactly("id");
                assertThat(UUID.fromString(answers.get(0).body().path("id").stringValue()))
                        .isNotNull();
            }),
            Map.entry("nil-id", () -> refused("id")),
            Map.entry("zero-end", () -> {
                assertThat(statuses()).containsExactly(201);
                assertThat(answers.get(0).body().path("warnings").toString()).contains("0001-01-01T00:00:00Z");
                assertThat(runs("completed_at IS NULL")).isEqualTo(1);
            }),
            Map.entry("far-start", () -> {
                assertThat(answers.get(0).status()).isEqualTo(422);
                assertThat(answers.get(0).faulty()).containsExactly("started_at");
                assertThat(answers.get(1)
                                .data("summary")
                                .path("streaks")
                                .path("longest")
                                .intValue())
                        .isZero();
            }),
            Map.entry("datetime-max", () -> assertThat(statuses()).containsExactly(200)),
            Map.entry(
                    "from-9999",
                    () -> assertThat(answers.get(0)
                                    .data("summary")
                                    .path("runs")
                                    .path("total")
                                    .intValue())
                            .isZero()),
            Map.entry("future", () -> {
                assertThat(answers.get(0).status()).isEqualTo(201);
                assertThat(answers.get(0).warned()).containsExactly("started_at");
                assertThat(answers.get(0).body().path("warnings").toString()).contains("clock");
                assertThat(answers.get(1)
                                .data("summary")
                                .path("runs")
                                .path("total")
                                .intValue())
                        .isZero();
                assertThat(answers.get(1)
                                .data("timeline")
                                .valueStream()
                                .mapToInt(bucket ->
                                        bucket.path("runs").path("total").intValue())
                                .sum())
                        .isZero();
                assertThat(graphQl("{runs(filter:{lastDays:1}){totalCount}}")
                                .data("runs")
                                .path("totalCount")
                                .intValue())
                        .isZero();
                assertThat(graphQl("{environments(filter:{lastDays:1}){key}}")
                                .data("environments")
                                .isEmpty())
                        .isTrue();
                assertThat(graphQl("{trend(filter:{lastDays:1},metrics:[RUN_SUCCESS_RATE]){points{runs}}}")
                                .data("trend")
                                .findValues("runs"))
                        .allMatch(runs -> runs.intValue() == 0);
            }),
            Map.entry("huge-score", () -> refused("avg_arbiter_score")),
            Map.entry("nul-text", () -> {
                assertThat(answers.get(0).status()).isEqualTo(201);
                assertThat(answers.get(0).warned()).containsExactly("error_summary");
                assertThat(graphQl("{errorCategories{key}}")
                                .data("errorCategories")
                                .toString())
                        .isEqualTo("[{\"key\":\"x\ufffdy\"}]");
            }),
            Map.entry("nul-parameter", () -> {
                refused("environment");
                assertThat(answers).hasSize(2);
            }),
            Map.entry("null-argument", () -> {
                assertThat(answers.get(0).error()).startsWith("BAD_REQUEST").contains("timeZone");
                assertThat(answers.get(1).error()).startsWith("BAD_REQUEST").contains("below");
            }),
            Map.entry("get-query", () -> {
                assertThat(statuses()).containsExactly(200);
                assertThat(answers.get(0)
                                .data("summary")
                                .path("runs")
                                .path("total")
                                .intValue())
                        .isZero();
                Answer mutation = send("GET", "/graphql?query=mutation%7BauditRollups%7B__typename%7D%7D", null);
                assertThat(mutation.status()).isEqualTo(405);
                assertThat(mutation.error()).startsWith("BAD_REQUEST").contains("POST");
            }),
            Map.entry("persisted-query", () -> {
                assertThat(statuses()).containsExactly(200);
                assertThat(answers.get(0).error()).isEqualTo("PERSISTED_QUERY_NOT_FOUND: PersistedQueryNotFound");
            }),
            Map.entry("trailing-slash", () -> {
                assertThat(statuses()).containsExactly(200, 405);
                assertThat(answers.get(0).data("__typename").stringValue()).isEqualTo("Query");
                assertThat(answers.get(1).error()).startsWith("BAD_REQUEST").doesNotContain("key");
            }),
            Map.entry(
                    "empty-operation-name",
                    () -> assertThat(answers.get(0).error())
                            .startsWith("BAD_REQUEST")
                            .containsIgnoringCase("operation name")),
            Map.entry("gone-is-gone", () -> {
                assertThat(answers.get(1).body().toString()).contains("test-llm", "junk", "OOPS");
                graphQl("mutation {deleteRun(id: \"%s\") {deleted}}"
                                .formatted(answers.get(0).body().path("id").stringValue()))
                        .data("deleteRun");
                assertThat(graphQl("{providers{provider} questionTypes{key} errorCategories{key}}")
                                .body()
                                .toString())
                        .doesNotContain("errors\":", "test-llm", "junk", "OOPS");
            }),
            Map.entry("many-keys", () -> {
                Answer many = send("POST", RUNS, manyCategories());
                Answer ordinary = send("POST", RUNS, JSON.readTree(ORDINARY));
                assertThat(many.status()).isEqualTo(201);
                assertThat(many.warned()).containsExactly("error_summary");
                assertThat(ordinary.status()).isEqualTo(201);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> jdbc.sql("SELECT count(*) FROM run_change")
                                        .query(Integer.class)
                                        .single()
                                == 0);
                JsonNode categories = graphQl("{errorCategories{key count}}").data("errorCategories");
                assertThat(categories.size()).isEqualTo(201);
                assertThat(categories.findValuesAsString("key")).contains("(other)");
                assertThat(categories
                                .valueStream()
                                .mapToDouble(category -> category.path("count").doubleValue())
                                .sum())
                        .isEqualTo(36_000);
            }),
            Map.entry("gzip", () -> {
                assertThat(gzipped(ORDINARY)).isEqualTo(201);
                assertThat(gzipped(" ".repeat(2 << 20))).isEqualTo(413);
            }),
            Map.entry("preflight", () -> {
                HttpResponse<String> allowed = preflight(DASHBOARDS);
                assertThat(allowed.statusCode()).isEqualTo(200);
                assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin"))
                        .hasValue(DASHBOARDS);
                assertThat(allowed.headers()
                                .firstValue("Access-Control-Allow-Headers")
                                .orElse("")
                                .toLowerCase(Locale.ROOT))
                        .contains("x-service-key", "content-type");
                assertThat(preflight("https://elsewhere.example").statusCode()).isEqualTo(403);
            }));

    Stream<Case> cases() throws IOException {
        try (InputStream in = OddInputTests.class.getResourceAsStream("/cases/odd_input.jsonl")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(JSON::readTree)
                    .map(line -> new Case(
                            line.path("id").stringValue(),
                            line.path("steps").valueStream().toList()))
                    .filter(odd -> expectations.containsKey(odd.id()));
        }
    }

    @BeforeEach
    void emptyTheLedger() {
        jdbc.sql("SELECT id FROM question_generation_runs")
                .query(UUID.class)
                .list()
                .forEach(id -> deletedRuns.delete(id, null));
        // The next case may report the same run.
        jdbc.sql("DELETE FROM deleted_run").update();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatItMustGive(Case odd) throws Exception {
        answers = new ArrayList<>();
        for (JsonNode step : odd.steps()) {
            step.properties().stream()
                    .filter(part -> List.of("GET", "POST", "PUT").contains(part.getKey()))
                    .forEach(request -> answers.add(
                            send(request.getKey(), request.getValue().stringValue(), step.get("body"))));
        }
        expectations.get(odd.id()).check();
    }

    private void refused(String field) {
        assertThat(answers).isNotEmpty().allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.faulty()).containsExactly(field);
        });
    }

    private List<Integer> statuses() {
        return answers.stream().map(Answer::status).toList();
    }

    private static JsonNode manyCategories() {
        ObjectNode report = (ObjectNode) JSON.readTree(ORDINARY);
        ObjectNode categories = report.putObject("error_summary").putObject("by_category");
        for (int i = 0; i < 36_000; i++) {
            categories.put("c%05d".formatted(i), 1);
        }
        return report.put("client_run_id", "many");
    }

    private int gzipped(String body) throws IOException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return HTTP.send(
                        request(RUNS)
                                .header("Content-Encoding", "gzip")
                                .POST(BodyPublishers.ofByteArray(bytes.toByteArray()))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private HttpResponse<String> preflight(String origin) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/graphql"))
                        .header("Origin", origin)
                        .header("Access-Control-Request-Method", "POST")
                        .header("Access-Control-Request-Headers", "x-service-key,content-type")
                        .method("OPTIONS", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private int runs(String condition) {
        return jdbc.sql("SELECT count(*) FROM question_generation_runs WHERE " + condition)
                .query(Integer.class)
                .single();
    }

    private Answer graphQl(String query) {
        return send("POST", "/graphql", JSON.createObjectNode().put("query", query));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("X-Service-Key", TestKeys.ADMIN)
                .header("Content-Type", "application/json");
    }

    private Answer send(String method, String path, JsonNode body) {
        String text = body == null
                ? ""
                : body.toString()
                        .replace(
                                "<now + 3 h>",
                                Instant.now().plus(Duration.ofHours(3)).toString());
        HttpRequest request =
                request(path).method(method, BodyPublishers.ofString(text)).build();
        try {
            HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body()));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
