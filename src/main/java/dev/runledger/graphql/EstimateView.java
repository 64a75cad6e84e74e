package dev.runledger.graphql;

import dev.runledger.analytics.Figures;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Estimate;
import dev.runledger.statistics.Interval;
import org.jspecify.annotations.Nullable;

/** A metric over runs with its interval, as the schema's Estimate. */
record EstimateView(
        Metric metric,
        Unit unit,
        Polarity polarity,
        @Nullable Double value,
        @Nullable Interval interval,
        long runs,
        double numerator,
        double denominator,
        @Nullable Double effectiveSize,
        double effectiveRuns) {

    static EstimateView of(Metric metric, ClusterSums sums, double confidence) {
        Estimate estimate = Estimate.of(sums, Figures.scale(metric), confidence);
        return new EstimateView(
                metric,
                metric.unit(),
                metric.polarity(),
                sums.ratio(),
                estimate == null ? null : estimate.interval(),
                sums.runs(),
                sums.x().doubleValue(),
                sums.m().doubleValue(),
                metric.unit() == Unit.SHARE ? sums.effectiveSize() : null,
                sums.effectiveRuns());
    }
}
