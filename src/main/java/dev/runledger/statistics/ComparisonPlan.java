package dev.runledger.statistics;

import dev.runledger.metric.Polarity;

/**
 * What a comparison is asked to tell.
 *
 * @param confidence in (0, 1), usually 0.95; a difference is called one if its p-value is at most 1 - confidence
 * @param relevantDifference the smallest difference worth acting on, in the metric's unit, greater than 0. If the runs are too
 *     few to reveal one of this size, the verdict says so instead of "no difference". Infinity never asks for more runs
 */
public record ComparisonPlan(Polarity polarity, Scale scale, double confidence, double relevantDifference) {
    public ComparisonPlan {
        new Confidence(confidence);
        if (!(relevantDifference > 0)) {
            throw new IllegalArgumentException(
                    "Expected a relevant difference greater than 0, found " + relevantDifference);
        }
    }
}
