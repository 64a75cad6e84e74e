package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.Trends;
import dev.runledger.graphql.TrendController.ObservationKind;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Estimate;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.Trend;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A metric over time, as the schema's TrendSeries. Intervals and verdict are computed only if asked for, and once. */
final class TrendSeries {

    private final Trends.Series series;
    private final double confidence;
    private @Nullable List<TrendPoint> points;
    private @Nullable TrendVerdict verdict;

    private TrendSeries(Trends.Series series, double confidence) {
        this.series = series;
        this.confidence = confidence;
    }

    static TrendSeries of(Trends.Series series, double confidence) {
        return new TrendSeries(series, confidence);
    }

    public Metric metric() {
        return series.metric();
    }

    public Unit unit() {
        return series.metric().unit();
    }

    public Polarity polarity() {
        return series.metric().polarity();
    }

    public @Nullable String key() {
        return series.key();
    }

    public Granularity granularity() {
        return series.buckets().granularity();
    }

    public long runs() {
        return series.runs();
    }

    public synchronized List<TrendPoint> points() {
        if (points == null) {
            points = allPoints();
        }
        return points;
    }

    public synchronized TrendVerdict verdict() {
        if (verdict == null) {
            verdict = judge();
        }
        return verdict;
    }

    private List<TrendPoint> allPoints() {
        return IntStream.range(0, series.points().size())
                .mapToObj(i -> new TrendPoint(
                        utc(series.buckets().starts().get(i)),
                        utc(series.buckets().endOf(i)),
                        series.metric(),
                        series.points().get(i),
                        confidence))
                .toList();
    }

    private TrendVerdict judge() {
        Trend trend = series.trend(confidence);
        ObservationKind observed = ObservationKind.of(series.ofRuns());
        return new TrendVerdict(
                trend.verdict(),
                words(trend, observed == ObservationKind.RUN ? "run" : nameOf(granularity())),
                trend.slopePerWeek(),
                trend.interval(),
                trend.pValue(),
                trend.observations(),
                observed);
    }

    static final class TrendPoint {

        private final OffsetDateTime startsAt;
        private final OffsetDateTime endsAt;
        private final Metric metric;
        private final ClusterSums sums;
        private final double confidence;
        private @Nullable Estimate estimate;

        TrendPoint(OffsetDateTime startsAt, OffsetDateTime endsAt, Metric metric, ClusterSums sums, double confidence) {
            this.startsAt = startsAt;
            this.endsAt = endsAt;
            this.metric = metric;
            this.sums = sums;
            this.confidence = confidence;
        }

        public OffsetDateTime startsAt() {
            return startsAt;
        }

        public OffsetDateTime endsAt() {
            return endsAt;
        }

        public @Nullable Double value() {
            return sums.ratio();
        }

        public @Nullable Interval interval() {
            if (estimate == null) {
                estimate = Estimate.of(sums, Figures.scale(metric), confidence);
            }
            return estimate == null ? null : estimate.interval();
        }

        public long runs() {
            return sums.runs();
        }

        public double numerator() {
            return sums.x().doubleValue();
        }

        public double denominator() {
            return sums.m().doubleValue();
        }
    }

    record TrendVerdict(
            Trend.Verdict direction,
            String words,
            @Nullable Double slopePerWeek,
            @Nullable Interval interval,
            @Nullable Double pValue,
            int observations,
            ObservationKind observed) {}

    private static String nameOf(Granularity granularity) {
        return granularity.name().toLowerCase(Locale.ROOT);
    }

    private static String words(Trend trend, String observed) {
        String things = "%d %s%s".formatted(trend.observations(), observed, trend.observations() == 1 ? "" : "s");
        return switch (trend.verdict()) {
            case IMPROVING -> "Improving steadily over %s (p = %s)".formatted(things, p(trend));
            case RISING -> "Rising steadily over %s (p = %s)".formatted(things, p(trend));
            case FALLING -> "Falling steadily over %s (p = %s)".formatted(things, p(trend));
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
