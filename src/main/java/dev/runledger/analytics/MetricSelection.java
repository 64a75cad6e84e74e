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
 * Which metrics of runs a query needs: the fewer, the cheaper it is. How many runs have finished is always known. To
 * read from {@link Figures} a metric that was not selected is a fault of the program, and fails.
 */
public final class MetricSelection {

    private static final List<Metric> STATUSES = List.of(Observations.RUNS, Metric.RUN_FAILURE_RATE);

    public static final MetricSelection RUNS = of(List.of());
    public static final MetricSelection ALL = of(Metric.of(Metric.Subject.RUN));
    public static final MetricSelection COUNTS = of(Arrays.stream(Count.values())
            .map(count -> Metric.counting(count).metric())
            .toList());
    public static final MetricSelection SCORE_RANGE = of(List.of(Metric.ARBITER_SCORE));
    public static final MetricSelection TOKENS =
            of(List.of(Metric.INPUT_TOKENS_PER_RUN, Metric.OUTPUT_TOKENS_PER_RUN, Metric.TOKENS_PER_RUN));
    public static final MetricSelection FIRST_AND_LAST_SEEN = new MetricSelection(Set.of(Observations.RUNS));
    static final MetricSelection THRESHOLD = of(List.of(Metric.ARBITER_THRESHOLD));

    private final Set<Metric> metrics;

    private MetricSelection(Set<Metric> metrics) {
        this.metrics = metrics;
    }

    private static MetricSelection of(Collection<Metric> metrics) {
        Set<Metric> all = new LinkedHashSet<>(STATUSES);
        all.addAll(metrics);
        return new MetricSelection(all);
    }

    public static MetricSelection count(Count count) {
        return of(List.of(Metric.counting(count).metric()));
    }

    /** A metric of runs: its pooled value, how many runs it is from, and how uncertain it is. */
    public static MetricSelection metric(Metric metric) {
        return of(List.of(metric));
    }

    public MetricSelection and(MetricSelection other) {
        Set<Metric> both = new LinkedHashSet<>(metrics);
        both.addAll(other.metrics);
        return new MetricSelection(both);
    }

    /** Always in the same order, so that the same query gives the same SQL. */
    List<Metric> metrics() {
        return metrics.stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
    }

    boolean has(Metric metric) {
        return metrics.contains(metric);
    }
}
