package dev.runledger.statistics;

import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How far two pooled ratios differ, judged by Welch's t with runs as the units of observation.
 *
 * @param value candidate minus baseline
 * @param standardError of the value, greater than 0
 * @param degreesOfFreedom after Satterthwaite, and never more than equally variable runs in both arms would have: without that
 *     bound, 3 runs against 30 raise a false alarm in 8 to 12 % of cases
 * @param interval where the true difference lies
 * @param pValue chance of a difference at least as large, either way, if there is none
 */
public record Difference(
        double value, double standardError, double degreesOfFreedom, Interval interval, double pValue) {

    /** Null if an arm has fewer than two runs or nothing to divide by, or if neither arm has any spread. */
    static @Nullable Difference between(ClusterSums baseline, ClusterSums candidate, Scale scale, double confidence) {
        Double before = baseline.ratio();
        Double after = candidate.ratio();
        Double varianceBefore = variance(baseline, scale);
        Double varianceAfter = variance(candidate, scale);
        if (before == null || after == null || varianceBefore == null || varianceAfter == null) {
            return null;
        }
        double error = Math.sqrt(varianceBefore + varianceAfter);
        if (error == 0) {
            return null;
        }
        double freedom = Math.min(
                satterthwaite(varianceBefore, baseline.runs(), varianceAfter, candidate.runs()),
                satterthwaite(
                        1 / baseline.m().doubleValue(),
                        baseline.runs(),
                        1 / candidate.m().doubleValue(),
                        candidate.runs()));
        double value = after - before;
        double reach = new Confidence(confidence).t(freedom) * error;
        double pValue = 2 * TDistribution.of(freedom).survivalProbability(Math.abs(value) / error);
        return new Difference(value, error, freedom, new Interval(value - reach, value + reach), Math.min(1, pValue));
    }

    /**
     * The variance of an arm's ratio. That of a rate is taken with one success and one failure added to the effective sample,
     * so that an arm where every question was approved is not taken for certain.
     *
     * @see <a href="https://doi.org/10.1080/00031305.2000.10474560">Agresti and Caffo (2000), adding two successes and two
     *     failures</a>
     */
    static @Nullable Double variance(ClusterSums sums, Scale scale) {
        Double size = scale == Scale.RATE ? sums.effectiveSize() : null;
        Double rate = sums.ratio();
        if (size == null || rate == null) {
            return sums.variance();
        }
        double adjusted = (rate * size + 1) / (size + 2);
        return adjusted * (1 - adjusted) / (size + 2);
    }

    private static double satterthwaite(double variance1, long runs1, double variance2, long runs2) {
        double sum = variance1 + variance2;
        double share1 = variance1 / sum;
        double share2 = variance2 / sum;
        return 1 / (share1 * share1 / (runs1 - 1) + share2 * share2 / (runs2 - 1));
    }
}
