package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs that report how many questions they handled and nothing of calls, costs, tokens, durations or scores. */
@RunledgerTest
class NeverReportedTests {

    private static final Instant START = Instant.parse("2025-03-03T00:30:00Z");

    /** What follows from counts of questions, which are never absent. */
    private static final Set<Metric> KNOWN = Set.of(
            Metric.RUN_SUCCESS_RATE,
            Metric.RUN_FAILURE_RATE,
            Metric.GENERATION_SUCCESS_RATE,
            Metric.GENERATION_FAILURE_RATE,
            Metric.APPROVAL_RATE,
            Metric.REJECTION_RATE,
            Metric.DUPLICATE_RATE,
            Metric.EXACT_DUPLICATE_RATE,
            Metric.SEMANTIC_DUPLICATE_RATE,
            Metric.OVERALL_SUCCESS_RATE,
            Metric.INSERTION_FAILURE_RATE,
            Metric.ERRORS_PER_RUN,
            Metric.QUESTIONS_REQUESTED_PER_RUN,
            Metric.QUESTIONS_GENERATED_PER_RUN,
            Metric.QUESTIONS_INSERTED_PER_RUN);

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    private GraphQlClient client;
    private String environment;

    @BeforeEach
    void record() {
        client = new GraphQlClient(port);
        environment = "n" + UUID.randomUUID().toString().substring(0, 18);
        for (int run = 0; run < 12; run++) {
            ledger.record(
                    reader.read(new JsonMapper().readTree("""
                            {"status": "success", "started_at": "%s", "environment": "%s", "prompt_version": "v%d",
                             "questions_requested": 50, "questions_generated": 50, "questions_evaluated": 50,
                             "questions_approved": %d, "questions_rejected": %d, "questions_inserted": 30,
                             "provider_metrics": {"openai": {"generated": 50}}}""".formatted(
                                    START.plus(run, ChronoUnit.DAYS), environment, run % 2 + 1, 30 + run, 20 - run))),
                    null);
        }
    }

    @Test
    void everyMetricOfWhatWasNeverReportedIsNullInEstimatesTrendsAndComparisons() {
        List<Metric> metrics =
                Metric.builtIn().stream().filter(Metric::isOfRuns).toList();
        for (Metric metric : metrics) {
            JsonNode estimate = ask(
                            "{ summary(FILTER) { estimate(metric: %s) { value interval { low } runs } } }", metric)
                    .at("/estimate");
            JsonNode point = ask(
                            "{ trend(FILTER, metrics: [%s], granularity: MONTH) { points { value runs } } }", metric)
                    .at("/0/points/0");
            JsonNode compared = ask(
                            "{ comparePromptVersions(baseline: \"v1\", candidate: \"v2\", metrics: [%s], FILTER) { comparisons"
                                    + " { baseline { value } rawDifference difference verdict insufficiency } } }",
                            metric)
                    .at("/comparisons/0");
            JsonNode explained = ask(
                    "{ explainChange(FILTER, metric: %s, against: {from: \"2024-01-01T00:00:00Z\", to: \"2024-01-02T00:00:00Z\"})"
                            + " { change after { value } } }",
                    metric);

            assertThat(List.of(
                            estimate.path("value").isNull(),
                            point.path("value").isNull(),
                            compared.at("/baseline/value").isNull(),
                            compared.path("rawDifference").isNull(),
                            explained.at("/after/value").isNull()))
                    .as(metric.name())
                    .containsOnly(!KNOWN.contains(metric));
            assertThat(explained.path("change").isNull()).isTrue();
            if (!KNOWN.contains(metric)) {
                assertThat(estimate.path("runs").intValue()).as(metric.name()).isZero();
                assertThat(compared.path("insufficiency").stringValue()).isEqualTo("NOTHING_TO_DIVIDE_BY");
                assertThat(compared.path("difference").isNull()).isTrue();
            }
        }
    }

    @Test
    void everyFigureOfWhatWasNeverReportedIsNull() {
        JsonNode summary = ask("""
                { summary(FILTER) { arbiterScore { mean min max } duration { mean p50 p95 p99 perBatch meanInterval { low } }
                    usage { apiCalls inputTokens outputTokens costUsd apiCallsPerInsertedQuestion costPerInsertedQuestion
                            tokensPerInsertedQuestion } approvalRate } }""");

        assertThat(summary.path("approvalRate").doubleValue()).isEqualTo((12 * 30 + 66) / 600.0);
        assertThat(nonNulls(summary.path("usage"))).isEmpty();
        assertThat(nonNulls(summary.path("duration"))).isEmpty();
        assertThat(nonNulls(summary.path("arbiterScore"))).isEmpty();
    }

    @Test
    void duplicatesWithoutTheirKindsAreOfNoKind() {
        recordDuplicates("first", "");
        JsonNode without = duplicates();
        recordDuplicates("second", ", \"exact_duplicates\": 1, \"semantic_duplicates\": 3");
        JsonNode with = duplicates();

        assertThat(without.at("/found/value").doubleValue()).isEqualTo(0.1);
        assertThat(without.at("/exact/value").isNull()).isTrue();
        assertThat(without.at("/semantic/value").isNull()).isTrue();
        assertThat(with.at("/found/value").doubleValue()).isEqualTo(0.1);
        assertThat(with.at("/exact/value").doubleValue()).isEqualTo(0.025);
        assertThat(with.at("/semantic/value").doubleValue()).isEqualTo(0.075);
    }

    private void recordDuplicates(String run, String kinds) {
        ledger.record(
                reader.read(new JsonMapper().readTree("""
                        {"status": "success", "started_at": "%s", "environment": "%s", "client_run_id": "%s-%s",
                         "questions_requested": 50, "questions_evaluated": 50, "questions_approved": 40, "duplicates_found": 4%s}""".formatted(
                                START.minus(9, ChronoUnit.DAYS), environment, environment, run, kinds))),
                null);
    }

    private JsonNode duplicates() {
        return client.ask("""
                        { summary(filter: {environments: ["%s"], to: "%s"}) { found: estimate(metric: DUPLICATE_RATE) { value }
                            exact: estimate(metric: EXACT_DUPLICATE_RATE) { value }
                            semantic: estimate(metric: SEMANTIC_DUPLICATE_RATE) { value } } }""".formatted(environment, START.minus(1, ChronoUnit.DAYS)))
                .data("summary");
    }

    @Test
    void everyFigureOfAProviderThatWasNeverReportedIsNull() {
        JsonNode provider = ask("""
                { providers(FILTER) { generated apiCalls apiCallsPerGeneratedQuestion evaluated approved approvalRate inputTokens
                    outputTokens costUsd costPerGeneratedQuestion } }""").path(0);

        assertThat(nonNulls(provider)).containsExactly("generated");
    }

    @Test
    void aRunHasNoDerivedFigureOfWhatItDidNotReport() {
        JsonNode run = ask("""
                { runs(FILTER, first: 1) { nodes { durationPerBatch apiCallsPerInsertedQuestion costPerInsertedQuestion } } }""").at("/nodes/0");

        assertThat(run.size()).isEqualTo(3);
        assertThat(nonNulls(run)).isEmpty();
    }

    private static List<String> nonNulls(JsonNode object) {
        return object.propertyStream()
                .filter(field -> !field.getValue().isNull())
                .map(field -> field.getKey())
                .collect(Collectors.toList());
    }

    private JsonNode ask(String query, Object... arguments) {
        String document =
                query.formatted(arguments).replace("FILTER", "filter: {environments: [\"%s\"]}".formatted(environment));
        GraphQlClient.Answer answer = client.ask(document);
        return answer.data(answer.json().path("data").propertyNames().iterator().next());
    }
}
