package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.Trends;
import dev.runledger.analytics.statistics.ClusterSums;
import dev.runledger.analytics.statistics.Estimate;
import dev.runledger.analytics.statistics.Interval;
import dev.runledger.analytics.statistics.Trend;
import dev.runledger.graphql.TrendController.ObservationKind;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A metric over time, as the schema's TrendSeries. */
record TrendSeries(
        Metric metric,
        Unit unit,
        Polarity polarity,
        @Nullable String key,
        Granularity granularity,
        long runs,
        List<TrendPoint> points,
        TrendVerdict verdict) {

    record TrendPoint(
            OffsetDateTime startsAt,
            OffsetDateTime endsAt,
            @Nullable Double value,
            @Nullable Interval interval,
            long runs,
            double numerator,
            double denominator) {}

    record TrendVerdict(
            Trend.Verdict direction,
            String words,
            @Nullable Double slopePerWeek,
            @Nullable Interval interval,
            @Nullable Double pValue,
            int observations,
            ObservationKind observed) {}

    static TrendSeries of(Trends.Series series, double confidence) {
        return new TrendSeries(
                series.metric(),
                series.metric().unit(),
                series.metric().polarity(),
                series.key(),
                series.buckets().granularity(),
                series.runs(),
                IntStream.range(0, series.points().size())
                        .mapToObj(i -> point(series, i, confidence))
                        .toList(),
                verdict(series.trend(), ObservationKind.of(series.ofRuns())));
    }

    private static TrendPoint point(Trends.Series series, int index, double confidence) {
        ClusterSums sums = series.points().get(index);
        Estimate estimate = Estimate.of(sums, Figures.scale(series.metric()), confidence);
        return new TrendPoint(
                utc(series.buckets().starts().get(index)),
                utc(series.buckets().endOf(index)),
                sums.ratio(),
                estimate == null ? null : estimate.interval(),
                sums.runs(),
                sums.x().doubleValue(),
                sums.m().doubleValue());
    }

    private static TrendVerdict verdict(Trend trend, ObservationKind observed) {
        return new TrendVerdict(
                trend.verdict(),
                words(trend, observed),
                trend.slopePerWeek(),
                trend.interval(),
                trend.pValue(),
                trend.observations(),
                observed);
    }

    private static String words(Trend trend, ObservationKind observed) {
        String things = "%d %s".formatted(trend.observations(), observed == ObservationKind.RUN ? "runs" : "buckets");
        return switch (trend.verdict()) {
            case IMPROVING -> "Improving steadily over %s (p = %s)".formatted(things, p(trend));
            case DECLINING -> "Getting worse steadily over %s (p = %s)".formatted(things, p(trend));
            case STABLE -> "No steady movement over %s".formatted(things);
            case INSUFFICIENT_DATA ->
                "Too little to tell: %s with a value, at least %d at different times are needed"
                        .formatted(things, Trend.MIN_OBSERVATIONS);
        };
    }

    private static String p(Trend trend) {
        return trend.pValue() == null ? "none" : String.format(Locale.ROOT, "%.2g", trend.pValue());
    }
}
