package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The questions over many runs, asked by HTTP of forty runs whose figures can be worked out by hand. */
@RunledgerTest
class AnalyticsTests {

    private static final Instant START = Instant.parse("2025-03-29T00:30:00Z");

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    private GraphQlClient client;
    private String environment;

    /** A run a day: twenty with v2.0, of whose 20 questions 10 or 12 are approved, then twenty with v2.1, with 15 or 17. */
    @BeforeEach
    void recordFortyDays() {
        client = new GraphQlClient(port);
        environment = "a" + UUID.randomUUID().toString().substring(0, 18);
        for (int day = 0; day < 40; day++) {
            int approved = (day < 20 ? 10 : 15) + day % 2 * 2;
            record(day, """
                    {"status": "%s", "questions_requested": 40, "questions_generated": 20, "questions_evaluated": 20,
                     "questions_approved": %d, "questions_rejected": %d, "questions_inserted": %d, "total_api_calls": 50,
                     "duration_seconds": %d, "avg_arbiter_score": 7.5, "total_cost_usd": 0.5, "total_errors": 1,
                     "prompt_version": "%s",
                     "provider_metrics": {"openai": {"generated": 15, "failures": 5, "api_calls": 30},
                                          "xai": {"generated": 5, "failures": 0, "api_calls": 20}},
                     "error_summary": {"by_category": {"rate_limit": 1}}}""".formatted(
                            day % 10 == 9 ? "failed" : "success",
                            approved,
                            20 - approved,
                            day >= 30 && day < 33 ? 30 : 10,
                            100 + day,
                            day < 20 ? "v2.0" : "v2.1"));
        }
    }

    @Test
    void sumsBeyond64BitsAreExact() {
        for (int day = 50; day < 53; day++) {
            record(day, """
                    {"status": "success", "questions_requested": 1, "total_input_tokens": 9223372036854775807}""");
        }

        JsonNode usage = client.ask(
                        "query($e: String!) { summary(filter: {environments: [$e]}) { usage { inputTokens } } }",
                        Map.of("e", environment))
                .data("summary");

        assertThat(usage.path("usage").path("inputTokens").bigIntegerValue()).isEqualTo("27670116110564327421");
    }

    @Test
    void aRateLeavesOutTheRunsThatCannotKnowIt() {
        record(50, """
                {"status": "success", "questions_requested": 0, "questions_generated": 0, "questions_evaluated": 9,
                 "questions_approved": 8, "questions_inserted": 7}""");
        record(51, """
                {"status": "success", "questions_requested": 50, "questions_generated": 0, "questions_evaluated": 9,
                 "questions_approved": 8, "questions_inserted": 7}""");
        record(52, """
                {"status": "success", "questions_requested": 30,
                 "warnings": [{"field": "summary", "type": "figures_unknown", "message": "no summary was sent"}]}""");

        JsonNode summary = ask("""
                { summary(FILTER) { generationSuccessRate overallSuccessRate approvalRate counts { questionsRequested
                    questionsGenerated questionsInserted } } }""");

        assertThat(summary.path("generationSuccessRate").doubleValue()).isEqualTo(800 / 1600.0);
        assertThat(summary.path("overallSuccessRate").doubleValue()).isEqualTo((460 + 7) / (1600 + 50.0));
        assertThat(summary.path("approvalRate").doubleValue()).isEqualTo((540 + 16) / (800 + 18.0));
        assertThat(summary.at("/counts/questionsRequested").intValue()).isEqualTo(1680);
        assertThat(summary.at("/counts/questionsGenerated").intValue()).isEqualTo(800);
        assertThat(summary.at("/counts/questionsInserted").intValue()).isEqualTo(460 + 14);
    }

    private void record(int day, String report) {
        var body = (tools.jackson.databind.node.ObjectNode) new JsonMapper().readTree(report);
        body.put("started_at", START.plus(day, ChronoUnit.DAYS).toString());
        body.put("environment", environment);
        ledger.record(reader.read(body), null);
    }

    private JsonNode ask(String question) {
        Answer answer =
                client.ask(question.replace("FILTER", "filter: {environments: [\"%s\"]}".formatted(environment)));
        return answer.data(answer.json().path("data").propertyNames().iterator().next());
    }

    @Test
    void aSummaryHasEveryFigureAndWhatItStandsOn() {
        JsonNode summary = ask("""
                { summary(FILTER) {
                    runs { total finished running success failed } counts { questionsApproved totalApiCalls }
                    approvalRate overallSuccessRate arbiterScore { mean runs }
                    duration { mean p50 p95 p99 perBatch runs }
                    usage { costUsd apiCallsPerInsertedQuestion costPerInsertedQuestion inputTokens }
                    funnel { stage lost } streaks { current longest runs }
                    estimate(metric: APPROVAL_RATE) { value interval { low high } runs effectiveSize }
                    provenance { runs source excluded { reason runs } } } }""");

        assertThat(summary.at("/runs/total").intValue()).isEqualTo(40);
        assertThat(summary.at("/runs/failed").intValue()).isEqualTo(4);
        assertThat(summary.at("/counts/questionsApproved").intValue()).isEqualTo(540);
        assertThat(summary.at("/approvalRate").doubleValue()).isEqualTo(540 / 800.0);
        assertThat(summary.at("/overallSuccessRate").doubleValue()).isEqualTo(460 / 1600.0);
        assertThat(summary.at("/arbiterScore/mean").doubleValue()).isEqualTo(7.5);
        assertThat(summary.at("/duration/p50").doubleValue()).isEqualTo(119.5);
        assertThat(summary.at("/duration/p99").doubleValue()).isCloseTo(138.61, within(1e-9));
        assertThat(summary.at("/duration/perBatch").doubleValue()).isCloseTo(4780 / 1600.0 * 50, within(1e-9));
        assertThat(summary.at("/usage/apiCallsPerInsertedQuestion").doubleValue())
                .isEqualTo(2000 / 460.0);
        assertThat(summary.at("/usage/inputTokens").isNull()).isTrue();
        assertThat(summary.at("/funnel/0/lost").intValue()).isEqualTo(800);
        assertThat(summary.at("/streaks/current").intValue()).isEqualTo(7);
        assertThat(summary.at("/streaks/longest").intValue()).isEqualTo(30);
        assertThat(summary.at("/estimate/interval/low").doubleValue()).isBetween(0.5, 0.675);
        assertThat(summary.at("/provenance/runs").intValue()).isEqualTo(40);
        assertThat(summary.at("/provenance/excluded/0").toString()).isEqualTo("{\"reason\":\"NO_TOKENS\",\"runs\":40}");
    }

    @Test
    void promptVersionsAreToldApartWithTrendsAndProvidersOfTheirOwn() {
        JsonNode versions = ask("""
                { promptVersions(FILTER) {
                    key firstSeen runs { finished } approvalRate meanDurationSeconds shareOfRuns
                    trend(metric: APPROVAL_RATE, granularity: WEEK) { key points { value runs } verdict { direction observed } }
                    providers { provider generated successRate attributedApprovalRate
                                trend(metric: PROVIDER_SUCCESS_RATE) { points { value } verdict { direction } } } } }""");

        assertThat(versions.findValuesAsString("key")).containsExactly("v2.1", "v2.1", "v2.0", "v2.0");
        assertThat(versions.at("/0/approvalRate").doubleValue()).isEqualTo(0.8);
        assertThat(versions.at("/0/trend/verdict/observed").stringValue()).isEqualTo("RUN");
        assertThat(versions.at("/0/providers/0/provider").stringValue()).isEqualTo("openai");
        assertThat(versions.at("/0/providers/0/generated").intValue()).isEqualTo(300);
        assertThat(versions.at("/0/providers/0/successRate").doubleValue()).isEqualTo(0.75);
        assertThat(versions.at("/0/providers/0/attributedApprovalRate").doubleValue())
                .isCloseTo(0.8, within(1e-9));
        assertThat(versions.at("/0/providers/0/trend/verdict/direction").stringValue())
                .isEqualTo("STABLE");
    }

    @Test
    void aDayOfClockChangeIsABucketOfItsOwnLength() {
        JsonNode trend = ask("""
                { trend(metrics: [APPROVAL_RATE], granularity: DAY, timeZone: "Europe/Berlin", filter: {environments: ["%s"],
                        from: "2025-03-28T23:00:00Z", to: "2025-04-02T22:00:00Z"}) {
                    points { startsAt endsAt value runs interval { low } } } }""".formatted(environment));

        JsonNode points = trend.at("/0/points");
        assertThat(points).hasSize(5);
        assertThat(points.get(1).path("startsAt").stringValue()).isEqualTo("2025-03-29T23:00:00Z");
        assertThat(points.get(1).path("endsAt").stringValue()).isEqualTo("2025-03-30T22:00:00Z");
        assertThat(points.valueStream().mapToInt(point -> point.path("runs").intValue()))
                .containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void aBetterPromptVersionIsCalledSo() {
        JsonNode comparison = ask("""
                { comparePromptVersions(baseline: "v2.0", candidate: "v2.1", metrics: [APPROVAL_RATE, DURATION], FILTER) {
                    baseline { key approvalRate } candidate { approvalRate }
                    comparisons { metric difference interval { low high } pValue adjustedPValue verdict words
                                  runsStillNeeded detectableDifference }
                    confounders { kind words } caveat } }""");

        assertThat(comparison.at("/comparisons/0/difference").doubleValue()).isCloseTo(0.25, within(1e-9));
        assertThat(comparison.at("/comparisons/0/verdict").stringValue()).isEqualTo("IMPROVED");
        assertThat(comparison.at("/comparisons/0/words").stringValue()).startsWith("Better by 25 percentage points;");
        assertThat(comparison.at("/comparisons/0/adjustedPValue").doubleValue())
                .isGreaterThanOrEqualTo(comparison.at("/comparisons/0/pValue").doubleValue());
    }

    /** Of 100 to 139 seconds: ranks 14 and 27 by {@code scipy.stats.binom} with 40 runs; 40 are too few for the 95th. */
    @Test
    void percentilesAreBoundedByRunsInOrder() {
        for (String more : java.util.List.of("", ", durationSeconds: {min: 0}")) {
            JsonNode duration =
                    client.ask("""
                            { summary(filter: {environments: ["%s"]%s}) { duration {
                                mean meanInterval { low high } p50Interval { low high } p95Interval { low } } } }""".formatted(environment, more)).data("summary").path("duration");

            assertThat(duration.at("/p50Interval/low").doubleValue()).isEqualTo(113);
            assertThat(duration.at("/p50Interval/high").doubleValue()).isEqualTo(126);
            assertThat(duration.at("/p95Interval").isNull()).isTrue();
            assertThat(duration.at("/meanInterval/low").doubleValue()).isBetween(115.0, 116.5);
        }
    }

    /** In binary, 0.07 * 100 is a little more than 7. */
    @Test
    void sevenOfAHundredIsNotUnderSevenHundredths() {
        for (int day = 50; day < 53; day++) {
            record(day, """
                    {"status": "success", "questions_requested": 100, "questions_generated": 100, "questions_inserted": 7}""");
        }

        assertThat(longestSince50("0.07")).isZero();
        assertThat(longestSince50("0.0701")).isEqualTo(3);
    }

    private int longestSince50(String below) {
        return client.ask(
                        "{ summary(filter: {environments: [\"%s\"], from: \"%s\"}) { streaks(below: %s) { longest } } }"
                                .formatted(environment, START.plus(50, ChronoUnit.DAYS), below))
                .data("summary")
                .at("/streaks/longest")
                .intValue();
    }

    /** A second more each day, before the new version as after it. */
    @Test
    void whatWentOnAsBeforeIsNoDoingOfThePrompt() {
        JsonNode comparison = ask("""
                { comparePromptVersions(baseline: "v2.0", candidate: "v2.1", metrics: [DURATION], FILTER) {
                    comparisons { difference rawDifference verdict driftPerWeek words } confounders { kind words } } }""");

        assertThat(comparison.at("/comparisons/0/rawDifference").doubleValue()).isCloseTo(20, within(1e-9));
        assertThat(comparison.at("/comparisons/0/difference").doubleValue()).isCloseTo(0, within(0.01));
        assertThat(comparison.at("/comparisons/0/driftPerWeek").doubleValue()).isCloseTo(7, within(1e-6));
        assertThat(comparison.at("/comparisons/0/verdict").stringValue()).isNotEqualTo("REGRESSED");
        assertThat(comparison.at("/confounders/0/kind").stringValue()).isEqualTo("TIME_TREND");
        assertThat(comparison.at("/confounders/0/words").stringValue())
                .startsWith("DURATION moves by +7 seconds a week within the versions already");
    }

    @Test
    void aTrendMayBeAskedForOfAsLongAsRunsCanBe() {
        JsonNode trend = client.ask("""
                        { trend(metrics: [APPROVAL_RATE], filter: {from: "1971-01-01", to: "2036-01-01", environments: ["%s"]}) {
                            granularity points { runs } verdict { words } } }""".formatted(environment)).data("trend");

        assertThat(trend.at("/0/granularity").stringValue()).isEqualTo("MONTH");
        assertThat(trend.at("/0/points")).hasSize(65 * 12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5e-324", "1e-300", "1e300", "1.7e308"})
    void anyRelevantDifferenceAboveZeroCanBeAskedFor(String difference) {
        JsonNode comparison = ask("""
                { comparePromptVersions(baseline: "v2.0", candidate: "v2.1", metrics: [APPROVAL_RATE], relevantDifference: %1$s, FILTER) {
                    comparisons { verdict words interval { low high } detectableDifference runsStillNeeded
                                  more: runsStillNeeded(difference: %1$s) } } }""".formatted(difference));

        assertThat(comparison.at("/comparisons/0/words").isString()).isTrue();
    }

    @Test
    void aChangeOfLevelIsFoundWithThePromptVersionThatCameWithIt() {
        JsonNode changes = ask("""
                { changePoints(metric: APPROVAL_RATE, FILTER) {
                    observed observations
                    changes { at before { value } after { value } better promptVersionBefore promptVersionAfter } } }""");

        assertThat(changes.at("/observations").intValue()).isEqualTo(40);
        assertThat(changes.at("/changes")).hasSize(1);
        assertThat(changes.at("/changes/0/at").stringValue()).isEqualTo("2025-04-18T00:30:00Z");
        assertThat(changes.at("/changes/0/better").booleanValue()).isTrue();
        assertThat(changes.at("/changes/0/promptVersionAfter").stringValue()).isEqualTo("v2.1");
    }

    @Test
    void errorsAreCountedWithTheRunsThatFailed() {
        JsonNode categories = ask("""
                { errorCategories(filter: {environments: ["%s"], to: "2025-05-31"}) {
                    key count share runs failedRuns timeline(granularity: MONTH) { count } } }""".formatted(environment));

        assertThat(categories.at("/0").toString()).isEqualTo("""
                {"key":"rate_limit","count":40.0,"share":1.0,"runs":40,"failedRuns":4,\
                "timeline":[{"count":3.0},{"count":30.0},{"count":7.0}]}""");
    }

    @Test
    void aTimelinePartitionsTheRuns() {
        JsonNode timeline = ask("""
                { timeline(granularity: WEEK, filter: {environments: ["%s"], from: "2025-03-01", to: "2025-06-01"}) {
                    startsAt runs { total } counts { questionsInserted } costUsd } }""".formatted(environment));

        assertThat(timeline.valueStream()
                        .mapToInt(bucket -> bucket.at("/runs/total").intValue())
                        .sum())
                .isEqualTo(40);
        assertThat(timeline.at("/0/costUsd").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trend(metrics: [])                                               | BAD_REQUEST | metrics",
                "trend(metrics: [PROVIDER_SUCCESS_RATE])                          | BAD_REQUEST | metrics",
                "trend(metrics: [DURATION], timeZone: \"Mars/Base\")              | BAD_REQUEST | timeZone",
                "trend(metrics: [DURATION], confidence: 1)                        | BAD_REQUEST | confidence",
                "trend(metrics: [DURATION], granularity: HOUR, filter: {from: \"2020-01-01\"}) | LIMIT_EXCEEDED | 2000 buckets"
            })
    void whatIsWrongWithAQuestionIsNamed(String question, String code, String named) {
        Answer answer = client.ask("{ %s { runs } }".formatted(question));

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.message()).contains(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mutation { rebuildRollups { months } }",
                "mutation { auditRollups { months } }",
                "mutation { stopRollupJob(id: 1) { id } }",
                "{ rollupJob { id } }",
                "{ setAsideChanges { runId } }"
            })
    void onlyAnAdministratorMayRecomputeRollups(String document) {
        assertThat(client.ask(document).code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void anAdministratorSeesHowFarARebuildIsAndWhatIsSetAside() {
        String id = administer("mutation { rebuildRollups { id kind state months monthsDone } }")
                .at("/rebuildRollups/id")
                .asString();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            JsonNode job = administer("{ rollupJob(id: %s) { state months monthsDone endedAt } }".formatted(id))
                    .path("rollupJob");
            return job.path("state").stringValue().equals("DONE")
                    && job.path("months").equals(job.path("monthsDone"))
                    && job.path("endedAt").isString();
        });
        assertThat(administer("mutation { stopRollupJob(id: %s) { state } }".formatted(id))
                        .at("/stopRollupJob/state")
                        .stringValue())
                .isEqualTo("DONE");
        assertThat(administer("{ setAsideChanges { runId reason since } }").path("setAsideChanges"))
                .isEmpty();
        assertThat(ask("{ summary { provenance { setAsideRuns } } }")
                        .at("/provenance/setAsideRuns")
                        .asInt())
                .isZero();
    }

    private JsonNode administer(String document) {
        return client.post(
                        GraphQlClient.JSON.writeValueAsString(Map.of("query", document)),
                        "X-Service-Key",
                        TestKeys.ADMIN)
                .json()
                .path("data");
    }
}
