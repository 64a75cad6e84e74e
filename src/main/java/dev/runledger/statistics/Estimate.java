package dev.runledger.statistics;

import org.jspecify.annotations.Nullable;

/**
 * A ratio over runs, and how far it can be trusted.
 *
 * @param value Σx / Σm
 * @param runs the runs behind it
 * @param interval where the true value lies; null if it cannot be estimated: fewer than two runs, or amounts without any spread
 */
public record Estimate(double value, long runs, @Nullable Interval interval) {
    /**
     * Estimates a pooled ratio whose observations come in clusters, with t on k - 1 degrees of freedom, where k is
     * {@link ClusterSums#effectiveRuns}. The interval of a rate is Wilson's on the effective sample size: it stays inside
     * [0, 1], and where every question was approved it still has a width. That of an amount is R exp(± t c (1 + c² √k)),
     * where c = standard error / R: amounts have long upper tails, of which few runs show little (simulated with log-normal
     * values); without a tail it is Student's.
     *
     * @param confidence in (0, 1), usually 0.95
     * @return null if there is nothing to divide by
     * @throws IllegalArgumentException if the confidence is not in (0, 1)
     * @see <a href="https://doi.org/10.1093/jssam/smv024">Dean and Pagano (2015), intervals for proportions in clusters</a>
     */
    public static @Nullable Estimate of(ClusterSums sums, Scale scale, double confidence) {
        Confidence requested = new Confidence(confidence);
        Double value = sums.ratio();
        return value == null ? null : new Estimate(value, sums.runs(), interval(sums, value, scale, requested));
    }

    private static @Nullable Interval interval(ClusterSums sums, double value, Scale scale, Confidence confidence) {
        Double variance = sums.variance();
        if (variance == null) {
            return null;
        }
        double t = confidence.t(sums.effectiveRuns() - 1);
        Double size = scale == Scale.RATE ? sums.effectiveSize() : null;
        if (size != null) {
            return wilson(value, size, t);
        }
        return amount(value, Math.sqrt(variance) / value, sums.effectiveRuns(), t);
    }

    /** @param relative the standard error in terms of the value */
    static @Nullable Interval amount(double value, double relative, double effectiveRuns, double t) {
        if (!(relative > 0) || value <= 0) {
            return null;
        }
        double reach = t * relative * (1 + relative * relative * Math.sqrt(effectiveRuns));
        double high = value * Math.exp(reach);
        return high < Double.POSITIVE_INFINITY ? new Interval(value * Math.exp(-reach), high) : null;
    }

    static Interval wilson(double rate, double size, double t) {
        double square = t * t / size;
        if (!(square < Double.POSITIVE_INFINITY)) {
            // One run outweighs the others so far that it is as good as alone.
            return new Interval(0, 1);
        }
        double centre = (rate + square / 2) / (1 + square);
        double reach = t / (1 + square) * Math.sqrt((rate * (1 - rate) + square / 4) / size);
        return new Interval(Math.max(0, Math.min(rate, centre - reach)), Math.min(1, Math.max(rate, centre + reach)));
    }
}
