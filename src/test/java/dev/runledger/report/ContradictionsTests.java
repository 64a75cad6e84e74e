package dev.runledger.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ContradictionsTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'completed_at': '2026-03-01T09:59:59Z'                                  | completed_before_started",
                "'completed_at': '2026-03-01T10:10:00Z', 'duration_seconds': 500          | duration_differs",
                "'questions_generated': 101                                               | generated_exceeds_requested",
                "'questions_generated': 5, 'questions_evaluated': 6                       | evaluated_exceeds_generated",
                "'questions_approved': 1                                                  | approved_exceeds_evaluated",
                "'questions_evaluated': 3, 'questions_rejected': 4                        | rejected_exceeds_evaluated",
                "'questions_evaluated': 3, 'questions_approved': 2, 'questions_rejected': 2 | decided_exceeds_evaluated",
                "'questions_evaluated': 3, 'questions_approved': 1, 'duplicates_found': 2 | duplicates_found_exceeds_approved",
                "'questions_evaluated': 3, 'questions_approved': 1, 'questions_inserted': 2 | inserted_exceeds_approved",
                "'duplicates_found': 3, 'exact_duplicates': 1                             | duplicates_differ",
                "'overall_success_rate': 0.02                                             | rate_differs",
                "'questions_generated': 50, 'generation_success_rate': 0.489              | rate_differs",
                "'min_arbiter_score': 5, 'avg_arbiter_score': 4                           | scores_out_of_order",
                "'avg_arbiter_score': 5, 'max_arbiter_score': 4                           | scores_out_of_order",
                "'questions_generated': 5, 'provider_metrics': {'a': {'generated': 3}, 'b': {'generated': 3}} | providers_exceed_total",
                "'total_api_calls': 5, 'provider_metrics': {'a': {'api_calls': 6}}        | providers_exceed_total",
                "'total_cost_usd': 1, 'cost_by_provider': {'a': {'total_cost_usd': 1.1}}  | cost_differs"
            })
    void findsNumbersThatCannotBeTrueAtOnce(String values, String type) {
        assertThat(Contradictions.in(report(values))).singleElement().satisfies(warning -> {
            assertThat(warning.type()).isEqualTo(type);
            assertThat(warning.message()).isNotBlank();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'exit_code': 1",
                "'questions_requested': 0, 'questions_evaluated': 9, 'questions_approved': 9, 'approval_rate': 1.0",
                "'questions_generated': 60, 'questions_inserted': 60, 'overall_success_rate': 0.6",
                "'completed_at': '2026-03-01T10:10:00Z', 'duration_seconds': 599.2",
                "'questions_generated': 50, 'generation_success_rate': 0.491",
                "'approval_rate': 0.0, 'avg_arbiter_score': 0.0, 'min_arbiter_score': 0.0, 'max_arbiter_score': 0.0",
                "'duplicates_found': 0, 'provider_metrics': {'a': {'generated': 3}}",
                "'total_cost_usd': 1, 'cost_by_provider': {'a': {'total_cost_usd': 0.995}}"
            })
    void letsStandWhatCanBeTrue(String values) {
        assertThat(Contradictions.in(report(values))).isEmpty();
    }

    private static RunReport report(String values) {
        String json = "{'started_at': '2026-03-01T10:00:00Z', 'status': 'failed', 'questions_requested': 100, %s}"
                .formatted(values)
                .replace('\'', '"');
        return new ReportReader(Clock.systemUTC()).read(JsonMapper.shared().readTree(json));
    }
}
