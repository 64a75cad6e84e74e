package dev.runledger.analytics;

import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ChangePoint;
import dev.runledger.statistics.ChangePoints;
import dev.runledger.statistics.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Where the level of a metric changed, and what changed with it. */
@Service
public class LevelChanges {

    /** What most of so many runs, just before and just after, have in common. */
    private static final int RUNS_AROUND = 50;

    /** A change is found a few runs early or late. */
    private static final int RUNS_NEAR = 3;

    /** What caused a change may have happened a while before the next run, or been noted afterwards. */
    private static final Duration NEAR = Duration.ofDays(1);

    private final Trends trends;
    private final RunObservations observations;
    private final RunAnalytics runs;

    LevelChanges(Trends trends, RunObservations observations, RunAnalytics runs) {
        this.trends = trends;
        this.observations = observations;
        this.runs = runs;
    }

    /** @param ofRuns whether single runs were searched, rather than buckets */
    public record Found(Metric metric, int observations, boolean ofRuns, List<Change> changes) {}

    /**
     * Where a level changed. What did not change with it is null, before and after.
     *
     * @param before the runs of the level before it
     * @param after the runs of the level after it
     * @param nearFrom what caused it happened then or later: a day before it, or three runs if that is earlier
     * @param nearTo what caused it happened before: a day after it, or three runs if that is later
     */
    public record Change(
            ChangePoint point,
            RunFilter before,
            RunFilter after,
            @Nullable Before promptVersion,
            @Nullable Before arbiterConfig,
            Instant nearFrom,
            Instant nearTo) {}

    /** What most runs had on both sides of a change. */
    public record Before(@Nullable String before, @Nullable String after) {}

    /** @param buckets what to search if there are too many runs to search singly */
    public Found find(RunFilter filter, Metric metric, Buckets buckets, double confidence) {
        RunFilter period = buckets.restrict(filter);
        boolean single = runs.summary(period, MetricSelection.RUNS).finished() <= ChangePoints.MAX_OBSERVATIONS;
        List<Observation> history = new ArrayList<>();
        if (single) {
            observations
                    .read(period, List.of(metric), null, null, ChangePoints.MAX_OBSERVATIONS)
                    .forEach(run -> history.add(new Observation(run.startedAt(), run.of(metric))));
        } else {
            Trends.Series series =
                    trends.series(filter, List.of(metric), buckets, null).get(0);
            for (int i = 0; i < series.points().size(); i++) {
                history.add(
                        new Observation(buckets.starts().get(i), series.points().get(i)));
            }
        }
        ChangePoints found = ChangePoints.find(history, Figures.scale(metric), confidence);
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < found.changes().size(); i++) {
            Instant from = i == 0 ? period.from() : found.changes().get(i - 1).at();
            Instant to = i + 1 == found.changes().size()
                    ? period.to()
                    : found.changes().get(i + 1).at();
            changes.add(change(period, found.changes().get(i), from, to));
        }
        return new Found(metric, found.observations(), single, changes);
    }

    private Change change(RunFilter period, ChangePoint point, @Nullable Instant from, @Nullable Instant to) {
        Map<Boolean, List<RunObservations.Single>> around = observations.around(period, point.at(), RUNS_AROUND);
        return new Change(
                point,
                period.within(from, point.at()),
                period.within(point.at(), to),
                changed(around, RunObservations.Single::promptVersion),
                changed(around, RunObservations.Single::arbiterConfig),
                Stream.concat(near(around.get(false)), Stream.of(point.at().minus(NEAR)))
                        .min(Comparator.naturalOrder())
                        .orElseThrow(),
                Stream.concat(near(around.get(true)), Stream.of(point.at().plus(NEAR)))
                        .max(Comparator.naturalOrder())
                        .orElseThrow());
    }

    private static Stream<Instant> near(List<RunObservations.Single> runs) {
        return runs.stream().limit(RUNS_NEAR).map(RunObservations.Single::startedAt);
    }

    private static @Nullable Before changed(
            Map<Boolean, List<RunObservations.Single>> around,
            Function<RunObservations.Single, @Nullable String> what) {
        String before = RunObservations.mostFrequent(around.get(false), what);
        String after = RunObservations.mostFrequent(around.get(true), what);
        return Objects.equals(before, after) ? null : new Before(before, after);
    }
}
