package dev.runledger.statistics;

import static dev.runledger.statistics.EstimateTests.repeat;
import static dev.runledger.statistics.EstimateTests.sum;
import static dev.runledger.statistics.EstimateTests.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.metric.Polarity;
import dev.runledger.statistics.Comparison.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTests {
    private static final ComparisonPlan RATE = new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.05);
    private static final ComparisonPlan SECONDS = new ComparisonPlan(Polarity.LOWER_IS_BETTER, Scale.AMOUNT, 0.95, 5);

    private static final ClusterSums SLOW = values(162.36, 171.2, 150.0, 180.5, 166.1);
    private static final ClusterSums FAST = values(140.2, 151.9, 139.0, 160.4, 149.9);
    private static final ClusterSums POOR = sum(
            ClusterSums.of(35, 50),
            ClusterSums.of(41, 50),
            ClusterSums.of(38, 50),
            ClusterSums.of(30, 50),
            ClusterSums.of(44, 50));
    private static final ClusterSums GOOD = sum(
            ClusterSums.of(40, 50),
            ClusterSums.of(47, 50),
            ClusterSums.of(43, 50),
            ClusterSums.of(44, 60),
            ClusterSums.of(49, 50));

    /**
     * <pre>
     * r = scipy.stats.ttest_ind(b, a, equal_var=False); va, vb = numpy.var(a, ddof=1)/5, numpy.var(b, ddof=1)/5
     * df = (va+vb)**2 / (va**2/4 + vb**2/4); d = numpy.mean(b) - numpy.mean(a)
     * h = scipy.stats.t.ppf(.975, df) * numpy.sqrt(va+vb); d, r.pvalue, df, d-h, d+h
     * </pre>
     */
    @Test
    void meansAreComparedByWelchsT() {
        Difference difference = Comparison.of(SLOW, FAST, SECONDS).difference();

        assertThat(difference.value()).isCloseTo(-17.752, within(1e-9));
        assertThat(difference.pValue()).isCloseTo(0.025534562805761225, within(1e-9));
        assertThat(difference.degreesOfFreedom()).isCloseTo(7.582629485532887, within(1e-9));
        assertThat(difference.interval().low()).isCloseTo(-32.66550678549727, within(1e-8));
        assertThat(difference.interval().high()).isCloseTo(-2.838493214502689, within(1e-8));
    }

    /**
     * <pre>
     * def arm(x, m):
     *     R = Fraction(sum(x), sum(m)); n = len(x)
     *     v = float(Fraction(n, n-1) * sum((a - R*b)**2 for a, b in zip(x, m)) / sum(m)**2)
     *     R = float(R); size = R*(1-R)/v; p = (R*size + 1) / (size + 2)
     *     return R, p*(1-p)/(size+2)
     * df = min((v1+v2)**2 / (v1**2/4 + v2**2/4), (1/250+1/260)**2 / ((1/250)**2/4 + (1/260)**2/4))
     * se, t = (v1+v2)**.5, scipy.stats.t.ppf(.975, df)
     * d, se, d-t*se, d+t*se, 2*scipy.stats.t.sf(abs(d)/se, df), (t + scipy.stats.t.ppf(.8, df)) * se
     * </pre>
     */
    @Test
    void ratesAreComparedWithRunsAsClusters() {
        Comparison comparison = Comparison.of(POOR, GOOD, RATE);
        Difference difference = comparison.difference();

        assertThat(difference.value()).isCloseTo(0.10569230769230764, within(1e-12));
        assertThat(difference.standardError()).isCloseTo(0.06773067329728126, within(1e-9));
        assertThat(difference.interval().low()).isCloseTo(-0.050505357935601125, within(1e-8));
        assertThat(difference.interval().high()).isCloseTo(0.2618899733202164, within(1e-8));
        assertThat(difference.pValue()).isCloseTo(0.157282782242428, within(1e-8));
        assertThat(comparison.detectableDifference()).isCloseTo(0.2164040437431806, within(1e-8));
    }

    /** 12 and 4 runs: Satterthwaite gives 11.2 degrees of freedom, equal variances would give (1/12 + 1/4)² / (...) = 5.18. */
    @Test
    void aSmallArmThatHappensToVaryLittleIsNotTrustedBlindly() {
        Difference difference = Comparison.of(
                        values(1, 9, 2, 8, 5, 1, 9, 4, 7, 6, 2, 8), values(4.0, 4.2, 4.4, 4.1), SECONDS)
                .difference();

        assertThat(difference.degreesOfFreedom()).isCloseTo(5.176470588235294, within(1e-9));
    }

    @Test
    void theVerdictFollowsThePolarity() {
        ComparisonPlan higherIsBetter = new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.AMOUNT, 0.95, 5);

        assertThat(Comparison.of(SLOW, FAST, SECONDS).verdict()).isEqualTo(Verdict.IMPROVED);
        assertThat(Comparison.of(FAST, SLOW, SECONDS).verdict()).isEqualTo(Verdict.REGRESSED);
        assertThat(Comparison.of(SLOW, FAST, higherIsBetter).verdict()).isEqualTo(Verdict.REGRESSED);
    }

    @Test
    void noDifferenceIsOnlyClaimedWhereARelevantOneWouldHaveBeenSeen() {
        ComparisonPlan modest = new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.25);

        assertThat(Comparison.of(POOR, GOOD, RATE).verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
        assertThat(Comparison.of(POOR, GOOD, modest).verdict()).isEqualTo(Verdict.NO_DIFFERENCE_FOUND);
    }

    @Test
    void twoRunsInAnArmAreTooFewForAVerdict() {
        Comparison comparison = Comparison.of(values(1, 1.01), values(9, 9.01), SECONDS);

        assertThat(comparison.difference().pValue()).isLessThan(0.05);
        assertThat(comparison.verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
    }

    @Test
    void whatCannotBeJudgedSaysSo() {
        Comparison oneRun = Comparison.of(POOR, ClusterSums.of(40, 50), RATE);
        Comparison noSpread = Comparison.of(values(2, 2, 2), values(3, 3, 3), SECONDS);

        assertThat(List.of(oneRun, noSpread)).allSatisfy(comparison -> {
            assertThat(comparison.difference()).isNull();
            assertThat(comparison.verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
            assertThat(comparison.runsPerArm(1)).isNull();
            assertThat(comparison.runsStillNeeded(1)).isNull();
        });
    }

    @Test
    void allApprovedInBothArmsIsNoCertainty() {
        ClusterSums all = repeat(5, ClusterSums.of(50, 50));

        Difference difference = Comparison.of(all, all, RATE).difference();

        assertThat(difference.value()).isEqualTo(0);
        assertThat(difference.interval().width()).isGreaterThan(0.01);
        assertThat(difference.pValue()).isEqualTo(1);
    }

    @Test
    void exchangingTheArmsTurnsTheDifferenceRound() {
        History history = new History(3);
        for (int i = 0; i < 100; i++) {
            ClusterSums one = history.runs(3 + i % 7, 0.6);
            ClusterSums other = history.runs(3 + i % 5, 0.75);
            Difference there = Comparison.of(one, other, RATE).difference();
            Difference back = Comparison.of(other, one, RATE).difference();

            assertThat(back.value()).isEqualTo(-there.value());
            assertThat(back.pValue()).isCloseTo(there.pValue(), within(1e-12));
            assertThat(back.interval().low()).isCloseTo(-there.interval().high(), within(1e-12));
        }
    }

    @Test
    void theIntervalExcludesZeroExactlyWhereThePValueIsBelowTheSignificance() {
        History history = new History(4);
        for (int i = 0; i < 200; i++) {
            Difference difference = Comparison.of(history.runs(5, 0.6), history.runs(8, 0.75), RATE)
                    .difference();

            assertThat(difference.interval().contains(0)).isEqualTo(difference.pValue() > 0.05);
        }
    }

    /**
     * Against the exact power of the two-sided t-test, within one run:
     * <pre>
     * for n in range(2, 1000):
     *     df = 2*(n-1); nc = d / (s2/n)**.5; c = scipy.stats.t.ppf(.975, df)
     *     if scipy.stats.nct.sf(c, df, nc) + scipy.stats.nct.cdf(-c, df, nc) >= .8: return n
     * </pre>
     * with s2 the sum of both arms' variances per run, here 225 each.
     */
    @ParameterizedTest
    @CsvSource({"10, 37", "30, 6"})
    void theRunsNeededAreThoseOfTheExactPower(double difference, long exact) {
        ClusterSums arm = values(100 - 15 / Math.sqrt(1.5), 100, 100 + 15 / Math.sqrt(1.5), 100 - 15 / Math.sqrt(2));
        double perRun = arm.variance() * arm.runs();
        double scale = Math.sqrt(perRun / 225);

        Comparison comparison = Comparison.of(arm, arm, SECONDS);

        assertThat(comparison.runsPerArm(difference * scale)).isCloseTo(exact, within(1L));
        assertThat(comparison.runsStillNeeded(difference * scale))
                .isEqualTo(comparison.runsPerArm(difference * scale) - 4);
    }

    @Test
    void largerDifferencesNeedFewerRuns() {
        Comparison comparison = Comparison.of(POOR, GOOD, RATE);

        assertThat(comparison.runsPerArm(0.01)).isGreaterThan(comparison.runsPerArm(0.05));
        assertThat(comparison.runsPerArm(0.05)).isGreaterThan(comparison.runsPerArm(0.2));
        assertThat(comparison.runsStillNeeded(0.9)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> comparison.runsPerArm(0));
    }

    /** By hand: 0.01 * 3, then the greater of 0.03 and 0.03 * 2, then the greater of 0.06 and 0.04; as R's p.adjust. */
    @Test
    void severalComparisonsAreAdjustedAfterHolm() {
        Comparison unjudged = Comparison.of(values(1), values(2), SECONDS);
        List<Comparison> adjusted = Comparison.holm(List.of(judged(0.01), judged(0.04), unjudged, judged(0.03)));

        assertThat(adjusted.get(0).adjustedPValue()).isCloseTo(0.03, within(1e-12));
        assertThat(adjusted.get(1).adjustedPValue()).isCloseTo(0.06, within(1e-12));
        assertThat(adjusted.get(2)).isEqualTo(unjudged);
        assertThat(adjusted.get(3).adjustedPValue()).isCloseTo(0.06, within(1e-12));
    }

    @Test
    void aDifferenceMayNotSurviveBeingOneOfMany() {
        Comparison comparison = Comparison.of(SLOW, FAST, SECONDS);

        List<Comparison> adjusted = Comparison.holm(List.of(comparison, comparison));

        assertThat(adjusted.get(0).difference()).isEqualTo(comparison.difference());
        assertThat(adjusted.get(0).verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
    }

    @Test
    void aRelevantDifferenceOfZeroIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0))
                .withMessageContaining("0.0");
    }

    private static Comparison judged(double pValue) {
        Difference difference = new Difference(-1, 1, 8, new Interval(-3, 1), pValue);
        return new Comparison(SECONDS, SLOW, FAST, difference, pValue);
    }
}
