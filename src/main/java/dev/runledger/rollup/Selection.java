package dev.runledger.rollup;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * What to read of the rollup.
 *
 * @param filter of the runs
 * @param metrics of runs, or of names if the runs are grouped by a dimension that has names
 * @param by what to group by, in the order of {@link Sums#keys}; of several dimensions that have names, each group has one
 *     name of one of them, and null for the others
 * @param bounds starts of buckets in order, the first at or before the filter's from; empty for no buckets
 * @param hasExtremes whether the lowest and highest are read; buckets go without, so that hours can be taken away from days
 * @param hasSquares whether xx, mm and xm are summed, without which nothing can be said of uncertainty; else they are 0
 */
public record Selection(
        RunFilter filter,
        List<Metric> metrics,
        List<Dimension> by,
        List<Instant> bounds,
        Running running,
        boolean hasExtremes,
        boolean hasSquares) {

    /** What becomes of runs that go on. */
    public enum Running {
        /** They are left out. */
        NOWHERE,
        /** They are counted in {@link Sums#running}, and nowhere else. */
        AS_RUNS,
        /** Besides, what they have reported so far is summed with the rest, as the REST contract wants it. */
        EVERYWHERE
    }

    public Selection {
        metrics = metrics.stream().distinct().toList();
        by = List.copyOf(by);
    }

    public static Selection of(RunFilter filter, Collection<Metric> metrics) {
        return new Selection(filter, List.copyOf(metrics), List.of(), List.of(), Running.NOWHERE, true, true);
    }

    public Selection by(Dimension... dimensions) {
        return by(List.of(dimensions));
    }

    public Selection by(List<Dimension> dimensions) {
        return new Selection(filter, metrics, dimensions, bounds, running, hasExtremes, hasSquares);
    }

    public Selection in(List<Instant> bounds) {
        return new Selection(filter, metrics, by, bounds, running, bounds.isEmpty(), hasSquares);
    }

    /** Of buckets, too. */
    public Selection withExtremes() {
        return new Selection(filter, metrics, by, bounds, running, true, hasSquares);
    }

    public Selection with(Running running) {
        return new Selection(filter, metrics, by, bounds, running, hasExtremes, hasSquares);
    }

    /** Amounts alone, where nobody asks how certain they are. */
    public Selection withoutSquares() {
        return new Selection(filter, metrics, by, bounds, running, hasExtremes, false);
    }

    /** The dimensions whose names are read; empty if the runs themselves are. */
    List<Dimension> names() {
        return by.stream().filter(dimension -> !dimension.isOfRuns()).toList();
    }

    /** Whether cells by environment are not enough. */
    boolean isDetailed() {
        return !filter.triggers().isEmpty()
                || !filter.promptVersions().isEmpty()
                || !filter.arbiterConfigs().isEmpty()
                || by.stream().anyMatch(dimension -> dimension.isOfRuns() && !dimension.equals(Dimension.ENVIRONMENT));
    }

    /** Whether the filter names nothing but period and attributes of runs that the rollup knows. */
    public static boolean isKnownToRollup(RunFilter filter) {
        return filter.equals(new RunFilter(
                filter.from(),
                filter.to(),
                List.of(),
                false,
                filter.environments(),
                filter.triggers(),
                filter.promptVersions(),
                filter.arbiterConfigs(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null));
    }
}
