package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.rest.ContractClient.Answer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class GenerationRunStatsTests {

    @LocalServerPort
    int port;

    private ContractClient client;
    private String environment;

    @BeforeEach
    void connect() {
        client = new ContractClient(port);
        environment = "s" + UUID.randomUUID().toString().substring(0, 18);
    }

    @Test
    void sumsMeansAndExtremesOfAPeriodAreRoundedAsTheContractSays() {
        record(1, "success", """
                {'questions_generated': 100, 'questions_inserted': 60, 'duplicates_found': 3, 'total_api_calls': 151,
                 'total_errors': 2, 'overall_success_rate': 0.6, 'approval_rate': 0.7, 'avg_arbiter_score': 7.12345,
                 'duplicate_rate': 0.03125, 'duration_seconds': 100.005, 'min_arbiter_score': 3.123456789,
                 'max_arbiter_score': 9.5, 'total_cost_usd': 1.2345678,
                 'provider_metrics': {'openai': {'generated': 80, 'api_calls': 100, 'failures': 20},
                                      'google': {'generated': 20, 'api_calls': 51, 'failures': 0}}}""");
        record(2, "failed", """
                {'questions_generated': 2000000000, 'total_api_calls': 2147483647,
                 'provider_metrics': {'openai': {'generated': 1, 'api_calls': 9, 'failures': 5},
                                      'xai': {'generated': 0, 'api_calls': 3, 'failures': 0, 'note': 'unused'}}}""");
        record(3, "partial_failure", """
                {'questions_generated': 2000000000, 'questions_inserted': 7, 'overall_success_rate': 0.25,
                 'min_arbiter_score': 2.5, 'max_arbiter_score': 9.0}""");
        record(4, "running", "{}");

        JsonNode stats = stats("start_date=2026-05-01&end_date=2026-05-04");

        assertThat(stats).isEqualTo(object("""
                {'period_start': '2026-05-01', 'period_end': '2026-05-04', 'total_runs': 4, 'successful_runs': 1,
                 'failed_runs': 1, 'partial_failure_runs': 1, 'total_questions_requested': 400,
                 'total_questions_generated': 4000000100, 'total_questions_inserted': 67, 'total_duplicates_found': 3,
                 'total_api_calls': 2147483798, 'total_errors': 2, 'avg_overall_success_rate': 0.425,
                 'avg_approval_rate': 0.7, 'avg_arbiter_score': 7.1235, 'avg_duplicate_rate': 0.0312,
                 'avg_duration_seconds': 100.0, 'min_arbiter_score': 2.5, 'max_arbiter_score': 9.5,
                 'avg_api_calls_per_question': 32051996.99, 'total_cost_usd': 1.234568, 'avg_cost_per_question': 0.018426,
                 'provider_summary': {
                     'google': {'total_generated': 20, 'total_api_calls': 51, 'total_failures': 0, 'success_rate': 1.0},
                     'openai': {'total_generated': 81, 'total_api_calls': 109, 'total_failures': 25, 'success_rate': 0.7642},
                     'xai': {'total_generated': 0, 'total_api_calls': 3, 'total_failures': 0, 'success_rate': null}},
                 'success_rate_trend': 'declining', 'approval_rate_trend': null}"""));
    }

    @Test
    void withoutRunsCountsAreZeroAndAllElseIsNull() {
        JsonNode stats = stats("start_date=2026-05-01T00:00:00Z&end_date=2026-05-31T00:00:00Z");

        assertThat(stats).isEqualTo(object("""
                {'period_start': '2026-05-01T00:00:00Z', 'period_end': '2026-05-31T00:00:00Z', 'total_runs': 0,
                 'successful_runs': 0, 'failed_runs': 0, 'partial_failure_runs': 0, 'total_questions_requested': 0,
                 'total_questions_generated': 0, 'total_questions_inserted': 0, 'total_duplicates_found': 0,
                 'total_api_calls': 0, 'total_errors': 0, 'avg_overall_success_rate': null, 'avg_approval_rate': null,
                 'avg_arbiter_score': null, 'avg_duplicate_rate': null, 'avg_duration_seconds': null,
                 'min_arbiter_score': null, 'max_arbiter_score': null, 'avg_api_calls_per_question': null,
                 'total_cost_usd': null, 'avg_cost_per_question': null, 'provider_summary': null,
                 'success_rate_trend': null, 'approval_rate_trend': null}"""));
    }

    @Test
    void theEndOfThePeriodIsIncluded() {
        record(1, "success", "{}");
        record(2, "success", "{}");

        assertThat(stats("start_date=2026-05-01&end_date=2026-05-02")
                        .get("total_runs")
                        .intValue())
                .isEqualTo(2);
        assertThat(stats("start_date=2026-05-01T00:00:00.000001&end_date=2026-05-02")
                        .get("total_runs")
                        .intValue())
                .isEqualTo(1);
        assertThat(stats("start_date=2026-05-03&end_date=2026-05-01")
                        .get("total_runs")
                        .intValue())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "0.5 0.549,       stable",
                "0.5 0.5625,      improving",
                "0.5625 0.5,      declining",
                "0.5,             -",
                "0.2 0.8 0.2,     improving",
                "0.2 - 0.8,       improving",
                "- 0.2 0.8,       -",
                "0.2 - - 0.2,     stable",
                "0.5 0.5 - -,     -"
            })
    void aTrendComparesTheHalvesOfThePeriod(String rates, String trend) {
        int day = 0;
        for (String rate : rates.split(" ")) {
            record(++day, "success", rate.equals("-") ? "{}" : "{'approval_rate': %s}".formatted(rate));
        }

        JsonNode found = stats("start_date=2026-05-01&end_date=2026-05-31").get("approval_rate_trend");

        assertThat(found.isNull() ? null : found.stringValue()).isEqualTo(trend);
    }

    @Test
    void bothDatesAreRequired() {
        Answer answer = client.get("/stats?end_date=tomorrow");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("detail").valueStream().map(entry -> entry.get("loc") + " " + entry.get("type")))
                .containsExactly(
                        "[\"query\",\"start_date\"] \"missing\"", "[\"query\",\"end_date\"] \"datetime_parsing\"");
    }

    @Test
    void whatWasNeverReportedIsNull() {
        record(
                1,
                "success",
                "{'questions_generated': 100, 'questions_evaluated': 100, 'questions_approved': 60, 'questions_inserted': 50}");

        JsonNode stats = stats("start_date=2026-05-01&end_date=2026-05-04");

        for (String field : List.of(
                "avg_duration_seconds",
                "avg_arbiter_score",
                "min_arbiter_score",
                "max_arbiter_score",
                "avg_api_calls_per_question",
                "total_cost_usd",
                "avg_cost_per_question")) {
            assertThat(stats.path(field).isNull()).as(field).isTrue();
        }
    }

    private JsonNode stats(String query) {
        Answer answer = client.get("/stats?environment=" + environment + "&" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private void record(int day, String status, String results) {
        ObjectNode report =
                object("{'started_at': '2026-05-0%dT00:00:00Z', 'questions_requested': 100}".formatted(day));
        report.put("status", status).put("environment", environment).put("client_run_id", environment + day);
        report.setAll(object(results));
        assertThat(client.post(report).status()).isEqualTo(201);
    }
}
