package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class RunTests {

    private final UUID id = UUID.randomUUID();

    @Autowired
    JdbcClient jdbc;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void derivedValuesFollowTheirFormulas() {
        insert("""
                status = 'success', duration_seconds = 120, questions_requested = 60, questions_generated = 50,
                questions_evaluated = 40, questions_rejected = 10, questions_approved = 30, duplicates_found = 6,
                questions_inserted = 24, total_api_calls = 96, total_cost_usd = 1.5""");

        JsonNode run = run();

        assertThat(run.path("durationPerBatch").doubleValue()).isEqualTo(100);
        assertThat(run.path("durationPerQuestion").doubleValue()).isEqualTo(2);
        assertThat(run.path("apiCallsPerInsertedQuestion").doubleValue()).isEqualTo(4);
        assertThat(run.path("costPerInsertedQuestion").doubleValue()).isEqualTo(0.0625);
        assertThat(run.path("pipelineLosses")).isEqualTo(json("""
                [{"stage": "GENERATION", "lost": 10, "share": 0.16666666666666666},
                 {"stage": "EVALUATION", "lost": 10, "share": 0.2},
                 {"stage": "REJECTION", "lost": 10, "share": 0.25},
                 {"stage": "DEDUPLICATION", "lost": 6, "share": 0.2},
                 {"stage": "INSERTION", "lost": 0, "share": 0.0},
                 {"stage": "TOTAL", "lost": 36, "share": 0.6}]"""));
        assertThat(run.path("computedRates")).isEqualTo(json("""
                {"generationSuccessRate": 0.8333333333333334, "approvalRate": 0.75,
                 "duplicateRate": 0.2, "overallSuccessRate": 0.4}"""));
    }

    @Test
    void nothingToDivideByIsNull() {
        insert("status = 'failed', duration_seconds = 5, total_cost_usd = 1, total_api_calls = 3");

        JsonNode run = run();

        for (String derived :
                new String[] {"durationPerBatch", "apiCallsPerInsertedQuestion", "costPerInsertedQuestion"}) {
            assertThat(run.path(derived).isNull()).as(derived).isTrue();
        }
        assertThat(run.path("computedRates").values()).allMatch(JsonNode::isNull);
        assertThat(run.path("pipelineLosses").values())
                .allMatch(loss -> loss.path("share").isNull());
    }

    @Test
    void aRunWhoseFiguresNobodyKnowsHasNoRatesAndNoLosses() {
        insert("questions_requested = 50, report_warnings = '[{\"field\": \"summary\", \"type\": \"figures_unknown\","
                + " \"message\": \"no summary was sent\"}]'");

        JsonNode run = run();

        assertThat(run.path("computedRates").isNull()).isTrue();
        assertThat(run.path("pipelineLosses")).isEmpty();
    }

    @Test
    void aRunningRunHasNoRatesAndNoLosses() {
        insert("status = 'running', questions_requested = 50");

        JsonNode run = run();

        assertThat(run.path("computedRates").isNull()).isTrue();
        assertThat(run.path("pipelineLosses")).isEmpty();
        assertThat(run.path("durationPerBatch").isNull()).isTrue();
    }

    @Test
    void breakdownsAreTypedAndJoinedByName() {
        insert("""
                provider_metrics = '{"openai": {"generated": 3, "api_calls": 4, "failures": 0, "approved": 2},
                                     "google": {"generated": 1}}',
                cost_by_provider = '{"openai": {"total_cost_usd": 0.25, "total_input_tokens": 9007199254740993},
                                     "xai": {"total_output_tokens": 7}}',
                type_metrics = '{"memory": 8, "logic": 5000000000}',
                difficulty_metrics = '{"hard": 1}',
                error_summary = '{"by_category": {"rate_limit": 6}, "by_severity": {"high": 5}, "critical_count": 1}'""");

        JsonNode run = run();

        assertThat(run.path("providers")).isEqualTo(json("""
                [{"provider": "google", "generated": 1, "apiCalls": null, "failures": null, "evaluated": null,
                  "approved": null, "rejected": null, "inserted": null, "totalCostUsd": null,
                  "totalInputTokens": null, "totalOutputTokens": null},
                 {"provider": "openai", "generated": 3, "apiCalls": 4, "failures": 0, "evaluated": null,
                  "approved": 2, "rejected": null, "inserted": null, "totalCostUsd": 0.25,
                  "totalInputTokens": 9007199254740993, "totalOutputTokens": null},
                 {"provider": "xai", "generated": null, "apiCalls": null, "failures": null, "evaluated": null,
                  "approved": null, "rejected": null, "inserted": null, "totalCostUsd": null,
                  "totalInputTokens": null, "totalOutputTokens": 7}]"""));
        assertThat(run.path("questionTypes")).isEqualTo(json("""
                [{"questionType": "logic", "questions": 5000000000}, {"questionType": "memory", "questions": 8}]"""));
        assertThat(run.path("difficulties")).isEqualTo(json("[{\"difficulty\": \"hard\", \"questions\": 1}]"));
        assertThat(run.path("errors")).isEqualTo(json("""
                {"byCategory": [{"category": "rate_limit", "errors": 6}],
                 "bySeverity": [{"severity": "high", "errors": 5}], "criticalCount": 1}"""));
    }

    @Test
    void oddBreakdownsAreGivenBackRawAndCountAsNotReported() {
        insert("""
                provider_metrics = '{"a": 5, "b": {"generated": "3", "api_calls": 2.5, "failures": 1e30}, "c": null}',
                cost_by_provider = '[1]', type_metrics = '{"memory": "many"}', difficulty_metrics = '7',
                error_summary = '{"by_category": [1], "by_severity": null, "critical_count": true}'""");

        JsonNode run = run();

        assertThat(run.path("providers")
                        .valueStream()
                        .map(one -> one.path("provider").stringValue()))
                .containsExactly("a", "b", "c");
        assertThat(run.path("providers").values())
                .allMatch(one -> one.propertyStream()
                                .filter(member -> !member.getValue().isNull())
                                .count()
                        == 1);
        assertThat(run.path("questionTypes")).isEqualTo(json("[{\"questionType\": \"memory\", \"questions\": null}]"));
        assertThat(run.path("difficulties")).isEmpty();
        assertThat(run.path("errors"))
                .isEqualTo(json("{\"byCategory\": [], \"bySeverity\": [], \"criticalCount\": null}"));
        assertThat(run.path("costByProvider")).isEqualTo(json("[1]"));
        assertThat(run.path("difficultyMetrics").intValue()).isEqualTo(7);
    }

    @Test
    void anUnknownRunIsNull() {
        assertThat(client.document("run", Map.of("id", UUID.randomUUID()))
                        .data("run")
                        .isNull())
                .isTrue();
        assertThat(client.document("run", Map.of("clientRunId", "nobody"))
                        .data("run")
                        .isNull())
                .isTrue();
    }

    @Test
    void aRunIsAskedForByExactlyOneName() {
        assertThat(client.document("run", Map.of()).code()).isEqualTo("BAD_REQUEST");
        assertThat(client.document("run", Map.of("id", id, "clientRunId", "x")).code())
                .isEqualTo("BAD_REQUEST");
    }

    @Test
    void aBatchHasAtLeastOneQuestion() {
        insert("status = 'failed'");
        assertThat(client.ask("{ run(id: \"%s\") { durationPerBatch(size: 0) } }".formatted(id))
                        .code())
                .isEqualTo("BAD_REQUEST");
    }

    private void insert(String columns) {
        jdbc.sql("INSERT INTO question_generation_runs (id, started_at, status, questions_requested)"
                        + " VALUES (:id, now(), 'failed', 0)")
                .param("id", id)
                .update();
        jdbc.sql("UPDATE question_generation_runs SET " + columns + " WHERE id = :id")
                .param("id", id)
                .update();
    }

    private JsonNode run() {
        return client.document("run", Map.of("id", id)).data("run");
    }

    private static JsonNode json(String text) {
        return GraphQlClient.JSON.readTree(text);
    }
}
