package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.graphql.execution.GraphQlSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever is asked in the schema's terms, it is answered, or refused in words. */
@RunledgerTest
class AnyQueryTests {

    private static final int QUERIES = 600;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    GraphQlSource source;

    GraphQlClient client;

    @BeforeEach
    void record(@LocalServerPort int port) {
        client = new GraphQlClient(port);
        for (int i = 0; i < 20; i++) {
            ledger.record(
                    reader.read(new JsonMapper().readTree("""
                    {"status": "%s", "started_at": "2026-04-%02dT10:00:00Z", "environment": "any-query",
                     "questions_requested": 10, "questions_generated": 9, "questions_evaluated": %d, "questions_approved": 7,
                     "questions_inserted": %d, "total_errors": 1, "duration_seconds": 60, "avg_arbiter_score": 7,
                     "prompt_version": "v%d", "total_cost_usd": 0.5, "total_input_tokens": 7,
                     "provider_metrics": {"p%d": {"generated": 9, "failures": 1, "api_calls": 20}},
                     "error_summary": {"by_category": {"c%d": 1}}}
                    """.formatted(
                            i % 3 == 0 ? "failed" : "success", i + 1, i % 4 * 3, i % 5, i % 2 + 1, i % 3, i % 4))),
                    null);
        }
    }

    @Test
    void anyQueryIsAnsweredOrRefusedInWords() {
        GeneratedQueries queries = new GeneratedQueries(source.schema(), new Random(7));
        int answered = 0;
        for (int i = 0; i < QUERIES; i++) {
            String document = queries.any();
            Answer answer = client.ask(document);
            assertThat(answer.response().statusCode()).as(document).isIn(200, 400);
            for (JsonNode error : answer.json().path("errors")) {
                assertThat(error.path("extensions").path("code").stringValue("none"))
                        .as("%s%n%s", document, error)
                        .isIn("BAD_REQUEST", "LIMIT_EXCEEDED", "FORBIDDEN");
            }
            answered += answer.json().has("errors") ? 0 : 1;
        }
        assertThat(answered).as("answered without any error").isGreaterThan(QUERIES / 10);
    }
}
