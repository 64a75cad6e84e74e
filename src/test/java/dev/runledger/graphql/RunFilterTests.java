package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.LoadedRuns;
import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@RunledgerTest
class RunFilterTests {

    private static final int RUNS = 80;

    /** A filter as clients write it, and what it means in SQL. */
    private record Case(String field, Object value, String sql) {}

    private static final List<Case> CASES = List.of(
            new Case("from", "2026-03-04T02:00:00+02:00", "started_at >= '2026-03-04T00:00:00Z'"),
            new Case("to", "2026-03-07T00:00:00Z", "started_at < '2026-03-07T00:00:00Z'"),
            new Case(
                    "statuses",
                    List.of("RUNNING", "PARTIAL_FAILURE"),
                    "status = 'running' OR status = 'partial_failure'"),
            new Case("environments", List.of("north", "south"), "environment = 'north' OR environment = 'south'"),
            new Case("triggers", List.of("manual"), "triggered_by = 'manual'"),
            new Case("promptVersions", List.of("v1", "v3"), "prompt_version = 'v1' OR prompt_version = 'v3'"),
            new Case("arbiterConfigs", List.of("a2"), "arbiter_config_version = 'a2'"),
            new Case(
                    "providers",
                    List.of("openai", "xai"),
                    "jsonb_exists(provider_metrics, 'openai') OR jsonb_exists(provider_metrics, 'xai')"),
            new Case("questionTypes", List.of("memory"), "jsonb_exists(type_metrics, 'memory')"),
            new Case("difficulties", List.of("hard"), "jsonb_exists(difficulty_metrics, 'hard')"),
            new Case(
                    "errorCategories",
                    List.of("rate_limit"),
                    "jsonb_exists(error_summary -> 'by_category', 'rate_limit')"),
            new Case("overallSuccessRate", Map.of("min", 0.25), "overall_success_rate >= 0.25"),
            new Case("approvalRate", Map.of("max", 0.5), "approval_rate <= 0.5"),
            new Case("arbiterScore", Map.of("min", 2, "max", 6), "avg_arbiter_score BETWEEN 2 AND 6"),
            new Case("durationSeconds", Map.of("min", 1, "max", 1), "duration_seconds = 1"),
            new Case("costUsd", Map.of("min", 0.5, "max", 2.5), "total_cost_usd BETWEEN 0.5 AND 2.5"),
            new Case("clientRunIdContains", "%RuN_", "position('%run_' IN lower(client_run_id)) > 0"));

    private final String mine = "filter-" + UUID.randomUUID();
    private final Random random = new Random(7);

    @Autowired
    JdbcClient jdbc;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    /** Each filter alone, then some together. */
    static Stream<List<Case>> filters() {
        Random random = new Random(11);
        return Stream.concat(
                CASES.stream().map(List::of),
                IntStream.range(0, 30)
                        .mapToObj(i -> CASES.stream()
                                .filter(one -> random.nextInt(5) == 0)
                                .toList()));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void aFilterFindsWhatItSays(List<Case> filter) {
        insert();
        Map<String, Object> asked = new LinkedHashMap<>();
        // Of the whole test database only the runs of this test.
        asked.put("arbiterConfigs", List.of(mine + "1", mine + "2"));
        StringBuilder sql = new StringBuilder("arbiter_config_version LIKE '" + mine + "%'");
        for (Case one : filter) {
            boolean config = one.field().equals("arbiterConfigs");
            asked.put(one.field(), config ? List.of(mine + "2") : one.value());
            sql.append(" AND (")
                    .append(config ? "arbiter_config_version = '" + mine + "2'" : one.sql())
                    .append(")");
        }

        Map<String, Object> variables = Map.of("filter", asked);
        var runs = client.ask("""
                query ($filter: RunFilter) { runs(filter: $filter, first: 100) { totalCount nodes { id } } }""", variables).data("runs");

        List<String> expected = jdbc.sql("SELECT id::text FROM question_generation_runs WHERE " + sql)
                .query(String.class)
                .list();
        assertThat(runs.path("nodes").valueStream().map(run -> run.path("id").stringValue()))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(runs.path("totalCount").intValue()).isEqualTo(expected.size());
        if (filter.size() == 1) {
            assertThat(expected.size()).as("the filter distinguishes runs").isBetween(1, RUNS - 1);
        }
    }

    @Test
    void stuckRunsAreThoseThatGoOnAndComeBesideThoseOfStatuses() {
        insert();
        // Who ended after all was stuck, and is not any more.
        jdbc.sql("UPDATE question_generation_runs SET stuck_at = now() WHERE arbiter_config_version = :mine")
                .param("mine", mine + "1")
                .update();

        assertThat(found(Map.of("stuck", true)))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(stored("status = 'running' AND stuck_at IS NOT NULL"));
        assertThat(found(Map.of("stuck", true, "statuses", List.of("FAILED"))))
                .containsExactlyInAnyOrderElementsOf(
                        stored("status = 'failed' OR status = 'running' AND stuck_at IS NOT NULL"));
        assertThat(found(Map.of("stuck", false))).hasSize(RUNS);
    }

    private List<String> found(Map<String, Object> filter) {
        Map<String, Object> asked = new LinkedHashMap<>(filter);
        asked.put("arbiterConfigs", List.of(mine + "1", mine + "2"));
        var runs = client.ask("""
                query ($filter: RunFilter) { runs(filter: $filter, first: 100) { totalCount nodes { id } } }""", Map.of("filter", asked)).data("runs");
        List<String> ids = runs.path("nodes")
                .valueStream()
                .map(run -> run.path("id").stringValue())
                .toList();
        assertThat(runs.path("totalCount").intValue()).isEqualTo(ids.size());
        return ids;
    }

    private List<String> stored(String condition) {
        return jdbc.sql("SELECT id::text FROM question_generation_runs WHERE arbiter_config_version LIKE '" + mine
                        + "%' AND (" + condition + ")")
                .query(String.class)
                .list();
    }

    @Test
    void anEmptyListIsAsGoodAsNone() {
        insert();
        Answer answer = client.document(
                "count",
                Map.of("filter", Map.of("arbiterConfigs", List.of(mine + "1", mine + "2"), "providers", List.of())));
        assertThat(answer.data("runs").path("totalCount").intValue()).isEqualTo(RUNS);
    }

    @Test
    void lastDaysCountBackFromNow() {
        insertUnnoted();
        jdbc.sql("UPDATE question_generation_runs SET started_at = now() - interval '49 hours'"
                        + " WHERE arbiter_config_version LIKE :mine || '%'")
                .param("mine", mine)
                .update();
        note();

        assertThat(totalOfLastDays(2)).isZero();
        assertThat(totalOfLastDays(3)).isEqualTo(RUNS);
    }

    private int totalOfLastDays(int days) {
        return client.document(
                        "count",
                        Map.of("filter", Map.of("arbiterConfigs", List.of(mine + "1", mine + "2"), "lastDays", days)))
                .data("runs")
                .path("totalCount")
                .intValue();
    }

    @Test
    void aFilterThatCannotBeMeantIsABadRequest() {
        assertRefused("BAD_REQUEST", "lastDays", 3, "from", "2026-01-01");
        assertRefused("BAD_REQUEST", "lastDays", 0);
        assertRefused("BAD_REQUEST", "from", "2026-01-02", "to", "2026-01-01");
        assertRefused("BAD_REQUEST", "costUsd", Map.of("min", 2, "max", 1));
        assertRefused("BAD_REQUEST", "costUsd", Map.of());
        assertRefused("BAD_REQUEST", "environments", List.of("a\0b"));
    }

    @Test
    void aFilterHasLimits() {
        List<String> many = IntStream.range(0, 101).mapToObj(String::valueOf).toList();
        for (String list : List.of("environments", "providers", "errorCategories", "promptVersions")) {
            assertThat(assertRefused("LIMIT_EXCEEDED", list, many)).contains("filter." + list, "100 at most");
        }
        assertRefused("LIMIT_EXCEEDED", "lastDays", 36_501);
        assertRefused("LIMIT_EXCEEDED", "clientRunIdContains", "x".repeat(101));
    }

    private String assertRefused(String code, Object... fieldsAndValues) {
        Map<String, Object> filter = new HashMap<>();
        for (int i = 0; i < fieldsAndValues.length; i += 2) {
            filter.put((String) fieldsAndValues[i], fieldsAndValues[i + 1]);
        }
        Answer answer = client.document("count", Map.of("filter", filter));
        assertThat(answer.code()).as(filter.toString()).isEqualTo(code);
        return answer.message();
    }

    private void insert() {
        insertUnnoted();
        note();
    }

    private void note() {
        LoadedRuns.note(jdbc, "arbiter_config_version", mine + 1);
        LoadedRuns.note(jdbc, "arbiter_config_version", mine + 2);
    }

    private void insertUnnoted() {
        for (int i = 0; i < RUNS; i++) {
            jdbc.sql("""
                    INSERT INTO question_generation_runs (id, started_at, status, environment, triggered_by, prompt_version,
                           arbiter_config_version, provider_metrics, type_metrics, difficulty_metrics, error_summary, overall_success_rate,
                           approval_rate, avg_arbiter_score, duration_seconds, total_cost_usd, client_run_id,
                           questions_requested)
                    VALUES (gen_random_uuid(), timestamptz '2026-03-01 00:00:00Z' + :days * interval '1 day', :status,
                            CAST(:environment AS varchar), CAST(:trigger AS varchar), CAST(:prompt AS varchar), :config,
                            CAST(:providers AS jsonb), CAST(:types AS jsonb), CAST(:difficulties AS jsonb), CAST(:errors AS jsonb),
                            CAST(:success AS float), CAST(:approval AS float), CAST(:score AS float),
                            CAST(:duration AS float), CAST(:cost AS float), CAST(:name AS varchar), 0)""")
                    .param("days", random.nextInt(10))
                    .param("status", oneOf("running", "success", "partial_failure", "failed"))
                    .param("environment", oneOf(null, "north", "south", "east"))
                    .param("trigger", oneOf(null, "manual", "Manual", "scheduler"))
                    .param("prompt", oneOf(null, "v1", "v2", "v3"))
                    .param("config", mine + (1 + random.nextInt(2)))
                    .param(
                            "providers",
                            oneOf(null, "{}", "{\"openai\": {}}", "{\"xai\": {}, \"google\": {}}", "{\"google\": {}}"))
                    .param("types", oneOf(null, "{\"memory\": 0}", "{\"logic\": 2}", "5"))
                    .param("difficulties", oneOf(null, "{\"hard\": 0, \"easy\": 3}", "{\"easy\": 2}", "5"))
                    .param("errors", oneOf(null, "{\"by_category\": {\"rate_limit\": 2}}", "{\"rate_limit\": 2}", "[]"))
                    .param("success", oneOf(null, "0", "0.25", "0.75"))
                    .param("approval", oneOf(null, "0.5", "0.500001"))
                    .param("score", oneOf(null, "1.9", "2", "6", "7"))
                    .param("duration", oneOf(null, "1", "1.5"))
                    .param("cost", oneOf(null, "0.5", "2.5", "2.6"))
                    .param("name", oneOf(null, "nightly%run_7", "nightly-%RUN_8", "nightly-run-9"))
                    .update();
        }
    }

    private String oneOf(String... values) {
        return values[random.nextInt(values.length)];
    }
}
