package dev.runledger.statistics;

import org.jspecify.annotations.Nullable;

/**
 * How much runs differ, estimated from many of them, for intervals of few: few alone estimate it badly, and the t of few runs is wide. The
 * intervals are those of {@link Estimate}, with t on the degrees of freedom of the many.
 */
public final class Scatter {
    private final double t;
    /** How many independent questions one question is worth; of a rate only. */
    private final @Nullable Double worth;
    /** The variance of one run's value, in terms of the ratio's square. */
    private final double relativeVariance;

    private Scatter(double t, @Nullable Double worth, double relativeVariance) {
        this.t = t;
        this.worth = worth;
        this.relativeVariance = relativeVariance;
    }

    /**
     * The scatter of these runs.
     *
     * @param confidence of the intervals, in (0, 1)
     * @return null if there are too few runs: fewer than two
     */
    public static @Nullable Scatter of(ClusterSums runs, Scale scale, double confidence) {
        Double ratio = runs.ratio();
        Double variance = runs.variance();
        if (ratio == null || variance == null) {
            return null;
        }
        Double size = scale == Scale.RATE ? runs.effectiveSize() : null;
        return new Scatter(
                new Confidence(confidence).t(runs.effectiveRuns() - 1),
                size == null ? null : size / runs.m().doubleValue(),
                variance * runs.effectiveRuns() / (ratio * ratio));
    }

    /**
     * Where the true ratio of some of the runs lies.
     *
     * @param ratio theirs
     * @param m the sum of their denominators, above 0
     * @param effectiveRuns see {@link ClusterSums#effectiveRuns}
     * @return null if it cannot be estimated: amounts of 0, or without any spread
     */
    public @Nullable Interval around(double ratio, double m, double effectiveRuns) {
        return worth != null && ratio >= 0 && ratio <= 1
                ? Estimate.wilson(ratio, worth * m, t)
                : Estimate.amount(ratio, Math.sqrt(relativeVariance / effectiveRuns), effectiveRuns, t);
    }
}
