package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.report.RunStatus;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Selection.Running;
import dev.runledger.rollup.Slices;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Figures of all runs of a filter: together, by a dimension, by buckets of time. Exact as of the moment of the query. */
@Service
public class RunAnalytics {

    private final RollupReader rollups;
    private final RunningRuns runningRuns;

    RunAnalytics(RollupReader rollups, RunningRuns runningRuns) {
        this.rollups = rollups;
        this.runningRuns = runningRuns;
    }

    /** The runs with the same key of a dimension; the key is null where runs do not report it. */
    public record Group(@Nullable String key, Figures figures) {}

    /** What an answer is read from. */
    public enum Source {
        ROLLUP,
        RAW,
        ROLLUP_AND_RAW
    }

    /** All runs of the filter together. */
    public Figures summary(RunFilter filter, MetricSelection selected) {
        return new Figures(rollups.total(selection(filter, selected)), selected);
    }

    /** How many runs are in the filter, running ones included. */
    public long count(RunFilter filter) {
        RunFilter anyStatus = filter.withStatuses(List.of());
        if (!Selection.isKnownToRollup(anyStatus)) {
            return summary(filter, MetricSelection.RUNS).total();
        }
        Figures figures = summary(anyStatus, MetricSelection.RUNS);
        return filter.statuses().isEmpty()
                ? figures.total()
                : filter.statuses().stream()
                        .distinct()
                        .mapToLong(status -> count(figures, status))
                        .sum();
    }

    private static long count(Figures figures, RunStatus status) {
        return switch (status) {
            case RUNNING -> figures.running();
            case SUCCESS -> figures.success();
            case PARTIAL_FAILURE -> figures.partialFailure();
            case FAILED -> figures.failed();
        };
    }

    /** The runs by a dimension, in the order of keys, absent ones last. */
    public List<Group> groups(RunFilter filter, Dimension dimension, MetricSelection selected) {
        return rollups.read(selection(filter, selected).by(dimension)).stream()
                .map(sums -> new Group(sums.key(), new Figures(sums, selected)))
                .filter(group -> group.figures().total() > 0)
                .sorted(Comparator.comparing(Group::key, Comparator.nullsLast(Comparator.naturalOrder())))
                .toList();
    }

    /** How many finished runs there are per key of a dimension; absent keys are called none. */
    Map<String, Double> finishedRuns(RunFilter filter, Dimension dimension) {
        Map<String, Double> runs = new TreeMap<>();
        for (Sums sums :
                rollups.read(Selection.of(filter, List.of(Observations.RUNS)).by(dimension))) {
            runs.merge(sums.key() == null ? "none" : sums.key(), (double) sums.finished(), Double::sum);
        }
        return runs;
    }

    /** The figures of each bucket, in order of time. */
    public List<Figures> timeline(RunFilter filter, Buckets buckets, MetricSelection selected) {
        List<Sums> found =
                rollups.read(selection(buckets.restrict(filter), selected).in(buckets.starts()));
        return buckets.fill(found).stream()
                .map(sums -> new Figures(sums, selected))
                .toList();
    }

    /** When the first run of the filter began, running ones included; null if there is none. */
    public @Nullable Instant firstStart(RunFilter filter) {
        Instant finished = summary(filter, MetricSelection.RUNS).firstSeen();
        OffsetDateTime running = runningRuns.starts(filter).first();
        return running == null || (finished != null && finished.isBefore(running.toInstant()))
                ? finished
                : running.toInstant();
    }

    /** What the figures of the filter are read from. */
    public Source source(RunFilter filter) {
        Slices slices = rollups.slices(selection(filter, MetricSelection.RUNS));
        if (!slices.anyRollup()) {
            return Source.RAW;
        }
        return slices.anyRaw() ? Source.ROLLUP_AND_RAW : Source.ROLLUP;
    }

    private static Selection selection(RunFilter filter, MetricSelection selected) {
        return Selection.of(filter, selected.metrics()).with(Running.AS_RUNS);
    }
}
