package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.graphql.ExecutionGraphQlService;
import org.springframework.graphql.test.tester.ExecutionGraphQlServiceTester;
import org.springframework.graphql.test.tester.GraphQlTester;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Compares what every filter keeps, alone and with others, with the same condition in SQL. */
@RunledgerTest
class RunFilterTests {

    private record Filter(String graphQl, String sql) {}

    private static final List<Filter> FILTERS = List.of(
            new Filter("from: \"2026-01-10T00:00:00Z\"", "started_at >= '2026-01-10Z'"),
            new Filter("to: \"2026-02-10T02:00:00+02:00\"", "started_at < '2026-02-10Z'"),
            new Filter("statuses: [FAILED, RUNNING]", "status IN ('failed', 'running')"),
            new Filter("triggers: [\"manual\"]", "triggered_by = 'manual'"),
            new Filter("promptVersions: [\"v1\", \"v2\"]", "prompt_version IN ('v1', 'v2')"),
            new Filter("arbiterConfigs: [\"a1\"]", "arbiter_config_version = 'a1'"),
            new Filter(
                    "providers: [\"openai\", \"it's\"]", "(provider_metrics ? 'openai' OR provider_metrics ? 'it''s')"),
            new Filter("questionTypes: [\"memory\"]", "type_metrics ? 'memory'"),
            new Filter("errorCategories: [\"rate_limit\"]", "error_summary -> 'by_category' ? 'rate_limit'"),
            new Filter("overallSuccessRate: {min: 0.5}", "overall_success_rate >= 0.5"),
            new Filter("approvalRate: {max: 0.5}", "approval_rate <= 0.5"),
            new Filter("arbiterScore: {min: 2, max: 3}", "avg_arbiter_score BETWEEN 2 AND 3"),
            new Filter("durationSeconds: {min: 3}", "duration_seconds >= 3"),
            new Filter("costUsd: {min: 0.2, max: 0.4}", "total_cost_usd BETWEEN 0.2 AND 0.4"),
            new Filter("clientRunIdContains: \"UN-1_\"", "lower(client_run_id) LIKE '%un-1\\_%'"),
            new Filter("statuses: []", "true"));

    @Autowired
    JdbcClient jdbc;

    private final GraphQlTester graphQl;
    private String environment;

    RunFilterTests(@Autowired ExecutionGraphQlService service) {
        graphQl = ExecutionGraphQlServiceTester.create(service);
    }

    @BeforeEach
    void fillAnEnvironment() {
        environment = "f" + UUID.randomUUID().toString().substring(0, 18);
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, questions_requested, overall_success_rate, approval_rate, avg_arbiter_score,
                        duration_seconds, total_cost_usd, provider_metrics, type_metrics, error_summary, prompt_version,
                        arbiter_config_version, triggered_by, client_run_id, environment)
                SELECT gen_random_uuid(), '2026-01-01Z'::timestamptz + i * interval '12 hours',
                       (ARRAY['success', 'failed', 'partial_failure', 'running'])[1 + i % 4], 10,
                       nullif(i % 5, 0) / 4.0, nullif(i % 7, 0) / 6.0, nullif(i % 6, 0), nullif(i % 9, 0), nullif(i % 8, 0) / 10.0,
                       CASE i % 4 WHEN 0 THEN '{"openai": {}}' WHEN 1 THEN '{"google": {"generated": 1}}'
                                  WHEN 2 THEN '{"it''s": {}, "xai": {}}' END::jsonb,
                       CASE i % 3 WHEN 0 THEN '{"memory": 0}' WHEN 1 THEN '{"verbal": 3}' END::jsonb,
                       CASE i % 5 WHEN 0 THEN '{"by_category": {"rate_limit": 2}}' WHEN 1 THEN '{"by_category": ["rate_limit"]}'
                                  WHEN 2 THEN '{"by_category": 7}' WHEN 3 THEN '{}' END::jsonb,
                       (ARRAY['v1', 'v2', 'v3', NULL])[1 + i % 4], (ARRAY['a1', 'a2', NULL])[1 + i % 3],
                       (ARRAY['manual', 'scheduler'])[1 + i % 2], CASE WHEN i % 11 > 0 THEN 'Run-' || i || '_%' END, :environment
                  FROM generate_series(1, 99) i
                """).param("environment", environment).update();
    }

    static Stream<Filter> everyFilter() {
        return FILTERS.stream();
    }

    @ParameterizedTest
    @MethodSource("everyFilter")
    void aFilterKeepsJustTheRunsThatMatch(Filter filter) {
        assertKeeps(List.of(filter));
    }

    @Test
    void filtersTogetherKeepTheRunsThatMatchAll() {
        Random random = new Random(42);
        for (int i = 0; i < 60; i++) {
            assertKeeps(FILTERS.stream()
                    .filter(filter -> !filter.graphQl().equals("statuses: []") && random.nextInt(4) == 0)
                    .toList());
        }
    }

    @Test
    void lastDaysCountBackFromNow() {
        jdbc.sql(
                        "UPDATE question_generation_runs SET started_at = now() - interval '49 hours' WHERE environment = :environment")
                .param("environment", environment)
                .update();

        assertThat(total("lastDays: 2")).isZero();
        assertThat(total("lastDays: 3")).isEqualTo(99);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lastDays: 2, from: \"2026-01-01\"                            | lastDays",
                "lastDays: 0                                                  | lastDays",
                "from: \"2026-01-02\", to: \"2026-01-01\"                     | from",
                "costUsd: {min: 2, max: 1}                                    | costUsd",
                "costUsd: {}                                                  | costUsd",
                "from: \"soon\"                                               | from"
            })
    void whatCannotBeAFilterIsNamed(String filter, String name) {
        graphQl.document("{ runs(filter: {%s}) { totalCount } }".formatted(filter))
                .execute()
                .errors()
                .satisfy(errors -> {
                    assertThat(errors).hasSize(1);
                    assertThat(errors.get(0).getExtensions()).containsEntry("code", "BAD_REQUEST");
                    assertThat(errors.get(0).getMessage()).contains(name);
                });
    }

    private void assertKeeps(List<Filter> filters) {
        String graphQlFilter =
                String.join(", ", filters.stream().map(Filter::graphQl).toList());
        String condition =
                String.join(" AND ", filters.stream().map(Filter::sql).toList());
        List<String> found = graphQl.document(
                        "{ runs(filter: {environments: [\"%s\"], %s}, first: 100) { nodes { id } } }"
                                .formatted(environment, graphQlFilter))
                .execute()
                .path("runs.nodes[*].id")
                .entityList(String.class)
                .get();
        assertThat(found)
                .as(graphQlFilter)
                .containsExactlyInAnyOrderElementsOf(oracle(condition.isEmpty() ? "true" : condition));
        assertThat(total(graphQlFilter)).isEqualTo(found.size());
    }

    private int total(String filter) {
        return graphQl.document(
                        "{ runs(filter: {environments: [\"%s\"], %s}) { totalCount } }".formatted(environment, filter))
                .execute()
                .path("runs.totalCount")
                .entity(Integer.class)
                .get();
    }

    private List<String> oracle(String condition) {
        return jdbc.sql("SELECT id FROM question_generation_runs WHERE environment = '" + environment + "' AND "
                        + condition.replace("?", "??"))
                .query(String.class)
                .list();
    }
}
