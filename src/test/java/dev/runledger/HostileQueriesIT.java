package dev.runledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What bench/hostile.py measures, without a clock: a server of 512 MB under the worst documents that are known. */
class HostileQueriesIT {

    private static final int CLIENTS = 20;
    private static final String METRICS =
            "metrics: [APPROVAL_RATE, ARBITER_SCORE, DURATION, DUPLICATE_RATE, OVERALL_SUCCESS_RATE,"
                    + " RUN_SUCCESS_RATE, GENERATION_SUCCESS_RATE, ERRORS_PER_RUN, COST_PER_RUN, DURATION_PER_QUESTION]";
    private static final String HOURS =
            "filter: {from: \"2020-01-01T00:00:00Z\", to: \"2020-03-24T08:00:00Z\"}, granularity: HOUR";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void aSmallServerRefusesTheWorstInWordsAndIsAsItWasAfterwards() throws Exception {
        try (ServerProcess server = ServerProcess.run(directory, List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Xmx512m"))) {
            server.awaitStart();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                for (String body : bodies()) {
                    answers.add(http.sendAsync(request(server, body), BodyHandlers.ofString()));
                }
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                HttpResponse<String> response = answer.join();
                assertThat(response.statusCode()).as(response.body()).isIn(200, 400, 413, 503);
                if (response.statusCode() == 200 && response.body().startsWith("{\"data\"")) {
                    continue;
                }
                assertThat(response.body()).containsPattern("LIMIT_EXCEEDED|FORBIDDEN|UNAVAILABLE|BAD_REQUEST");
                assertThat(response.body()).doesNotContain("INTERNAL_ERROR");
            }

            assertThat(server.get("/actuator/health", null)).isEqualTo(200);
            assertThat(liveMegabytes(server.pid())).isLessThan(200);
            server.terminate();
            assertThat(server.output()).doesNotContain("OutOfMemoryError");
        }
    }

    private static List<String> bodies() {
        return List.of(
                query("{ trend(%s, %s) { %s } }"
                        .formatted(METRICS, HOURS, times(8, "p@: points { " + times(15, "v@: value") + " }"))),
                query("{ %s }"
                        .formatted(times(
                                20,
                                "t@: trend(%s, %s) { points { value interval { low high } } verdict { words } }"
                                        .formatted(METRICS, HOURS)))),
                query("{ trend(%s, %s) { %s } }".formatted(METRICS, HOURS, times(20, "v@: verdict { words }"))),
                query("{ %s }".formatted(times(20, "t@: timeline(%s) { r: runs { total failed } }".formatted(HOURS)))),
                many("query", "query ($f: RunFilter) { summary(filter: $f) { runs { total } } }"),
                many(
                        "mutation",
                        "mutation ($f: JSON) { recordRunCompletion(input: {startedAt: \"2026-01-01\", status: FAILED,"
                                + " questionsRequested: 1, errorSummary: $f}) { outcome } }"));
    }

    private static String query(String document) {
        return new JsonMapper().writeValueAsString(Map.of("query", document));
    }

    /** Some 700 KB of empty lists as a variable. */
    private static String many(String kind, String document) {
        return "{\"query\": %s, \"variables\": {\"f\": {\"%s\": [%s[]]}}}"
                .formatted(new JsonMapper().writeValueAsString(document), kind, "[],".repeat(230_000));
    }

    private static String times(int count, String field) {
        return IntStream.range(0, count)
                .mapToObj(i -> field.replace("@", String.valueOf(i)))
                .collect(Collectors.joining(" "));
    }

    private HttpRequest request(ServerProcess server, String body) throws IOException {
        Properties keys = new Properties();
        keys.load(Files.newBufferedReader(directory.resolve("data").resolve("keys")));
        return HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
                .header("X-Service-Key", keys.getProperty("analyst"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** What is live after a full collection. */
    private static long liveMegabytes(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        Matcher used = Pattern.compile("total \\d+K, used (\\d+)K").matcher(jcmd(pid, "GC.heap_info"));
        assertThat(used.find()).isTrue();
        return Long.parseLong(used.group(1)) / 1024;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), String.valueOf(pid), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
