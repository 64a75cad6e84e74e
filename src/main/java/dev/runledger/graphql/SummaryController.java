package dev.runledger.graphql;

import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.DurationPercentiles;
import dev.runledger.analytics.DurationPercentiles.Percentiles;
import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.analytics.RunAnalytics.Source;
import dev.runledger.analytics.RunStreaks;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.ledger.FoldFailures;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Interval;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.stereotype.Controller;

/** Answers {@code summary.graphqls}: all runs of a filter together, and by buckets of time. */
@Controller
public class SummaryController {

    private static final int MAX_BATCH = 1_000_000;

    private static final MetricSelection TIMELINE =
            MetricSelection.COUNTS.and(MetricSelection.metric(Metric.COST_PER_RUN));

    private final RunAnalytics runs;
    private final DurationPercentiles durations;
    private final RunStreaks streaks;
    private final FoldFailures failures;
    private final AnalyticsArguments arguments;

    SummaryController(
            RunAnalytics runs,
            DurationPercentiles durations,
            RunStreaks streaks,
            FoldFailures failures,
            AnalyticsArguments arguments) {
        this.runs = runs;
        this.durations = durations;
        this.streaks = streaks;
        this.failures = failures;
        this.arguments = arguments;
    }

    /** All runs of a filter, as the schema's Summary. */
    static final class Summary extends RunFiguresView {

        private final RunFilter filter;

        Summary(Figures figures, RunFilter filter) {
            super(figures);
            this.filter = filter;
        }

        RunFilter filter() {
            return filter;
        }
    }

    record DurationFigures(
            RunFilter filter,
            ClusterSums sums,
            @Nullable Double mean,
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99,
            @Nullable Double perQuestion,
            long runs) {}

    record Streaks(
            double below,
            int current,
            int longest,
            @Nullable OffsetDateTime longestFrom,
            @Nullable OffsetDateTime longestTo,
            long runs) {}

    enum ExclusionReason {
        RUNNING,
        NO_SCORE,
        NO_DURATION,
        NO_COST,
        NO_TOKENS
    }

    record Exclusion(ExclusionReason reason, long runs) {}

    record Provenance(
            long runs,
            List<Exclusion> excluded,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to,
            OffsetDateTime asOf,
            Source source) {}

    record TimelineBucket(
            OffsetDateTime startsAt,
            OffsetDateTime endsAt,
            RunFiguresView.RunsByStatus runs,
            RunFiguresView.RunCounts counts,
            @Nullable Double costUsd) {}

    @QueryMapping
    Summary summary(@Argument @Nullable RunFilterInput filter, DataFetchingFieldSelectionSet selection) {
        RunFilter requested = arguments.filter(filter);
        return new Summary(runs.summary(requested, RunFiguresView.selectedMetrics(selection)), requested);
    }

    @QueryMapping
    List<TimelineBucket> timeline(
            @Argument @Nullable RunFilterInput filter, @Argument Granularity granularity, @Argument String timeZone) {
        RunFilter requested = arguments.filter(filter);
        Buckets buckets = arguments.buckets(requested, granularity, timeZone);
        QueryRun.countPoints(buckets.starts().size());
        List<Figures> figures = buckets.starts().isEmpty() ? List.of() : runs.timeline(requested, buckets, TIMELINE);
        return IntStream.range(0, figures.size())
                .mapToObj(i -> new TimelineBucket(
                        utc(buckets.starts().get(i)),
                        utc(buckets.endOf(i)),
                        RunFiguresView.RunsByStatus.of(figures.get(i)),
                        RunFiguresView.RunCounts.of(figures.get(i)),
                        figures.get(i).costUsd()))
                .toList();
    }

    @SchemaMapping
    EstimateView estimate(Summary summary, @Argument("metric") Metric named, @Argument double confidence) {
        Metric metric = arguments.ofRuns("metric", named);
        ClusterSums sums = summary.figures().sums(metric);
        return EstimateView.of(metric, sums, AnalyticsArguments.confidence(confidence));
    }

    @SchemaMapping
    DurationFigures duration(Summary summary, DataFetchingFieldSelectionSet selection) {
        Percentiles percentiles = selection.containsAnyOf("p50", "p95", "p99")
                ? QueryRun.once(List.of("percentiles", summary.filter()), () -> durations.percentiles(summary.filter()))
                : new Percentiles(null, null, null);
        return new DurationFigures(
                summary.filter(),
                summary.figures().sums(Metric.DURATION),
                summary.figures().value(Metric.DURATION),
                percentiles.p50(),
                percentiles.p95(),
                percentiles.p99(),
                summary.figures().value(Metric.DURATION_PER_QUESTION),
                summary.figures().runs(Metric.DURATION));
    }

    @SchemaMapping
    @Nullable
    Interval meanInterval(DurationFigures duration, @Argument double confidence) {
        return EstimateView.of(Metric.DURATION, duration.sums(), AnalyticsArguments.confidence(confidence))
                .interval();
    }

    @SchemaMapping
    @Nullable
    Interval p50Interval(DurationFigures duration, @Argument double confidence) {
        return interval(duration, 0.5, confidence);
    }

    @SchemaMapping
    @Nullable
    Interval p95Interval(DurationFigures duration, @Argument double confidence) {
        return interval(duration, 0.95, confidence);
    }

    @SchemaMapping
    @Nullable
    Interval p99Interval(DurationFigures duration, @Argument double confidence) {
        return interval(duration, 0.99, confidence);
    }

    private @Nullable Interval interval(DurationFigures duration, double share, double confidence) {
        AnalyticsArguments.confidence(confidence);
        return QueryRun.once(
                List.of("percentileInterval", duration.filter(), share, confidence),
                () -> durations.interval(duration.filter(), share, confidence));
    }

    @SchemaMapping
    @Nullable
    Double perBatch(DurationFigures duration, @Argument int size) {
        if (size < 1 || size > MAX_BATCH) {
            throw RequestFailure.badRequest("size is %d, it must be 1 to %d".formatted(size, MAX_BATCH));
        }
        return duration.perQuestion() == null ? null : duration.perQuestion() * size;
    }

    @SchemaMapping
    Streaks streaks(Summary summary, @Argument double below) {
        if (!(below >= 0 && below <= 1)) {
            throw RequestFailure.badRequest("below is %s, it must be 0 to 1".formatted(below));
        }
        RunStreaks.Streaks found = QueryRun.once(
                List.of("streaks", summary.filter(), below), () -> streaks.streaks(summary.filter(), below));
        return new Streaks(
                below, found.current(), found.longest(), found.longestFrom(), found.longestTo(), found.runs());
    }

    @SchemaMapping
    Provenance provenance(Summary summary) {
        Figures figures = summary.figures();
        RunFilter filter = summary.filter();
        List<Exclusion> excluded = new ArrayList<>();
        add(excluded, ExclusionReason.RUNNING, figures.running());
        without(excluded, ExclusionReason.NO_SCORE, figures, Metric.ARBITER_SCORE);
        without(excluded, ExclusionReason.NO_DURATION, figures, Metric.DURATION);
        without(excluded, ExclusionReason.NO_COST, figures, Metric.COST_PER_RUN);
        add(excluded, ExclusionReason.NO_TOKENS, figures.finished() - figures.runsWithTokens());
        return new Provenance(
                figures.total(),
                excluded,
                filter.from() == null ? null : utc(filter.from()),
                filter.to() == null ? null : utc(filter.to()),
                utc(arguments.now()),
                runs.source(filter));
    }

    @SchemaMapping
    long setAsideRuns(Provenance provenance) {
        return failures.count();
    }

    private static void without(List<Exclusion> excluded, ExclusionReason reason, Figures figures, Metric metric) {
        add(excluded, reason, figures.finished() - figures.runs(metric));
    }

    private static void add(List<Exclusion> excluded, ExclusionReason reason, long runs) {
        if (runs > 0) {
            excluded.add(new Exclusion(reason, runs));
        }
    }

    static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }
}
