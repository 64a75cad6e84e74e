package dev.runledger.statistics;

import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/** The share of all cases in which an interval holds the true value, and the quantiles that follow from it. */
record Confidence(double level) {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    /** Whatever is rarer is not distinguished. */
    private static final double RAREST = 1e-300;

    Confidence {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("Expected a confidence in (0, 1), found " + level);
        }
    }

    /** The greatest p-value that still counts as a difference. */
    double significance() {
        return 1 - level;
    }

    /** What each of several tests read together must hold for this to hold for all of them, after Bonferroni. */
    Confidence ofEachOf(double tests) {
        return new Confidence(Math.min(Math.max(1 - significance() / tests, Double.MIN_VALUE), Math.nextDown(1.0)));
    }

    /** How many standard errors an interval reaches to each side. */
    double t(double degreesOfFreedom) {
        return t(significance() / 2, degreesOfFreedom);
    }

    /**
     * What Student's t exceeds with this probability. Starts from the tail of a power, or from the normal quantile, whichever is
     * nearer, and closes in by Newton's method on the logarithm of the tail, which is nearly straight.
     *
     * @param probability in (0, 0.5]
     */
    static double t(double probability, double degreesOfFreedom) {
        TDistribution t = TDistribution.of(degreesOfFreedom);
        double target = Math.log(Math.max(RAREST, probability));
        double low = 0;
        double high = Double.MAX_VALUE;
        double guess = degreesOfFreedom < 3
                ? Math.max(0.5, Math.exp(-target / degreesOfFreedom))
                : start(Math.max(RAREST, probability), degreesOfFreedom);
        for (int i = 0; i < 200; i++) {
            double tail = t.survivalProbability(guess);
            if (tail > 0 && Math.log(tail) > target) {
                low = guess;
            } else {
                high = guess;
            }
            double step = tail > 0 ? (Math.log(tail) - target) * tail / t.density(guess) : Double.NaN;
            double next = guess + step;
            if (Math.abs(step) <= 1e-14 * guess) {
                return guess;
            }
            boolean inside = next > low && next < high;
            guess = inside ? next : high == Double.MAX_VALUE ? 2 * guess : (low + high) / 2;
        }
        return guess;
    }

    /** The normal quantile, stretched as far as t has heavier tails. */
    private static double start(double probability, double degreesOfFreedom) {
        double z = NORMAL.inverseSurvivalProbability(probability);
        return Math.sqrt(degreesOfFreedom * Math.expm1(Math.min(600, z * z / degreesOfFreedom)));
    }

    /**
     * How many of today's standard errors a true difference must measure to be found with this probability, when the standard
     * error of then is only known from so few degrees of freedom: the quantile of the noncentral t, approximately.
     *
     * @param boundary how many standard errors of then a difference must be away from 0 to be called one
     * @see <a href="https://doi.org/10.1198/016214506000000492">Julious and Owen (2006), sample sizes allowing for the variance
     *     being estimated</a>
     */
    static double found(double power, double boundary, double degreesOfFreedom) {
        double z = NORMAL.inverseCumulativeProbability(power);
        double shrunk = 1 - 1 / (4 * degreesOfFreedom);
        double a = shrunk * shrunk - z * z / (2 * degreesOfFreedom);
        if (a <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        double b = shrunk * boundary;
        return (b + Math.sqrt(b * b - a * (boundary * boundary - z * z))) / a;
    }

    /** As {@link #t}, when the standard error is known. */
    double z() {
        return NORMAL.inverseSurvivalProbability((1 - level) / 2);
    }

    /** Chance of a result at least {@code standardErrors} away from 0, on either side, if there is nothing to find. */
    static double twoSided(double standardErrors) {
        return Math.min(1, 2 * NORMAL.survivalProbability(Math.abs(standardErrors)));
    }
}
