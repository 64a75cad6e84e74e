package dev.runledger.statistics;

import static dev.runledger.statistics.EstimateTests.repeat;
import static dev.runledger.statistics.EstimateTests.sum;
import static dev.runledger.statistics.EstimateTests.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.metric.Polarity;
import dev.runledger.statistics.Comparison.Insufficiency;
import dev.runledger.statistics.Comparison.Verdict;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTests {
    private static final ComparisonPlan RATE = plan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.05);
    private static final ComparisonPlan SECONDS = plan(Polarity.LOWER_IS_BETTER, Scale.AMOUNT, 5);

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
     *     R = Fraction(sum(x), sum(m)); k = Fraction(sum(m)**2, sum(b*b for b in m))
     *     v = float(k / (k-1) * sum((a - R*b)**2 for a, b in zip(x, m)) / sum(m)**2)
     *     R = float(R); size = R*(1-R)/v; p = (R*size + 1) / (size + 2)
     *     return R, p*(1-p)/(size+2), float(k) - 1
     * df = min((v1+v2)**2 / (v1**2/f1 + v2**2/f2), (1/250+1/260)**2 / ((1/250)**2/f1 + (1/260)**2/f2))
     * se, t = (v1+v2)**.5, scipy.stats.t.ppf(.975, df)
     * d, se, d-t*se, d+t*se, 2*scipy.stats.t.sf(abs(d)/se, df), scipy.stats.nct.ppf(.8, df, t) * se
     * </pre>
     */
    @Test
    void ratesAreComparedWithRunsAsClusters() {
        Comparison comparison = Comparison.of(POOR, GOOD, RATE);
        Difference difference = comparison.difference();

        assertThat(difference.value()).isCloseTo(0.10569230769230764, within(1e-12));
        assertThat(difference.standardError()).isCloseTo(0.06775612691369613, within(1e-9));
        assertThat(difference.interval().low()).isCloseTo(-0.050660939531250004, within(1e-8));
        assertThat(difference.interval().high()).isCloseTo(0.2620455549158653, within(1e-8));
        assertThat(difference.pValue()).isCloseTo(0.15755371573419694, within(1e-8));
        assertThat(comparison.detectableDifference()).isCloseTo(0.2397382517427706, within(1e-3));
    }

    /**
     * With tau = 0.1, twice the relevant difference, and d, se, df, p from above:
     * <pre>
     * V, A, z = se**2, se**2 + tau**2, scipy.stats.norm.isf(p / 2)
     * min(1, (A/V)**.5 * math.exp(-z*z * tau**2 / (2*A)))
     * b = math.sqrt(A/tau**2 * (2*math.log(20) + math.log(A/V))); t = scipy.stats.t.isf(scipy.stats.norm.sf(b), df)
     * d - t*se, d + t*se
     * </pre>
     */
    @Test
    void lookingWheneverOneLikesTakesAWiderInterval() {
        Difference difference = Comparison.of(
                        POOR,
                        GOOD,
                        new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.05, Validity.ALWAYS_VALID))
                .difference();

        assertThat(difference.pValue()).isCloseTo(0.8991028341464932, within(1e-9));
        assertThat(difference.interval().low()).isCloseTo(-0.22486909179028675, within(1e-8));
        assertThat(difference.interval().high()).isCloseTo(0.43625370717490203, within(1e-8));
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
        ComparisonPlan higherIsBetter = plan(Polarity.HIGHER_IS_BETTER, Scale.AMOUNT, 5);

        assertThat(Comparison.of(SLOW, FAST, SECONDS).verdict()).isEqualTo(Verdict.IMPROVED);
        assertThat(Comparison.of(FAST, SLOW, SECONDS).verdict()).isEqualTo(Verdict.REGRESSED);
        assertThat(Comparison.of(SLOW, FAST, higherIsBetter).verdict()).isEqualTo(Verdict.REGRESSED);
        assertThat(Comparison.of(SLOW, FAST, plan(Polarity.UNKNOWN, Scale.AMOUNT, 5))
                        .verdict())
                .isEqualTo(Verdict.LOWER);
    }

    @Test
    void noDifferenceIsOnlyClaimedWhereARelevantOneIsRuledOut() {
        ComparisonPlan modest = plan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.3);

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
    void whatCannotBeJudgedSaysWhy() {
        Comparison oneRun = Comparison.of(POOR, ClusterSums.of(40, 50), RATE);
        Comparison noSpread = Comparison.of(values(2, 2, 2), values(3, 3, 3), SECONDS);
        Comparison nothing = Comparison.of(POOR, ClusterSums.NONE, RATE);
        Comparison giant = Comparison.of(
                repeat(20, ClusterSums.of(6, 10)).plus(ClusterSums.of(3, 10)),
                repeat(30, ClusterSums.of(6, 10)).plus(ClusterSums.of(9_000, 10_000)),
                RATE);

        assertThat(List.of(oneRun, noSpread, nothing, giant)).allSatisfy(comparison -> {
            assertThat(comparison.verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
            assertThat(comparison.runsStillNeeded(1)).isNull();
            assertThat(comparison.detectableDifference()).isNull();
        });
        assertThat(oneRun.insufficiency()).isEqualTo(Insufficiency.TOO_FEW_RUNS);
        assertThat(noSpread.insufficiency()).isEqualTo(Insufficiency.NO_SPREAD);
        assertThat(nothing.insufficiency()).isEqualTo(Insufficiency.NOTHING_TO_DIVIDE_BY);
        assertThat(giant.insufficiency()).isEqualTo(Insufficiency.TOO_FEW_RUNS);
        assertThat(Comparison.of(POOR, GOOD, RATE).insufficiency()).isEqualTo(Insufficiency.TOO_FEW_RUNS);
        assertThat(Comparison.of(SLOW, FAST, SECONDS).insufficiency()).isNull();
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

            assertThat(back.value()).isCloseTo(-there.value(), within(1e-12));
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
     * With the baseline's 40 runs as they are, and the candidate's 4, which hardly show how much they vary:
     * <pre>
     * v = 225
     * for n in range(4, 100_000):
     *     s = v/40 + v/n; df, known = (s*s / ((v/40)**2/39 + (v/n)**2/(shown-1)) for shown in (n, 4))
     *     if scipy.stats.nct.ppf(.8, known, scipy.stats.t.ppf(.975, df)) * s**.5 <= d: return n - 4
     * </pre>
     */
    @ParameterizedTest
    @CsvSource({"8, 117", "10, 40", "12, 23"})
    void theRunsNeededAllowForHowLittleFewRunsShow(double difference, long exact) {
        Comparison comparison = Comparison.of(varying(40), varying(4), SECONDS);

        assertThat(comparison.runsStillNeeded(difference)).isCloseTo(exact, within(2L));
    }

    /** With a variance per run of 225. */
    private static ClusterSums varying(int runs) {
        double deviation = Math.sqrt(225.0 * (runs - 1) / runs);
        return IntStream.range(0, runs)
                .mapToObj(i -> values(100 + (i % 2 == 0 ? deviation : -deviation)))
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    @Test
    void aSmallBaselineIsNeverEnoughForSmallDifferences() {
        Comparison comparison = Comparison.of(POOR, GOOD, RATE);

        assertThat(comparison.isNever(0.05)).isTrue();
        assertThat(comparison.runsStillNeeded(0.05)).isNull();
        assertThat(comparison.isNever(0.3)).isFalse();
        assertThat(comparison.runsStillNeeded(0.3)).isZero();
        assertThat(comparison.runsStillNeeded(0.22)).isPositive();
        assertThatIllegalArgumentException().isThrownBy(() -> comparison.runsStillNeeded(0));
    }

    @Test
    void whoLooksWheneverHeLikesNeedsMoreRuns() {
        ClusterSums many = new History(5).runs(200, 0.7);
        ClusterSums few = new History(6).runs(20, 0.7);
        ComparisonPlan always =
                new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.05, Validity.ALWAYS_VALID);

        assertThat(Comparison.of(many, few, always).runsStillNeeded(0.05))
                .isGreaterThan(Comparison.of(many, few, RATE).runsStillNeeded(0.05));
    }

    /** By hand: the smallest times 3, then the greater of that and the middle one times 2, and so on; as R's p.adjust. */
    @Test
    void severalComparisonsAreAdjustedAfterHolm() {
        Comparison unjudged = Comparison.of(values(1), values(2), SECONDS);
        Comparison clear = Comparison.of(values(1, 2, 3, 4), values(11, 12, 13, 14), SECONDS);
        Comparison middling = Comparison.of(SLOW, FAST, SECONDS);
        Comparison unclear = Comparison.of(POOR, GOOD, RATE);

        List<Comparison> adjusted = Comparison.holm(List.of(unclear, middling, unjudged, clear));

        assertThat(adjusted.get(3).adjustedPValue()).isCloseTo(3 * clear.pValue(), within(1e-12));
        assertThat(adjusted.get(1).adjustedPValue()).isCloseTo(2 * middling.pValue(), within(1e-12));
        assertThat(adjusted.get(0).adjustedPValue()).isCloseTo(unclear.pValue(), within(1e-12));
        assertThat(adjusted.get(2).adjustedPValue()).isNull();
    }

    @Test
    void aDifferenceMayNotSurviveBeingOneOfManyAndItsIntervalAgrees() {
        Comparison comparison = Comparison.of(SLOW, FAST, SECONDS);

        List<Comparison> adjusted = Comparison.holm(List.of(comparison, comparison));

        assertThat(comparison.difference().interval().contains(0)).isFalse();
        assertThat(adjusted.get(0).difference().value())
                .isEqualTo(comparison.difference().value());
        assertThat(adjusted.get(0).difference().interval().contains(0)).isTrue();
        assertThat(adjusted.get(0).verdict()).isEqualTo(Verdict.INSUFFICIENT_DATA);
    }

    @Test
    void aRelevantDifferenceOfZeroIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0))
                .withMessageContaining("0.0");
    }

    private static ComparisonPlan plan(Polarity polarity, Scale scale, double relevantDifference) {
        return new ComparisonPlan(polarity, scale, 0.95, relevantDifference, Validity.FIXED_HORIZON);
    }
}
