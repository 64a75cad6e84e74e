package dev.runledger.analytics;

import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which metrics of runs a query needs: the fewer, the cheaper it is. How many runs there are of each status is always known. To
 * read from {@link Figures} a metric that was not wanted is a fault of the program, and fails.
 */
public final class Wanted {

    private static final List<Metric> STATUSES = List.of(Observations.RUNS, Metric.RUN_FAILURE_RATE);

    public static final Wanted RUNS = of(List.of());
    public static final Wanted ALL = of(Metric.of(Metric.Subject.RUN));
    public static final Wanted COUNTS = of(Arrays.stream(Count.values())
            .map(count -> Metric.counting(count).metric())
            .toList());
    public static final Wanted SCORE_RANGE = of(List.of(Metric.ARBITER_SCORE));
    public static final Wanted TOKENS =
            of(List.of(Metric.INPUT_TOKENS_PER_RUN, Metric.OUTPUT_TOKENS_PER_RUN, Metric.TOKENS_PER_RUN));
    public static final Wanted FIRST_AND_LAST_SEEN = RUNS;
    static final Wanted THRESHOLD = of(List.of(Metric.ARBITER_THRESHOLD));

    private final Set<Metric> metrics;

    private Wanted(Set<Metric> metrics) {
        this.metrics = metrics;
    }

    private static Wanted of(Collection<Metric> metrics) {
        Set<Metric> all = new LinkedHashSet<>(STATUSES);
        all.addAll(metrics);
        return new Wanted(all);
    }

    public static Wanted count(Count count) {
        return of(List.of(Metric.counting(count).metric()));
    }

    /** A metric of runs: its pooled value, how many runs it is from, and how uncertain it is. */
    public static Wanted metric(Metric metric) {
        return of(List.of(metric));
    }

    public Wanted and(Wanted other) {
        Set<Metric> both = new LinkedHashSet<>(metrics);
        both.addAll(other.metrics);
        return new Wanted(both);
    }

    /** Always in the same order, so that the same query gives the same SQL. */
    List<Metric> metrics() {
        return metrics.stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
    }

    boolean has(Metric metric) {
        return metrics.contains(metric);
    }
}
