package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Polarity;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether what is said with 95 % confidence holds in 95 % of simulated histories. Seeds are fixed. */
class CalibrationTests {
    private static final double CONFIDENCE = 0.95;
    private static final boolean FULL = "full".equals(System.getProperty("runledger.calibration"));
    private static final Path PUBLISHED = Path.of("docs", "calibration.md");
    private static final String INTRODUCTION = """
            # How far the numbers can be trusted
            Verdicts and intervals are made with 95 % confidence. Here is how often they err where the truth is known, because the
            runs were simulated: of 50 questions with a rate of 70 % unless said, 4,000 histories each or fewer where it takes
            long. "As they are" compares runs as they come; "like for like" is the headline of a comparison. Written by
            `mvn test -Dtest=CalibrationTests -Drunledger.calibration=full`; every build checks it with fewer repetitions.

            False verdicts should be 5 % or fewer. What runs share beyond their own day, or remember for longer than they last,
            nothing can tell from them: that is where the figures below exceed 5 %, and why verdicts are always valid by default.

            "As many runs as were said to be needed": of histories in which a number up to 1,500 is said. Always valid verdicts are
            looked at eight times until then.
            """;
    private static final ComparisonPlan PLAN =
            new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, CONFIDENCE, 0.05, Validity.FIXED_HORIZON);

    @ParameterizedTest
    @CsvSource({"3, 0.7", "10, 0.7", "30, 0.7", "3, 0.5", "10, 0.5", "30, 0.5", "3, 0.9", "10, 0.9", "30, 0.9"})
    void theIntervalOfARateMissesInThreeToSevenPercent(int runs, double rate) {
        History history = new History(runs);
        double misses = share(2_000, i -> {
            Interval interval = Estimate.of(history.runs(runs, rate), Scale.RATE, CONFIDENCE)
                    .interval();
            return !interval.contains(rate);
        });
        report("interval of %s over %d runs misses".formatted(rate, runs), misses);
        assertThat(misses).isBetween(0.03, 0.07);
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "10, 10", "30, 30", "3, 30", "10, 100"})
    void theIntervalOfADifferenceMissesInThreeToSevenPercent(int runs, int otherRuns) {
        History history = new History(31L * runs + otherRuns);
        double misses = share(2_000, i -> {
            Comparison comparison = Comparison.of(history.runs(runs, 0.7), history.runs(otherRuns, 0.7), PLAN);
            return !comparison.difference().interval().contains(0);
        });
        report("interval of difference, %d against %d runs, misses".formatted(runs, otherRuns), misses);
        assertThat(misses).isBetween(0.03, 0.07);
    }

    @ParameterizedTest
    @CsvSource({"3, 0.97", "10, 0.97", "30, 0.97", "3, 0.999", "10, 0.999", "30, 0.999"})
    void nearTheEndsAnIntervalErrsTowardsBeingTooWide(int runs, double rate) {
        History history = new History(7L * runs);
        double misses = share(2_000, i -> {
            Interval interval = Estimate.of(history.runs(runs, rate), Scale.RATE, CONFIDENCE)
                    .interval();
            return !interval.contains(rate);
        });
        double alarms = share(
                2_000,
                i -> Comparison.of(history.runs(runs, rate), history.runs(runs, rate), PLAN)
                                .difference()
                                .pValue()
                        <= 0.05);
        report("interval of %s over %d runs misses".formatted(rate, runs), misses);
        report("comparison at %s over %d runs: false alarms".formatted(rate, runs), alarms);
        assertThat(misses).isLessThan(0.10);
        assertThat(alarms).isLessThan(0.06);
    }

    @Test
    void theIntervalOfAMeanMissesInThreeToSevenPercent() {
        History history = new History(5);
        double misses = share(2_000, i -> {
            ClusterSums sums = IntStream.range(0, 10)
                    .mapToObj(run -> ClusterSums.of(history.run(0.7).x(), BigDecimal.ONE))
                    .reduce(ClusterSums.NONE, ClusterSums::plus);
            return !Estimate.of(sums, Scale.AMOUNT, CONFIDENCE).interval().contains(35);
        });
        report("interval of a mean over 10 runs misses", misses);
        assertThat(misses).isBetween(0.03, 0.07);
    }

    @Test
    void theRunsAskedForRevealTheDifferenceFourTimesOutOfFive() {
        History history = new History(11);
        double found = share(2_000, i -> {
            ExperimentPlan experiment = ExperimentPlan.of(history.daily(100, day -> 0.7), PLAN);
            int needed = Math.toIntExact(experiment.runsPerVersion(0.1));
            return Comparison.of(history.runs(needed, 0.65), history.runs(needed, 0.75), PLAN)
                            .verdict()
                    == Comparison.Verdict.IMPROVED;
        });
        report("as many runs as planned find 10 points", found);
        assertThat(found).isBetween(0.77, 0.86);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7, 8, 9, 10, 20, 100})
    void anUnchangedHistoryHasATrendInAtMostFivePercent(int runs) {
        History history = new History(runs);
        double alarms = share(10_000, i -> trend(history.daily(runs, day -> 0.7)) != Trend.Verdict.STABLE);
        report("trend over %d unchanged runs: false alarms".formatted(runs), alarms);
        assertThat(alarms).isLessThanOrEqualTo(0.05);
    }

    @Test
    void aTrendOfOnePointAWeekOverAHundredDaysIsFound() {
        History history = new History(13);
        double found =
                share(500, i -> trend(history.daily(100, day -> 0.65 + 0.01 * day / 7)) == Trend.Verdict.IMPROVING);
        report("trend of 1 point a week over 100 days: found", found);
        assertThat(found).isGreaterThan(0.85);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100})
    void anUnchangedHistoryHasAChangePointInAtMostFivePercent(int runs) {
        History history = new History(runs);
        double alarms =
                share(1_000, i -> !changes(history.daily(runs, day -> 0.7)).isEmpty());
        report("change points in %d unchanged runs: false alarms".formatted(runs), alarms);
        assertThat(alarms).isLessThanOrEqualTo(0.05);
    }

    @Test
    void aShiftOfFifteenPointsAtRunFiftyOfAHundredIsFoundAndPlaced() {
        History history = new History(17);
        List<List<ChangePoint>> histories = IntStream.range(0, 300)
                .mapToObj(i -> changes(history.daily(100, day -> day < 50 ? 0.7 : 0.55)))
                .toList();
        double found = share(histories, changes -> !changes.isEmpty());
        double placed = share(histories, changes -> changes.stream().anyMatch(change -> near(change, 50, 5)));
        double alone = share(histories, changes -> changes.size() == 1);
        report("shift of 15 points: found", found);
        report("shift of 15 points: within 5 runs", placed);
        report("shift of 15 points: the only one", alone);
        assertThat(found).isGreaterThanOrEqualTo(0.95);
        assertThat(placed).isGreaterThanOrEqualTo(0.80);
        assertThat(alone).isGreaterThanOrEqualTo(0.90);
    }

    @Test
    void aLevelThatComesBackIsFoundTwice() {
        History history = new History(19);
        List<List<ChangePoint>> histories = IntStream.range(0, 300)
                .mapToObj(i -> changes(history.daily(100, day -> day < 40 || day >= 60 ? 0.75 : 0.5)))
                .toList();
        double both = share(
                histories,
                changes -> changes.size() == 2 && near(changes.get(0), 40, 5) && near(changes.get(1), 60, 5));
        report("20 runs 25 points lower: both ends within 5 runs", both);
        assertThat(both).isGreaterThanOrEqualTo(0.75);
    }

    /**
     * Holds what is published to what was measured. In every build with few repetitions, allowing for their chance; with
     * {@code -Drunledger.calibration=full} with thousands, to the letter, writing {@code docs/calibration.md}.
     */
    @Test
    void verdictsAndIntervalsHoldAsPublished() throws IOException {
        List<String> rows = new ArrayList<>();
        SoftAssertions all = new SoftAssertions();
        String topic = "";
        for (Calibration calibration : Calibration.all()) {
            int repetitions = FULL
                    ? Math.max(500, 4_000 / Math.max(1, calibration.cost() / 5))
                    : Math.max(60, 300 / calibration.cost());
            double measured = calibration.measure(repetitions);
            double allowance = FULL
                    ? 0
                    : 350 * Math.sqrt(calibration.limit() / 100 * (1 - calibration.limit() / 100) / repetitions);
            report(calibration.what(), measured / 100);
            if (!calibration.topic().equals(topic)) {
                topic = calibration.topic();
                rows.add("\n## %s\n\n| simulated | measured | to hold | repetitions |\n|---|---|---|---|"
                        .formatted(topic));
            }
            rows.add("| %s | %.1f %% | %s %s %% | %d |"
                    .formatted(
                            calibration.what(),
                            measured,
                            calibration.atMost() ? "at most" : "at least",
                            BigDecimal.valueOf(calibration.limit())
                                    .stripTrailingZeros()
                                    .toPlainString(),
                            repetitions));
            if (calibration.atMost()) {
                all.assertThat(measured)
                        .as(calibration.toString())
                        .isLessThanOrEqualTo(calibration.limit() + allowance);
            } else {
                all.assertThat(measured)
                        .as(calibration.toString())
                        .isGreaterThanOrEqualTo(calibration.limit() - allowance);
            }
        }
        if (FULL) {
            Files.writeString(PUBLISHED, INTRODUCTION + String.join("\n", rows) + "\n");
        }
        all.assertAll();
    }

    /** Every figure that is published is of a simulation that is still there, and held to what is published. */
    @Test
    void whatIsPublishedIsWhatIsHeld() throws IOException {
        String published = Files.readString(PUBLISHED);

        assertThat(Calibration.all())
                .allSatisfy(calibration -> assertThat(published)
                        .contains("| %s |".formatted(calibration.what()))
                        .contains("%s %s %%"
                                .formatted(
                                        calibration.atMost() ? "at most" : "at least",
                                        BigDecimal.valueOf(calibration.limit())
                                                .stripTrailingZeros()
                                                .toPlainString())));
    }

    private static Trend.Verdict trend(List<Observation> history) {
        return Trend.of(history, Polarity.HIGHER_IS_BETTER, CONFIDENCE).verdict();
    }

    private static List<ChangePoint> changes(List<Observation> history) {
        return ChangePoints.find(history, Scale.RATE, CONFIDENCE).changes();
    }

    private static boolean near(ChangePoint change, int day, int tolerance) {
        return !change.at().isBefore(History.day(day - tolerance))
                && !change.at().isAfter(History.day(day + tolerance));
    }

    private static double share(int repetitions, Predicate<Integer> test) {
        return IntStream.range(0, repetitions).filter(test::test).count() / (double) repetitions;
    }

    private static <T> double share(List<T> cases, Predicate<T> test) {
        return cases.stream().filter(test).count() / (double) cases.size();
    }

    private static void report(String what, double share) {
        System.out.printf("%-70s %5.1f %%%n", what, 100 * share);
    }
}
