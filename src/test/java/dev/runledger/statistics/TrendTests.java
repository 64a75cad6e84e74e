package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.metric.Polarity;
import dev.runledger.statistics.Trend.Verdict;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrendTests {
    private static final Confidence CONFIDENCE = new Confidence(0.95);
    private static final double[] UNEVEN_TIMES = {0, 1, 2, 3.5, 5, 6, 9};
    private static final double[] VALUES = {.70, .72, .72, .69, .75, .78, .80};

    /**
     * <pre>
     * scipy.stats.theilslopes(y, t, .95)
     * dt = numpy.sign(numpy.subtract.outer(t, t))
     * kendall = lambda p: (dt * numpy.sign(numpy.subtract.outer(p, p))).sum() / 2
     * S, V = kendall(y), numpy.mean([kendall(p)**2 for p in itertools.permutations(y)])
     * e = y - slope * t; e = e - e.mean()
     * r = min(.9, max(0, ((e[1:] * e[:-1]).sum() / (e*e).sum() * 7 + 2) / (7 - 4))); V *= (1 + r) / (1 - r)
     * 2 * scipy.stats.norm.sf((abs(S) - 1) / V**.5)
     * </pre>
     * and the interval's ranks follow from V.
     */
    @Test
    void unevenTimesAndEqualValuesGiveScipysFigures() {
        MannKendall test = MannKendall.of(UNEVEN_TIMES, VALUES, CONFIDENCE);

        assertThat(test.slope()).isCloseTo(0.01111111111111112, within(1e-12));
        assertThat(test.pValue()).isCloseTo(0.4582549904733786, within(1e-9));
        assertThat(test.interval().low()).isCloseTo(-0.02, within(1e-12));
        assertThat(test.interval().high()).isCloseTo(0.04, within(1e-12));
    }

    /** As above; the slope is the median over pairs of different times, and the interval's ranks follow from V. */
    @Test
    void equalTimesAreAllowedFor() {
        MannKendall test = MannKendall.of(new double[] {0, 1, 1, 2, 3, 3, 5}, VALUES, CONFIDENCE);

        assertThat(test.slope()).isCloseTo(0.02, within(1e-12));
        assertThat(test.pValue()).isCloseTo(0.4328959549008512, within(1e-9));
        assertThat(test.interval().low()).isCloseTo(-0.03, within(1e-12));
        assertThat(test.interval().high()).isCloseTo(0.09, within(1e-12));
    }

    /** {@code scipy.stats.theilslopes(y, range(12), .95); 2 * scipy.stats.norm.sf((44 - 1) / (12*11*29/18)**.5)} */
    @Test
    void twelvePointsGiveScipysFigures() {
        double[] values = {4.1, 3.9, 4.4, 4.0, 4.6, 4.5, 4.3, 4.9, 4.7, 5.2, 4.8, 5.0};

        MannKendall test =
                MannKendall.of(IntStream.range(0, 12).asDoubleStream().toArray(), values, CONFIDENCE);

        assertThat(test.slope()).isCloseTo(0.1, within(1e-12));
        assertThat(test.pValue()).isCloseTo(0.0031919663535487732, within(1e-9));
        assertThat(test.interval().low()).isCloseTo(0.05, within(1e-12));
        assertThat(test.interval().high()).isCloseTo(0.14, within(1e-12));
    }

    @Test
    void theSlopeIsPerWeekAndTheVerdictFollowsThePolarity() {
        List<Observation> history = daily(10, 12, 14, 16, 18, 20, 22, 24);

        Trend better = Trend.of(history, Polarity.HIGHER_IS_BETTER, 0.95);
        Trend worse = Trend.of(history, Polarity.LOWER_IS_BETTER, 0.95);

        assertThat(better.slopePerWeek()).isCloseTo(14, within(1e-9));
        assertThat(better.verdict()).isEqualTo(Verdict.IMPROVING);
        assertThat(worse.verdict()).isEqualTo(Verdict.DECLINING);
    }

    @Test
    void aHistoryThatNeverMovesIsStable() {
        Trend trend = Trend.of(daily(3, 3, 3, 3, 3, 3), Polarity.HIGHER_IS_BETTER, 0.95);

        assertThat(trend).isEqualTo(new Trend(6, 0.0, new Interval(0, 0), 1.0, 1.0, Verdict.STABLE));
    }

    @Test
    void oneWildValueDoesNotTurnATrend() {
        Trend trend = Trend.of(daily(10, 11, 12, 13, 14, 1_000, 16, 17, 18, 19), Polarity.HIGHER_IS_BETTER, 0.95);

        assertThat(trend.slopePerWeek()).isCloseTo(7, within(1e-9));
        assertThat(trend.verdict()).isEqualTo(Verdict.IMPROVING);
    }

    @Test
    void oneOfManyTrendsIsHeldToMoreAndItsIntervalAgrees() {
        Trend.Series moving = new Trend.Series(daily(1, 2, 4, 3, 5, 6, 8, 7), Polarity.HIGHER_IS_BETTER);
        Trend.Series still = new Trend.Series(daily(5, 1, 4, 2, 3, 5, 1, 4), Polarity.HIGHER_IS_BETTER);
        List<Trend.Series> many = new ArrayList<>(Collections.nCopies(200, still));
        many.add(moving);

        Trend alone = Trend.together(List.of(moving), 0.95).get(0);
        Trend amongMany = Trend.together(many, 0.95).get(200);

        assertThat(alone).isEqualTo(Trend.of(moving.history(), moving.polarity(), 0.95));
        assertThat(alone.verdict()).isEqualTo(Verdict.IMPROVING);
        assertThat(amongMany.pValue()).isEqualTo(alone.pValue());
        assertThat(amongMany.adjustedPValue()).isGreaterThan(0.05);
        assertThat(amongMany.verdict()).isEqualTo(Verdict.STABLE);
        assertThat(amongMany.interval().contains(0)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-17, 0.9999999999999999})
    void oneOfManyTrendsIsJudgedAtAnyConfidence(double confidence) {
        Trend.Series moving = new Trend.Series(daily(1, 2, 4, 3, 5, 6, 8, 7), Polarity.HIGHER_IS_BETTER);

        assertThat(Trend.together(Collections.nCopies(50, moving), confidence))
                .allSatisfy(trend -> assertThat(trend.interval()).isNotNull());
    }

    @Test
    void aLongCleanLineIsNotTakenForMemory() {
        double[] line = IntStream.range(0, 60).asDoubleStream().toArray();

        assertThat(Trend.of(daily(line), Polarity.HIGHER_IS_BETTER, 0.95).verdict())
                .isEqualTo(Verdict.IMPROVING);
    }

    @Test
    void fourValuesAreTooFew() {
        Trend trend = Trend.of(daily(1, 2, 3, 4), Polarity.HIGHER_IS_BETTER, 0.95);

        assertThat(trend).isEqualTo(new Trend(4, null, null, null, null, Verdict.INSUFFICIENT_DATA));
    }

    @Test
    void bucketsWithoutAnythingToDivideByAreLeftOut() {
        List<Observation> history = new ArrayList<>(daily(1, 2, 3, 4));
        history.add(new Observation(History.day(5), ClusterSums.of(7, 0)));

        assertThat(Trend.of(history, Polarity.HIGHER_IS_BETTER, 0.95).observations())
                .isEqualTo(4);
    }

    @Test
    void observationsOfOneMomentHaveNoTrend() {
        List<Observation> history = daily(1, 2, 3, 4, 5, 6).stream()
                .map(observation -> new Observation(History.START, observation.sums()))
                .toList();

        assertThat(Trend.of(history, Polarity.HIGHER_IS_BETTER, 0.95).verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
    }

    @Test
    void neitherTheOrderGivenNorTheLengthOfADayMatters() {
        History simulated = new History(6);
        for (int i = 0; i < 50; i++) {
            List<Observation> history = simulated.daily(40, day -> 0.6 + 0.003 * day);
            List<Observation> shuffled = new ArrayList<>(history);
            Collections.shuffle(shuffled, new Random(i));
            List<Observation> slower = history.stream()
                    .map(observation -> new Observation(
                            History.START.plus(Duration.between(History.START, observation.at())
                                    .multipliedBy(3)),
                            observation.sums()))
                    .toList();
            Trend trend = Trend.of(history, Polarity.HIGHER_IS_BETTER, 0.95);
            Trend threeTimesSlower = Trend.of(slower, Polarity.HIGHER_IS_BETTER, 0.95);

            assertThat(Trend.of(shuffled, Polarity.HIGHER_IS_BETTER, 0.95)).isEqualTo(trend);
            assertThat(threeTimesSlower.verdict()).isEqualTo(trend.verdict());
            assertThat(threeTimesSlower.slopePerWeek()).isCloseTo(trend.slopePerWeek() / 3, within(1e-12));
        }
    }

    @Test
    void thousandsOfPointsAreRefused() {
        List<Observation> history = Collections.nCopies(2_001, new Observation(History.START, ClusterSums.of(1, 2)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trend.of(history, Polarity.HIGHER_IS_BETTER, 0.95))
                .withMessageContaining("2001");
    }

    @Test
    void theKthSmallestIsThatOfASort() {
        Random random = new Random(9);
        for (int length = 1; length <= 60; length++) {
            double[] values = random.doubles(length, 0, 20).map(Math::floor).toArray();
            double[] sorted = DoubleStream.of(values).sorted().toArray();
            int k = random.nextInt(length);

            assertThat(OrderStatistic.select(values, length, k)).isEqualTo(sorted[k]);
            assertThat(OrderStatistic.median(values, length))
                    .isEqualTo((sorted[length / 2] + sorted[(length - 1) / 2]) / 2);
        }
    }

    private static List<Observation> daily(double... values) {
        return IntStream.range(0, values.length)
                .mapToObj(day -> new Observation(
                        History.day(day), ClusterSums.of(BigDecimal.valueOf(values[day]), BigDecimal.ONE)))
                .toList();
    }

    /** 2,000 runs are judged one by one, 2,001 by days: ten a day, which rise by 0.4 points a week. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void judgingByDaysRatherThanByRunsTurnsNoVerdict(int seed) {
        Simulation simulation = new Simulation(seed);
        List<Observation> runs = new ArrayList<>();
        Map<Integer, ClusterSums> sums = new TreeMap<>();
        for (int i = 0; i < 2_000; i++) {
            ClusterSums run = simulation.run(0.6 + 0.004 / 70 * i, 0.1);
            runs.add(new Observation(Simulation.day(i / 10.0), run));
            sums.merge(i / 10, run, ClusterSums::plus);
        }
        List<Observation> days = sums.entrySet().stream()
                .map(day -> new Observation(Simulation.day(day.getKey()), day.getValue()))
                .toList();

        assertThat(Trend.of(runs, Polarity.HIGHER_IS_BETTER, 0.95).verdict()).isEqualTo(Trend.Verdict.IMPROVING);
        assertThat(Trend.of(days, Polarity.HIGHER_IS_BETTER, 0.95).verdict()).isEqualTo(Trend.Verdict.IMPROVING);
    }
}
