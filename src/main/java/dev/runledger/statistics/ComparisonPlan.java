package dev.runledger.statistics;

import dev.runledger.metric.Polarity;

/**
 * What a comparison is asked for.
 *
 * @param confidence in (0, 1), usually 0.95; a difference is called one if its p-value is at most 1 - confidence
 * @param relevantDifference the smallest difference worth acting on, in the metric's unit, greater than 0. If the runs are too
 *     few to rule out one of this size, the verdict says so instead of "no difference". Always valid verdicts are soonest about
 *     differences of this size or a little more. Infinity never asks for more runs, and can only be judged at a fixed horizon
 */
public record ComparisonPlan(
        Polarity polarity, Scale scale, double confidence, double relevantDifference, Validity validity) {
    public ComparisonPlan {
        new Confidence(confidence);
        if (!(relevantDifference > 0)) {
            throw new IllegalArgumentException(
                    "Expected a relevant difference greater than 0, found " + relevantDifference);
        }
    }

    /** The greatest p-value that still counts as a difference. */
    double significance() {
        return new Confidence(confidence).significance();
    }

    boolean isAlwaysValid() {
        return validity == Validity.ALWAYS_VALID && relevantDifference < Double.POSITIVE_INFINITY;
    }

    /** Twice the relevant difference finds differences of its size as soon as the size itself would, and greater ones sooner. */
    NormalMixture mixture(double variance) {
        return new NormalMixture(variance, 2 * relevantDifference);
    }

    /** How many standard errors a difference must be away from 0 to be called one. */
    double standardErrors(double variance, double degreesOfFreedom, double significance) {
        double nominal = isAlwaysValid() ? mixture(variance).nominalSignificance(significance) : significance;
        return Confidence.t(nominal / 2, degreesOfFreedom);
    }
}
