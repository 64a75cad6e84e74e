package dev.runledger.statistics;

import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * The sequential probability ratio test of a mean with a normal mixture over what it may be: however often one looks, the
 * chance of ever crossing its boundary while there is nothing to find is at most the significance.
 *
 * @param variance of the difference now, greater than 0
 * @param spread tau: the standard deviation of the differences expected, which decides when the test is sharpest
 * @see <a href="https://doi.org/10.1287/opre.2021.2135">Johari et al. (2022), always valid inference</a>
 * @see <a href="https://doi.org/10.1214/aoms/1177696786">Robbins (1970), statistical methods related to the law of the iterated
 *     logarithm</a>
 */
record NormalMixture(double variance, double spread) {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** How many standard errors the difference must be away from 0: z² = (V + tau²) / tau² (2 ln(1 / alpha) + ln((V + tau²) / V)). */
    double boundary(double significance) {
        double square = spread * spread;
        double all = variance + square;
        return Math.sqrt(all / square * (2 * Math.log(1 / significance) + Math.log(all / variance)));
    }

    /** The least significance at which a difference of so many standard errors crosses the boundary, at most 1. */
    double pValue(double standardErrors) {
        double square = spread * spread;
        double all = variance + square;
        return Math.min(1, Math.sqrt(all / variance) * Math.exp(-standardErrors * standardErrors * square / (2 * all)));
    }

    /** The two-sided p-value at a fixed horizon of a difference just on the boundary. */
    double nominalSignificance(double significance) {
        return 2 * NORMAL.survivalProbability(boundary(significance));
    }

    /** How many standard errors a normal deviate with this two-sided p-value is away from 0. */
    static double standardErrors(double pValue) {
        return pValue <= 0 ? Double.POSITIVE_INFINITY : NORMAL.inverseSurvivalProbability(Math.min(1, pValue) / 2);
    }
}
