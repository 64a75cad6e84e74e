package dev.runledger.analytics;

import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ChangePoint;
import dev.runledger.statistics.ChangePoints;
import dev.runledger.statistics.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Where the level of a metric changed, and what changed with it. */
@Service
public class LevelChanges {

    /** What most of so many runs, just before and just after, have in common. */
    private static final int RUNS_AROUND = 50;

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

    /** Where a level changed. What did not change with it is null, before and after. */
    public record Change(
            ChangePoint point,
            @Nullable Before promptVersion,
            @Nullable Before arbiterConfig) {}

    /** What most runs had on both sides of a change. */
    public record Before(@Nullable String before, @Nullable String after) {}

    /** @param buckets what to search if there are too many runs to search singly */
    public Found find(RunFilter filter, Metric metric, Buckets buckets, double confidence) {
        RunFilter period = buckets.restrict(filter);
        boolean single = runs.summary(period, Wanted.RUNS).finished() <= ChangePoints.MAX_OBSERVATIONS;
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
        return new Found(
                metric,
                found.observations(),
                single,
                found.changes().stream()
                        .map(point -> change(period, metric, point))
                        .toList());
    }

    private Change change(RunFilter period, Metric metric, ChangePoint point) {
        Map<Boolean, List<RunObservations.Single>> around = observations.around(period, point.at(), RUNS_AROUND);
        return new Change(
                point,
                changed(around, RunObservations.Single::promptVersion),
                changed(around, RunObservations.Single::arbiterConfig));
    }

    private static @Nullable Before changed(
            Map<Boolean, List<RunObservations.Single>> around,
            Function<RunObservations.Single, @Nullable String> what) {
        String before = RunObservations.mostFrequent(around.get(false), what);
        String after = RunObservations.mostFrequent(around.get(true), what);
        return Objects.equals(before, after) ? null : new Before(before, after);
    }
}
