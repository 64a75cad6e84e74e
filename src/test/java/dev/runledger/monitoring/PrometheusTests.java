package dev.runledger.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.TestPropertySource;

@RunledgerTest
@TestPropertySource(properties = "runledger.keys.metrics=" + PrometheusTests.METRICS)
class PrometheusTests {

    static final String METRICS = "metrics-key-of-the-tests";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Autowired
    PipelineGauges gauges;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    ObjectProvider<SdkTracerProvider> tracerProvider;

    @Test
    void theKeyOfAMonitoringSystemReadsMetricsAndNothingElse() throws Exception {
        assertThat(scrape(METRICS).statusCode()).isEqualTo(200);
        assertThat(scrape(TestKeys.ADMIN).statusCode()).isEqualTo(200);
        assertThat(scrape(TestKeys.ANALYST).statusCode()).isEqualTo(403);
        assertThat(scrape("not-a-key-of-the-tests").statusCode()).isEqualTo(401);
        assertThat(get("/v1/admin/generation-runs", METRICS).statusCode()).isEqualTo(403);
    }

    @Test
    void noTraceIsMadeBeforeTracesAreSwitchedOn() throws Exception {
        assertThat(tracerProvider.getIfAvailable()).isNull();
        assertThat(get("/v1/admin/generation-runs", TestKeys.ANALYST).headers().firstValue("X-Trace-Id"))
                .isEmpty();
    }

    @Test
    void theLastSuccessOfAnEnvironmentIsWhenItStarted() throws Exception {
        String environment = "env-" + UUID.randomUUID().toString().substring(0, 8);
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        record(environment, "success", start);
        record(environment, "failed", start.plusMillis(1));

        List<String> series = series();

        assertThat(series)
                .anyMatch(line -> line.startsWith(
                        "runledger_runs_last_day{environment=\"%s\",status=\"failed\"} 1".formatted(environment)));
        assertThat(series)
                .filteredOn(line -> line.startsWith(
                        "runledger_last_success_timestamp_seconds{environment=\"%s\"}".formatted(environment)))
                .singleElement()
                .satisfies(line -> assertThat(Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .isEqualTo(start.getEpochSecond()));
    }

    @Test
    void whatIsSetAsideFiresOrWaitsIsCounted() throws Exception {
        UUID run = UUID.randomUUID();
        UUID rule = UUID.randomUUID();
        double setAside = value("runledger_changes{state=\"set_aside\"}");
        double firing = value("runledger_alerts_firing");
        jdbc.sql("INSERT INTO fold_failure (run_id, failures, reason, last_seq, set_aside_at)"
                        + " VALUES (:run, 3, 'made by a test', 9223372036854775807, now())")
                .param("run", run)
                .update();
        jdbc.sql("INSERT INTO run_change (run_id, sign, run) VALUES (:run, 1, '{}')")
                .param("run", run)
                .update();
        jdbc.sql("""
                WITH rule AS (
                    INSERT INTO alert_rule (id, name, definition, since, state, state_since, created_at, updated_at, paused_at)
                    VALUES (:rule, :rule::text, '{}', now(), 'FIRING', now(), now(), now(), now())
                    RETURNING id
                )
                INSERT INTO alert (id, rule_id, revision, fired_run, fired_run_start, fired_at, value, runs, noticed_at, resolved_run,
                                   resolved_run_start, resolved_at)
                SELECT gen_random_uuid(), id, n, gen_random_uuid(), now(), now(), 0, '{}', now(), end_run, end_at, end_at
                  FROM rule, (VALUES (1, NULL::uuid, NULL::timestamptz), (2, gen_random_uuid(), now())) AS ends(n, end_run, end_at)
                """).param("rule", rule).update();
        try {
            assertThat(value("runledger_changes{state=\"set_aside\"}")).isEqualTo(setAside + 1);
            assertThat(value("runledger_alerts_firing")).isEqualTo(firing + 1);
            assertThat(value("runledger_changes{state=\"waiting\"}")).isNotNegative();
            assertThat(value("runledger_fold_lag_seconds")).isNotNegative();
            assertThat(value("runledger_notifications_waiting")).isNotNegative();
        } finally {
            jdbc.sql("DELETE FROM alert_rule WHERE id = :rule")
                    .param("rule", rule)
                    .update();
            jdbc.sql("DELETE FROM run_change WHERE run_id = :run")
                    .param("run", run)
                    .update();
            jdbc.sql("DELETE FROM fold_failure WHERE run_id = :run")
                    .param("run", run)
                    .update();
        }
    }

    @Test
    void thereAreAtMostTwoHundredSeriesWhateverClientsSend() throws Exception {
        for (int i = 0; i < 30; i++) {
            for (String status : List.of("success", "failed", "partial_failure", "running")) {
                record("worst-" + i, status, Instant.now().minusSeconds(60 + i));
            }
            query("query Operation%d { summary { runs { total } } }".formatted(i));
            query("query Wrong%d { nothing }".formatted(i));
            get("/v1/admin/generation-runs/" + UUID.randomUUID(), TestKeys.ANALYST);
            get("/v1/admin/generation-runs?page=0", TestKeys.ANALYST);
            get("/v1/admin/" + i, TestKeys.ANALYST);
        }

        List<String> series = series();

        assertThat(series).hasSizeLessThanOrEqualTo(200);
        assertThat(series)
                .anyMatch(line -> line.startsWith("graphql_request_seconds_count") && line.contains("(other)"));
        assertThat(series).anyMatch(line -> line.startsWith("http_server_requests_seconds_count"));
        assertThat(series).anyMatch(line -> line.startsWith("hikaricp_connections_active"));
    }

    /** Every series that a shipped query selects, by its name and its labels, is there. */
    @Test
    void theShippedDashboardAndAlertRulesQueryWhatIsThere() throws Exception {
        record("production", "success", Instant.now());
        record("production", "running", Instant.now());
        query("query Known { summary { runs { total } } }");
        get("/v1/admin/generation-runs", TestKeys.ANALYST);
        List<String> series = series();
        String shipped = Files.readString(Path.of("docs/monitoring/alert-rules.yml"))
                + Files.readString(Path.of("docs/monitoring/grafana-dashboard.json"));

        Set<String> names = Pattern.compile("\\b(runledger|http_server|graphql|hikaricp|jvm|process)_\\w+")
                .matcher(shipped)
                .results()
                .map(MatchResult::group)
                .filter(name -> !name.equals("graphql_outcome"))
                .collect(Collectors.toSet());

        assertThat(names)
                .hasSizeGreaterThan(8)
                .allSatisfy(name -> assertThat(series)
                        .anyMatch(line -> line.startsWith(name + "{") || line.startsWith(name + " ")));
        for (String labels :
                List.of("graphql_outcome=", "outcome=", "uri=", "operation=", "state=", "area=", "environment=")) {
            assertThat(series).anyMatch(line -> line.matches(".*[{,]" + labels + ".*"));
        }
    }

    private double value(String name) throws Exception {
        return series().stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findAny()
                .orElseThrow(() -> new AssertionError("There is no " + name));
    }

    private List<String> series() throws Exception {
        gauges.refresh();
        return scrape(METRICS)
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private HttpResponse<String> scrape(String key) throws Exception {
        return get("/actuator/prometheus", key);
    }

    private HttpResponse<String> get(String path, String key) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + key).GET());
    }

    private void record(String environment, String status, Instant start) throws Exception {
        HttpResponse<String> answer = send(request("/v1/admin/generation-runs")
                .header("X-Service-Key", TestKeys.REPORTER)
                .POST(BodyPublishers.ofString("""
                        {"started_at": "%s", "status": "%s", "questions_requested": 10, "environment": "%s",
                         "client_run_id": "%s"}""".formatted(start, status, environment, UUID.randomUUID()))));
        assertThat(answer.statusCode()).isEqualTo(201);
    }

    private void query(String document) throws Exception {
        send(request("/graphql")
                .header("X-Service-Key", TestKeys.ANALYST)
                .POST(BodyPublishers.ofString("{\"query\": \"%s\", \"operationName\": null}".formatted(document))));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
