package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClusterSumsTests {
    private static final long LARGEST_COUNT = Integer.MAX_VALUE;

    /** R = 32/40 = 0.8; k = 40² / 600 = 8/3; deviations 0, 1, -1; so (8/3) / (5/3) * 2 / 40². */
    @Test
    void theVarianceIsThatWorkedByHand() {
        ClusterSums sums = sum(ClusterSums.of(8, 10), ClusterSums.of(9, 10), ClusterSums.of(15, 20));

        assertThat(sums.ratio()).isEqualTo(0.8);
        assertThat(sums.variance()).isCloseTo(0.002, within(1e-15));
        assertThat(sums.effectiveSize()).isCloseTo(0.8 * 0.2 / 0.002, within(1e-10));
    }

    /** Python: {@code float(Fraction(4, 3) * sum((a - R * b)**2 for a, b in zip(x, m)) / sum(m)**2)} with R a Fraction. */
    @Test
    void nothingIsLostWhereLargeCountsNearlyCancel() {
        ClusterSums sums = sum(
                ClusterSums.of(LARGEST_COUNT - 1, LARGEST_COUNT),
                ClusterSums.of(LARGEST_COUNT, LARGEST_COUNT),
                ClusterSums.of(LARGEST_COUNT - 2, LARGEST_COUNT),
                ClusterSums.of(LARGEST_COUNT - 1, LARGEST_COUNT));

        assertThat(sums.variance()).isCloseTo(3.614007244984155e-20, within(1e-34));
    }

    @Test
    void theMeanOfValuesIsTheRatioWithOneQuestionPerRun() {
        ClusterSums oneByOne = sum(ClusterSums.of(3, 1), ClusterSums.of(5, 1), ClusterSums.of(10, 1));

        assertThat(ClusterSums.ofValues(3, BigDecimal.valueOf(18), BigDecimal.valueOf(134)))
                .isEqualTo(oneByOne);
        assertThat(oneByOne.ratio()).isEqualTo(6);
        assertThat(oneByOne.variance()).isCloseTo(13.0 / 3, within(1e-14));
    }

    @Test
    void runsOfEqualSizeCountInFullAndAGiantOneIsNearlyAlone() {
        ClusterSums equal = sum(ClusterSums.of(1, 7), ClusterSums.of(2, 7), ClusterSums.of(3, 7));
        ClusterSums small =
                Stream.generate(() -> ClusterSums.of(6, 10)).limit(50).reduce(ClusterSums.NONE, ClusterSums::plus);

        assertThat(equal.effectiveRuns()).isEqualTo(3);
        assertThat(small.effectiveRuns()).isEqualTo(50);
        assertThat(small.plus(ClusterSums.of(9_000, 10_000)).effectiveRuns())
                .isCloseTo(10_500.0 * 10_500 / (1e8 + 5_000), within(1e-12));
    }

    /**
     * One question approved in one run of 50, two in another, none in six more:
     * <pre>
     * v = variance; R = 3/400; seen = v * 400 / (R * (1-R)); assumed = 1 + 49 * .1
     * doubt = 5 * (1 - R * (1-R) / .06) * (1 - 3/8); rarer = 400 * R / max(1, seen)
     * 400 / ((rarer * seen + doubt * assumed) / (rarer + doubt))
     * </pre>
     */
    @Test
    void nearTheEndsFewRunsAreNotBelievedThatTheirQuestionsAreUnlike() {
        ClusterSums sums = sum(ClusterSums.of(1, 50), ClusterSums.of(2, 50))
                .plus(sum(
                        ClusterSums.of(0, 50),
                        ClusterSums.of(0, 50),
                        ClusterSums.of(0, 50),
                        ClusterSums.of(0, 50),
                        ClusterSums.of(0, 50),
                        ClusterSums.of(0, 50)));

        assertThat(sums.effectiveSize()).isCloseTo(99.30645580766728, within(1e-9));
    }

    @Test
    void addingRunsAndTakingThemAwayAgainLeavesWhatWas() {
        SplittableRandom random = new SplittableRandom(1);
        ClusterSums before = sum(ClusterSums.of(7, 9), ClusterSums.of(new BigDecimal("0.000001"), BigDecimal.ONE));
        ClusterSums sums = before;
        List<ClusterSums> runs = Stream.generate(() -> ClusterSums.of(
                        BigDecimal.valueOf(random.nextDouble() * 1e12),
                        BigDecimal.valueOf(random.nextLong(LARGEST_COUNT))))
                .limit(1_000)
                .toList();
        for (ClusterSums run : runs) {
            sums = sums.plus(run);
        }
        for (ClusterSums run : runs) {
            sums = sums.minus(run);
        }

        assertThat(sums).isEqualTo(before);
    }

    @Test
    void aRunWithNothingInItIsNotCounted() {
        assertThat(ClusterSums.of(0, 0)).isEqualTo(ClusterSums.NONE);
        assertThat(ClusterSums.of(5, 0).runs()).isEqualTo(1);
    }

    @Test
    void withNothingToDivideByThereIsNoRatio() {
        ClusterSums sums = sum(ClusterSums.of(5, 0), ClusterSums.of(3, 0));

        assertThat(sums.ratio()).isNull();
        assertThat(sums.variance()).isNull();
        assertThat(sums.effectiveSize()).isNull();
    }

    @Test
    void oneRunHasNoVariance() {
        assertThat(ClusterSums.of(8, 10).variance()).isNull();
    }

    @Test
    void runsThatAreNotPartOfTheSumsCannotBeTakenAway() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClusterSums.of(1, 2).minus(ClusterSums.of(1, 3)))
                .withMessageContaining("-1");
    }

    private static ClusterSums sum(ClusterSums... runs) {
        return Stream.of(runs).reduce(ClusterSums.NONE, ClusterSums::plus);
    }
}
