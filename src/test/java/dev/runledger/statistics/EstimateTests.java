package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

public class EstimateTests {
    /**
     * <pre>
     * size, t = .8 * .2 / .002, scipy.stats.t.ppf(.975, 40**2 / 600 - 1)
     * g = lambda p: (p - .8)**2 - t*t * p * (1 - p) / size
     * scipy.optimize.brentq(g, 0, .8), scipy.optimize.brentq(g, .8, 1)
     * </pre>
     */
    @Test
    void theIntervalOfARateIsWilsonsOnTheEffectiveSize() {
        Interval interval = Estimate.of(
                        sum(ClusterSums.of(8, 10), ClusterSums.of(9, 10), ClusterSums.of(15, 20)), Scale.RATE, 0.95)
                .interval();

        assertThat(interval.low()).isCloseTo(0.5069770023413328, within(1e-9));
        assertThat(interval.high()).isCloseTo(0.9396121297621296, within(1e-9));
    }

    @Test
    void besideARunThatIsBeyondMeasureTheRateMayBeAnything() {
        ClusterSums sums =
                sum(ClusterSums.of(1_000_000_000, 2_000_000_000), ClusterSums.of(1, 1), ClusterSums.of(0, 1));

        assertThat(Estimate.of(sums, Scale.RATE, 0.95).interval()).isEqualTo(new Interval(0, 1));
    }

    /** {@code size, t = 500 / (1 + 49 * .05), scipy.stats.t.ppf(.975, 9); size / (size + t*t)} */
    @Test
    void whereEverythingWasApprovedTheIntervalStillHasAWidth() {
        ClusterSums sums = repeat(10, ClusterSums.of(50, 50));

        Interval interval = Estimate.of(sums, Scale.RATE, 0.95).interval();

        assertThat(interval.low()).isCloseTo(0.9658945067310234, within(1e-9));
        assertThat(interval.high()).isEqualTo(1);
    }

    @Test
    void whatNeverHappenedMirrorsWhatAlwaysDid() {
        Interval never =
                Estimate.of(repeat(10, ClusterSums.of(0, 50)), Scale.RATE, 0.95).interval();

        assertThat(never.low()).isEqualTo(0);
        assertThat(never.high()).isCloseTo(1 - 0.9658945067310234, within(1e-9));
    }

    @Test
    void countsThatExceedTheWholeAreReportedAsTheyAre() {
        Estimate estimate = Estimate.of(sum(ClusterSums.of(12, 10), ClusterSums.of(11, 10)), Scale.RATE, 0.95);

        assertThat(estimate.value()).isEqualTo(1.15);
        assertThat(estimate.interval().contains(1.15)).isTrue();
    }

    /**
     * <pre>
     * c, k = scipy.stats.sem(a) / numpy.mean(a), 5
     * h = scipy.stats.t.ppf(.975, k - 1) * c * (1 + c*c * k**.5)
     * numpy.mean(a) * numpy.exp([-h, h])
     * </pre>
     */
    @Test
    void theIntervalOfAMeanIsStudentsWithALongerUpperEnd() {
        Estimate estimate = Estimate.of(values(162.36, 171.2, 150.0, 180.5, 166.1), Scale.AMOUNT, 0.95);

        assertThat(estimate.value()).isCloseTo(166.032, within(1e-9));
        assertThat(estimate.interval().low()).isCloseTo(152.60463373714313, within(1e-8));
        assertThat(estimate.interval().high()).isCloseTo(180.64081246368096, within(1e-8));
    }

    @Test
    void oneRunThatIsNearlyAllThereIsLeavesTheRateOpen() {
        ClusterSums sums = repeat(50, ClusterSums.of(6, 10)).plus(ClusterSums.of(9_000, 10_000));

        Interval interval = Estimate.of(sums, Scale.RATE, 0.95).interval();

        assertThat(interval.low()).isLessThan(0.01);
        assertThat(interval.high()).isGreaterThan(0.99);
    }

    @Test
    void anAmountIsNeverNegative() {
        assertThat(Estimate.of(values(1, 0, 9), Scale.AMOUNT, 0.95).interval().low())
                .isPositive();
    }

    @Test
    void amountsWithoutSpreadHaveNoInterval() {
        Estimate estimate = Estimate.of(values(2, 2, 2), Scale.AMOUNT, 0.95);

        assertThat(estimate.value()).isEqualTo(2);
        assertThat(estimate.interval()).isNull();
    }

    @Test
    void oneRunHasAValueWithoutInterval() {
        Estimate estimate = Estimate.of(ClusterSums.of(8, 10), Scale.RATE, 0.95);

        assertThat(estimate).isEqualTo(new Estimate(0.8, 1, null));
    }

    @Test
    void nothingToDivideByIsNoEstimate() {
        assertThat(Estimate.of(ClusterSums.NONE, Scale.RATE, 0.95)).isNull();
    }

    @Test
    void aConfidenceOfOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Estimate.of(ClusterSums.of(8, 10), Scale.RATE, 1))
                .withMessageContaining("1.0");
    }

    static ClusterSums values(double... values) {
        return DoubleStream.of(values)
                .mapToObj(value -> ClusterSums.of(BigDecimal.valueOf(value), BigDecimal.ONE))
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    static ClusterSums repeat(int runs, ClusterSums run) {
        return IntStream.range(0, runs).mapToObj(i -> run).reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    static ClusterSums sum(ClusterSums... runs) {
        return Stream.of(runs).reduce(ClusterSums.NONE, ClusterSums::plus);
    }
}
