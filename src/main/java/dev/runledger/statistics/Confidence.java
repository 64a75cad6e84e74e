package dev.runledger.statistics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/** The share of all cases in which an interval holds the true value, and the quantiles that follow from it. */
record Confidence(double level) {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    /** Each takes about a millisecond to find, and a trend needs one per bucket. */
    private static final Map<Quantile, Double> QUANTILES = new ConcurrentHashMap<>();

    private static final int MAX_QUANTILES = 10_000;

    private record Quantile(double level, double degreesOfFreedom) {}

    Confidence {
        if (!(level > 0 && level < 1)) {
            throw new IllegalArgumentException("Expected a confidence in (0, 1), found " + level);
        }
    }

    /** The greatest p-value that still counts as a difference. */
    double significance() {
        return 1 - level;
    }

    /** How many standard errors an interval reaches to each side. */
    double t(double degreesOfFreedom) {
        if (QUANTILES.size() >= MAX_QUANTILES) {
            QUANTILES.clear();
        }
        return QUANTILES.computeIfAbsent(
                new Quantile(level, degreesOfFreedom),
                key -> TDistribution.of(key.degreesOfFreedom()).inverseSurvivalProbability((1 - key.level()) / 2));
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
