package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Polarity;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether what is said with 95 % confidence holds in 95 % of simulated histories. Seeds are fixed. */
class CalibrationTests {
    private static final double CONFIDENCE = 0.95;
    private static final ComparisonPlan PLAN =
            new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, CONFIDENCE, 0.05);

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
        Comparison pilot = Comparison.of(history.runs(300, 0.7), history.runs(300, 0.8), PLAN);
        int needed = Math.toIntExact(pilot.runsPerArm(0.1));
        double found = share(
                2_000,
                i -> Comparison.of(history.runs(needed, 0.7), history.runs(needed, 0.8), PLAN)
                                .verdict()
                        == Comparison.Verdict.IMPROVED);
        report("%d runs per arm find 10 points".formatted(needed), found);
        assertThat(found).isBetween(0.77, 0.84);
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

    /** Were neighbours taken for independent, 20 % would show a trend and 46 % a change point. */
    @Test
    void aWanderingHistoryRaisesMoreAlarmsButNotFarMore() {
        History history = new History(23);
        double trends = share(1_000, i -> trend(history.wandering(100)) != Trend.Verdict.STABLE);
        double changes = share(500, i -> !changes(history.wandering(100)).isEmpty());
        report("trend over 100 wandering days: false alarms", trends);
        report("change points in 100 wandering days: false alarms", changes);
        assertThat(trends).isLessThan(0.16);
        assertThat(changes).isLessThan(0.30);
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
