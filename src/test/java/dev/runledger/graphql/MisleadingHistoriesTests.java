package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Histories in which something else than the prompt changed: v2 does six points worse, or nothing at all. */
@RunledgerTest
class MisleadingHistoriesTests {

    private static final Instant START = Instant.parse("2025-03-03T00:30:00Z");
    private static final double CORRELATION = 0.03;
    private static final JsonMapper JSON = new JsonMapper();

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    private GraphQlClient client;
    private String environment;
    private Random random;

    @BeforeEach
    void start() {
        client = new GraphQlClient(port);
        environment = "m" + UUID.randomUUID().toString().substring(0, 18);
    }

    static Stream<Arguments> mixes() {
        return Stream.of(
                        Arguments.of("DIFFICULTY_MIX", "difficulty_metrics", "easy", "hard"),
                        Arguments.of("QUESTION_TYPE_MIX", "type_metrics", "mcq", "open"),
                        Arguments.of("PROVIDER_MIX", "provider_metrics", "anthropic", "xai"),
                        Arguments.of("ARBITER_CONFIG", "arbiter_config_version", "a-old", "a-new"))
                .flatMap(arguments -> Stream.of(1L, 2L, 3L)
                        .map(seed -> Arguments.of(Stream.concat(Stream.of(arguments.get()), Stream.of(seed))
                                .toArray())));
    }

    /** 12 easy runs and 28 hard ones, then 28 and 12, each six points worse: better on the whole. */
    @ParameterizedTest
    @MethodSource("mixes")
    void aMixThatShiftsDoesNotMakeAWorsePromptABetterOne(
            String confounder, String field, String easy, String hard, long seed) {
        random = new Random(seed);
        for (boolean candidate : new boolean[] {false, true}) {
            List<Boolean> runs = new ArrayList<>(Collections.nCopies(candidate ? 28 : 12, true));
            runs.addAll(Collections.nCopies(candidate ? 12 : 28, false));
            Collections.shuffle(runs, random);
            for (int i = 0; i < 40; i++) {
                String name = runs.get(i) ? easy : hard;
                int approved = approved((runs.get(i) ? 0.9 : 0.6) - (candidate ? 0.06 : 0), 50);
                ObjectNode report = report(candidate, (candidate ? 40 : 0) + i / 1.0, 8, approved, 50);
                switch (field) {
                    case "arbiter_config_version" -> report.put(field, name);
                    case "provider_metrics" ->
                        report.putObject(field)
                                .putObject(name)
                                .put("generated", 50)
                                .put("evaluated", 50)
                                .put("approved", approved);
                    default -> report.putObject(field).put(name, 50);
                }
                record(report);
            }
        }
        for (String validity : List.of("ALWAYS_VALID", "FIXED_HORIZON")) {
            JsonNode answer = compare(validity);
            JsonNode comparison = answer.at("/comparisons/0");

            assertThat(comparison.at("/rawDifference").doubleValue()).isPositive();
            assertThat(comparison.at("/difference").doubleValue()).isNegative();
            assertThat(comparison.at("/interval/low").doubleValue()).isLessThan(-0.06);
            assertThat(comparison.at("/interval/high").doubleValue()).isGreaterThan(-0.06);
            assertThat(comparison.at("/verdict").stringValue()).isNotEqualTo("IMPROVED");
            assertThat(kinds(answer)).contains(confounder);
            assertThat(comparison.at("/causes/0/kind").stringValue()).isEqualTo(confounder.replace("_MIX", ""));
            assertThat(comparison
                            .at("/causes")
                            .valueStream()
                            .mapToDouble(cause -> cause.path("contribution").doubleValue())
                            .sum())
                    .isCloseTo(comparison.at("/rawDifference").doubleValue(), within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aLineThatGoesOnIsNoDoingOfThePrompt(long seed) {
        random = new Random(seed);
        for (int day = 0; day < 80; day++) {
            record(report(day >= 40, day, 24, approved(0.55 + 0.003 * day, 50), 50));
        }

        JsonNode answer = compare("ALWAYS_VALID");
        JsonNode comparison = answer.at("/comparisons/0");

        assertThat(comparison.at("/rawVerdict").stringValue()).isEqualTo("IMPROVED");
        assertThat(comparison.at("/verdict").stringValue()).isIn("INSUFFICIENT_DATA", "CONFOUNDED");
        assertThat(comparison.at("/interval/low").doubleValue()).isNegative();
        assertThat(comparison.at("/interval/high").doubleValue()).isPositive();
    }

    @Test
    void aDriftThatShowsIsNamed() {
        random = new Random(5);
        for (int day = 0; day < 80; day++) {
            record(report(day >= 40, day, 24, approved(0.3 + 0.006 * day, 50), 50));
        }

        JsonNode answer = compare("ALWAYS_VALID");

        assertThat(kinds(answer)).containsExactly("TIME_TREND");
        assertThat(answer.at("/comparisons/0/driftPerWeek").doubleValue()).isCloseTo(0.042, within(0.02));
        assertThat(answer.at("/confounders/0/words").stringValue())
                .matches("APPROVAL_RATE moves by \\+\\d.* percentage points a week within the versions already, .*");
    }

    /** Ten points more, and nothing else differs: only a drift of some two points a week would do the same. */
    @Test
    void aVerdictSaysWhichDriftWouldDoTheSame() {
        random = new Random(2);
        for (int day = 0; day < 60; day++) {
            record(report(day >= 30, day, 24, approved(day < 30 ? 0.6 : 0.7, 50), 50));
        }

        JsonNode comparison = compare("FIXED_HORIZON").at("/comparisons/0");

        assertThat(comparison.at("/verdict").stringValue()).isEqualTo("IMPROVED");
        assertThat(comparison.at("/driftInstead").doubleValue())
                .isCloseTo(comparison.at("/rawDifference").doubleValue() / (30 / 7.0), within(1e-9));
        assertThat(comparison.at("/words").stringValue())
                .contains(
                        comparison.at("/driftRuledOut").booleanValue()
                                ? "Nothing else that is recorded differs: keep it."
                                : "percentage points a week by itself, which the runs do not rule out");
    }

    @Test
    void anArbiterReportedOnlySinceTheCandidateCannotBeToldFromIt() {
        random = new Random(1);
        for (int day = 0; day < 60; day++) {
            ObjectNode report = report(day >= 30, day, 24, approved(day < 30 ? 0.6 : 0.75, 50), 50);
            if (day >= 30) {
                report.put("arbiter_config_version", "lenient-2");
            }
            record(report);
        }

        JsonNode answer = compare("ALWAYS_VALID");

        assertThat(answer.at("/comparisons/0/verdict").stringValue()).isEqualTo("CONFOUNDED");
        assertThat(answer.at("/comparisons/0/difference").isNull()).isTrue();
        assertThat(answer.at("/comparisons/0/rawDifference").doubleValue()).isCloseTo(0.15, within(0.08));
        assertThat(answer.at("/comparisons/0/words").stringValue()).startsWith("Undecided: ");
        assertThat(kinds(answer)).containsExactly("ARBITER_CONFIG");
        assertThat(answer.at("/comparisons/0/causes").valueStream())
                .extracting(cause -> cause.path("kind").stringValue() + cause.path("contribution"))
                .containsExactly("PROMPT_VERSIONnull", "ARBITER_CONFIGnull");
        assertThat(answer.at("/confounders/0/words").stringValue())
                .isEqualTo(
                        "Runs by arbiter configuration differ: none 100 % with the baseline, lenient-2 100 % with the candidate");
    }

    @Test
    void oneGiantRunDecidesNothingAndIsNamed() {
        random = new Random(1);
        for (int run = 0; run < 50; run++) {
            record(report(run >= 20, run, 8, approved(0.6, 10), 10));
        }
        UUID giant = record(report(true, 50, 8, 9_000, 10_000));

        JsonNode comparison = compare("FIXED_HORIZON").at("/comparisons/0");

        assertThat(comparison.at("/verdict").stringValue()).isEqualTo("INSUFFICIENT_DATA");
        assertThat(comparison.at("/insufficiency").stringValue()).isEqualTo("TOO_FEW_RUNS");
        assertThat(comparison.at("/dominatingRuns/0/id").stringValue()).isEqualTo(giant.toString());
        assertThat(comparison.at("/dominatingRuns/0/share").doubleValue()).isCloseTo(10_000 / 10_300.0, within(1e-9));
        assertThat(comparison.at("/words").stringValue())
                .contains(giant.toString())
                .contains("97 % of the candidate");
    }

    @Test
    void oneGiantRunIsNamedAmongMoreThanAThousand() {
        random = new Random(1);
        UUID giant = null;
        for (int run = 0; run < 1_100; run++) {
            if (run == 700) {
                giant = record(report(true, run, 1, 9_000, 10_000));
            }
            record(report(run >= 550, run, 1, approved(0.6, 10), 10));
        }

        JsonNode comparison = compare("FIXED_HORIZON").at("/comparisons/0");

        assertThat(comparison.at("/dominatingRuns").size()).isOne();
        assertThat(comparison.at("/dominatingRuns/0/id").stringValue()).isEqualTo(giant.toString());
        assertThat(comparison.at("/dominatingRuns/0/ofCandidate").booleanValue())
                .isTrue();
        assertThat(comparison.at("/dominatingRuns/0/share").doubleValue()).isCloseTo(10_000 / 15_500.0, within(1e-9));
        assertThat(comparison.at("/verdict").stringValue()).isEqualTo("INSUFFICIENT_DATA");
        assertThat(comparison.at("/words").stringValue()).contains(giant.toString());
    }

    @Test
    void runsThatNeverVaryNeedNoMoreOfTheirKind() {
        for (int run = 0; run < 120; run++) {
            record(report(run >= 60, run, 8, 30, 50).put("duration_seconds", 100.0));
        }

        JsonNode comparison = compare("ALWAYS_VALID", "DURATION").at("/comparisons/0");

        assertThat(comparison.at("/verdict").stringValue()).isEqualTo("INSUFFICIENT_DATA");
        assertThat(comparison.at("/insufficiency").stringValue()).isEqualTo("NO_SPREAD");
        assertThat(comparison.at("/difference").doubleValue()).isZero();
        assertThat(comparison.at("/words").stringValue())
                .startsWith("No difference: every run has the same value with both versions.")
                .doesNotContain("go on collecting");
    }

    @Test
    void aWorseDurationIsNotOutweighedByABetterRate() {
        random = new Random(3);
        for (int run = 0; run < 120; run++) {
            boolean candidate = run % 2 == 1;
            record(report(candidate, run / 2, 12, approved(candidate ? 0.85 : 0.6, 50), 50)
                    .put("duration_seconds", (candidate ? 300 : 200) + random.nextInt(20)));
        }

        JsonNode answer = answer("""
                { comparePromptVersions(baseline: "v1", candidate: "v2", guardrails: [DURATION, COST_PER_RUN],
                                        filter: {environments: ["%s"]}) {
                    comparisons { verdict } guardrails { metric verdict insufficiency }
                    conclusion { verdict worse words } confounders { kind } } }""".formatted(environment));

        assertThat(answer.at("/comparisons/0/verdict").stringValue()).isEqualTo("IMPROVED");
        assertThat(answer.at("/guardrails/0/verdict").stringValue()).isEqualTo("REGRESSED");
        assertThat(answer.at("/guardrails/1/insufficiency").stringValue()).isEqualTo("NOTHING_TO_DIVIDE_BY");
        assertThat(answer.at("/conclusion/verdict").stringValue()).isEqualTo("REGRESSED");
        assertThat(answer.at("/conclusion/worse/0").stringValue()).isEqualTo("DURATION");
        assertThat(kinds(answer)).isEmpty();
    }

    @Test
    void aComparisonIsPlannedFromTheRunsSoFar() {
        random = new Random(4);
        for (int run = 0; run < 90; run++) {
            record(report(false, run, 8, approved(0.7, 50), 50));
        }

        JsonNode plan = answer("""
                { planComparison(metric: APPROVAL_RATE, relevantAbsolute: 0.05, filter: {environments: ["%s"]}) {
                    metric unit value relevantDifference runsPerDay deviationPerRun designEffect runsPerVersion daysSideBySide
                    runsOfCandidate daysOfCandidate detectable { days runs sideBySide afterwards } words validity } }""".formatted(environment));

        assertThat(plan.at("/relevantDifference").doubleValue()).isEqualTo(0.05);
        assertThat(plan.at("/runsPerDay").doubleValue()).isCloseTo(3, within(1e-9));
        assertThat(plan.at("/deviationPerRun").doubleValue()).isCloseTo(0.102, within(0.03));
        long runs = plan.at("/runsPerVersion").longValue();
        assertThat(runs).isBetween(80L, 400L);
        assertThat(plan.at("/daysSideBySide").doubleValue()).isCloseTo(2 * runs / 3.0, within(1e-6));
        assertThat(plan.at("/detectable/0/days").intValue()).isEqualTo(7);
        assertThat(plan.at("/detectable/0/sideBySide").doubleValue())
                .isGreaterThan(plan.at("/detectable/1/sideBySide").doubleValue());
        assertThat(plan.at("/words").stringValue())
                .startsWith("To find a difference of 5 percentage points four times out of five, ");
    }

    /** The same runs, read one by one and by days: nothing turns when a thousand are exceeded. */
    @Test
    void aThousandAndFirstRunTurnsNoVerdict() {
        random = new Random(6);
        for (int run = 0; run < 1_001; run++) {
            record(report(run >= 500, run, 2, approved(run < 500 ? 0.6 : 0.66, 50), 50)
                    .put("triggered_by", run % 3 == 0 ? "manual" : "scheduler"));
        }
        JsonNode all = compare("FIXED_HORIZON").at("/comparisons/0");
        JsonNode fewer = answer(query("FIXED_HORIZON", "APPROVAL_RATE")
                        .replace("filter: {", "filter: {to: \"" + START.plus(1_000 * 2, ChronoUnit.HOURS) + "\", "))
                .at("/comparisons/0");

        assertThat(all.at("/verdict").stringValue())
                .isEqualTo(fewer.at("/verdict").stringValue());
        assertThat(all.at("/difference").doubleValue())
                .isCloseTo(fewer.at("/difference").doubleValue(), within(0.005));
        assertThat(all.at("/interval/low").doubleValue())
                .isCloseTo(fewer.at("/interval/low").doubleValue(), within(0.01));
    }

    private JsonNode compare(String validity) {
        return compare(validity, "APPROVAL_RATE");
    }

    private JsonNode compare(String validity, String metric) {
        return answer(query(validity, metric));
    }

    private String query(String validity, String metric) {
        return """
                { comparePromptVersions(baseline: "v1", candidate: "v2", metrics: [%s], validity: %s,
                                        filter: {environments: ["%s"]}) {
                    comparisons { difference interval { low high } rawDifference rawInterval { low high } rawVerdict verdict
                                  insufficiency words pValue adjustedPValue driftPerWeek designEffect relevantDifference
                                  detectableDifference runsStillNeeded neverEnough driftInstead driftRuledOut
                                  causes { kind name contribution words } dominatingRuns { id ofCandidate share } }
                    confounders { kind words } } }""".formatted(metric, validity, environment);
    }

    private JsonNode answer(String query) {
        Answer answer = client.ask(query);
        return answer.data(answer.json().path("data").propertyNames().iterator().next());
    }

    private static List<String> kinds(JsonNode answer) {
        return answer.at("/confounders")
                .valueStream()
                .map(confounder -> confounder.path("kind").stringValue())
                .toList();
    }

    private ObjectNode report(boolean candidate, double run, int hoursApart, int approved, int evaluated) {
        return JSON.createObjectNode()
                .put("status", "success")
                .put(
                        "started_at",
                        START.plus(Math.round(run * hoursApart), ChronoUnit.HOURS)
                                .toString())
                .put("environment", environment)
                .put("prompt_version", candidate ? "v2" : "v1")
                .put("questions_requested", evaluated)
                .put("questions_generated", evaluated)
                .put("questions_evaluated", evaluated)
                .put("questions_approved", approved)
                .put("questions_rejected", evaluated - approved);
    }

    private UUID record(ObjectNode report) {
        return ledger.record(reader.read(report), null).id();
    }

    /** Pólya's urn, whose draws are beta-binomial. */
    private int approved(double rate, int questions) {
        double weight = (1 - CORRELATION) / CORRELATION;
        int approved = 0;
        for (int drawn = 0; drawn < questions; drawn++) {
            approved += random.nextDouble() < (weight * rate + approved) / (weight + drawn) ? 1 : 0;
        }
        return approved;
    }
}
