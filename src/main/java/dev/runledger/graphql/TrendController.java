package dev.runledger.graphql;

import static dev.runledger.graphql.SummaryController.utc;

import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.ChangeExplanations;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.LevelChanges;
import dev.runledger.analytics.Trends;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.limits.QueryRun;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Estimate;
import dev.runledger.statistics.Interval;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.stereotype.Controller;

/** Answers {@code trend.graphqls}: metrics over time, and where their level changed. */
@Controller
public class TrendController {

    private static final int MAX_METRICS = 10;
    private static final int MAX_SERIES = 50;
    private static final int MAX_POINTS = 20_000;

    private final Trends trends;
    private final LevelChanges levels;
    private final ChangeExplanations explanations;
    private final NearbyEvents events;
    private final AnalyticsArguments arguments;

    TrendController(
            Trends trends,
            LevelChanges levels,
            ChangeExplanations explanations,
            NearbyEvents events,
            AnalyticsArguments arguments) {
        this.trends = trends;
        this.levels = levels;
        this.explanations = explanations;
        this.events = events;
        this.arguments = arguments;
    }

    record ChangePoints(
            Metric metric, Unit unit, int observations, ObservationKind observed, List<ChangePoint> changes) {}

    record ChangePoint(
            OffsetDateTime at,
            @Nullable Level before,
            @Nullable Level after,
            @Nullable Boolean better,
            double confidence,
            @Nullable String promptVersionBefore,
            @Nullable String promptVersionAfter,
            @Nullable String arbiterConfigBefore,
            @Nullable String arbiterConfigAfter,
            Around around) {}

    /** What a change is between: the runs of the level before it, and of the level after it. */
    record Around(Metric metric, RunFilter before, RunFilter after, double confidence, NearbyEvents.Near near) {}

    record Level(double value, @Nullable Interval interval, long runs) {
        static @Nullable Level of(@Nullable Estimate estimate) {
            return estimate == null ? null : new Level(estimate.value(), estimate.interval(), estimate.runs());
        }
    }

    enum ObservationKind {
        RUN,
        BUCKET;

        static ObservationKind of(boolean ofRuns) {
            return ofRuns ? RUN : BUCKET;
        }
    }

    @QueryMapping
    List<TrendSeries> trend(
            @Argument List<Metric> metrics,
            @Argument @Nullable RunFilterInput filter,
            @Argument Granularity granularity,
            @Argument String timeZone,
            @Argument @Nullable Dimension by,
            @Argument int top,
            @Argument double confidence) {
        AnalyticsArguments.confidence(confidence);
        if (top < 1 || top > MAX_SERIES) {
            throw RequestFailure.badRequest("top is %d, it must be 1 to %d".formatted(top, MAX_SERIES));
        }
        List<Metric> several = arguments.several(metrics, MAX_METRICS, by == null || by.isOfRuns());
        RunFilter requested = arguments.filter(filter);
        Buckets buckets = arguments.buckets(requested, granularity, timeZone);
        List<Trends.Series> all = trends.series(requested, several, buckets, by);
        List<Trends.Series> shown = several.stream()
                .flatMap(metric -> all.stream()
                        .filter(series -> series.metric().equals(metric))
                        .limit(by == null ? 1 : top))
                .toList();
        int points = shown.size() * buckets.starts().size();
        if (points > MAX_POINTS) {
            throw RequestFailure.limitExceeded(
                    "The answer would have %d points, it can have %d at most; request fewer metrics, a smaller top or a coarser granularity"
                            .formatted(points, MAX_POINTS));
        }
        QueryRun.countPoints(points);
        TrendSeries.Family family = new TrendSeries.Family(shown, confidence);
        return shown.stream().map(series -> new TrendSeries(series, family)).toList();
    }

    @QueryMapping
    ChangePoints changePoints(
            @Argument("metric") Metric named, @Argument @Nullable RunFilterInput filter, @Argument double confidence) {
        Metric metric = arguments.ofRuns("metric", named);
        AnalyticsArguments.confidence(confidence);
        RunFilter requested = arguments.filter(filter);
        Buckets buckets = arguments.buckets(requested, Granularity.AUTOMATIC, "UTC");
        LevelChanges.Found found = QueryRun.once(
                List.of("changePoints", requested, metric, confidence),
                () -> levels.find(requested, metric, buckets, confidence));
        return new ChangePoints(
                metric,
                metric.unit(),
                found.observations(),
                ObservationKind.of(found.ofRuns()),
                found.changes().stream()
                        .map(change -> change(metric, change, confidence))
                        .toList());
    }

    @SchemaMapping
    List<LikelyCause> causes(ChangePoint change) {
        Around around = change.around;
        List<LikelyCause> measured = QueryRun.once(
                List.of("causes", around),
                () -> LikelyCause.of(
                        explanations
                                .explain(around.metric, around.before, around.after, around.confidence)
                                .causes(),
                        around.metric.unit()));
        return Stream.concat(measured.stream(), events.causes(around.near, around.after).stream())
                .toList();
    }

    private static ChangePoint change(Metric metric, LevelChanges.Change change, double confidence) {
        var point = change.point();
        LevelChanges.Before prompt = change.promptVersion();
        LevelChanges.Before arbiter = change.arbiterConfig();
        return new ChangePoint(
                utc(point.at()),
                Level.of(point.before()),
                Level.of(point.after()),
                point.before() == null || point.after() == null || metric.polarity() == Polarity.UNKNOWN
                        ? null
                        : metric.polarity()
                                .favours(point.after().value() - point.before().value()),
                point.confidence(),
                prompt == null ? null : prompt.before(),
                prompt == null ? null : prompt.after(),
                arbiter == null ? null : arbiter.before(),
                arbiter == null ? null : arbiter.after(),
                new Around(
                        metric,
                        change.before(),
                        change.after(),
                        confidence,
                        new NearbyEvents.Near(change.nearFrom(), point.at(), change.nearTo())));
    }
}
