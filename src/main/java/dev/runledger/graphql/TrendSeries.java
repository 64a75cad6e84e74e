package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.Quantities;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A metric over time, as the schema's TrendSeries. Intervals and verdict are computed only if selected, and once. */
final class TrendSeries {

    private final Trends.Series series;
    private final Family family;
    private @Nullable List<TrendPoint> points;
    private @Nullable TrendVerdict verdict;

    TrendSeries(Trends.Series series, Family family) {
        this.series = series;
        this.family = family;
    }

    /** Series of one request: they are read together, so they are judged together, once a verdict is asked for. */
    static final class Family {
        private final List<Trends.Series> series;
        private final double confidence;
        private @Nullable Map<Trends.Series, Trend> trends;

        Family(List<Trends.Series> series, double confidence) {
            this.series = series;
            this.confidence = confidence;
        }

        double confidence() {
            return confidence;
        }

        synchronized Trend of(Trends.Series one) {
            if (trends == null) {
                trends = new IdentityHashMap<>();
                List<Trend> judged = Trends.judge(series, confidence);
                for (int i = 0; i < series.size(); i++) {
                    trends.put(series.get(i), judged.get(i));
                }
            }
            return trends.computeIfAbsent(
                    one, alone -> Trends.judge(List.of(alone), confidence).get(0));
        }
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
                        family.confidence()))
                .toList();
    }

    private TrendVerdict judge() {
        Trend trend = family.of(series);
        return new TrendVerdict(
                trend.verdict(),
                words(trend),
                trend.slopePerWeek(),
                trend.interval(),
                trend.pValue(),
                trend.adjustedPValue(),
                trend.observations(),
                ObservationKind.of(series.observed() == null));
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
            @Nullable Double adjustedPValue,
            int observations,
            ObservationKind observed) {}

    private String words(Trend trend) {
        Granularity observed = series.observed();
        String things = String.format(
                Locale.ROOT,
                "%,d %s%s",
                trend.observations(),
                observed == null ? "run" : observed.name().toLowerCase(Locale.ROOT),
                trend.observations() == 1 ? "" : "s");
        return switch (trend.verdict()) {
            case IMPROVING -> "Improving steadily over %s (p %s): %s.".formatted(things, p(trend), speed(trend));
            case DECLINING -> "Getting worse steadily over %s (p %s): %s.".formatted(things, p(trend), speed(trend));
            case RISING -> "Rising steadily over %s (p %s): %s.".formatted(things, p(trend), speed(trend));
            case FALLING -> "Falling steadily over %s (p %s): %s.".formatted(things, p(trend), speed(trend));
            case STABLE ->
                trend.interval() == null
                                || trend.interval().high() == trend.interval().low()
                        ? "No steady movement over %s.".formatted(things)
                        : "No steady movement over %s: if it moves, then by %s a week."
                                .formatted(
                                        things,
                                        Quantities.between(
                                                trend.interval().low(),
                                                trend.interval().high(),
                                                unit()));
            case INSUFFICIENT_DATA ->
                "Too little to decide: %s with a value, at least %d at different times are needed"
                        .formatted(things, Trend.MIN_OBSERVATIONS);
        };
    }

    private String speed(Trend trend) {
        return trend.slopePerWeek() == null || trend.interval() == null
                ? ""
                : "%s a week (%s)"
                        .formatted(
                                Quantities.signed(trend.slopePerWeek(), unit()),
                                Quantities.between(
                                        trend.interval().low(), trend.interval().high(), unit()));
    }

    private static String p(Trend trend) {
        Double p = trend.adjustedPValue();
        if (p == null) {
            return "unknown";
        }
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "= %.2g", p);
    }
}
