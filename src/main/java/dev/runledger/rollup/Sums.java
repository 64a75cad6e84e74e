package dev.runledger.rollup;

import dev.runledger.metric.Metric;
import dev.runledger.statistics.ClusterSums;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What metrics come to over a set of runs.
 *
 * @param keys what the runs share, in the order of the selection; null where they do not report it
 * @param bucket which bucket of time they started in, from 0; 0 if there are no buckets
 * @param running how many of them have not finished, if that was selected
 * @param observed of each metric that the runs add anything to
 */
public record Sums(List<@Nullable String> keys, int bucket, long running, Map<Metric, Observed> observed) {

    public static final Sums NONE = new Sums(List.of(), 0, 0, Map.of());

    /**
     * A metric over many runs.
     *
     * @param lowest null if the metric has no extremes, or no run has a value
     */
    public record Observed(
            ClusterSums sums,
            @Nullable BigDecimal lowest,
            @Nullable BigDecimal highest) {

        static final Observed NOTHING = new Observed(ClusterSums.NONE, null, null);

        boolean isNothing() {
            return sums.runs() == 0
                    && sums.x().signum() == 0
                    && sums.m().signum() == 0
                    && lowest == null
                    && highest == null;
        }

        Observed plus(Observed other) {
            return new Observed(
                    sums.plus(other.sums),
                    least(lowest, other.lowest),
                    highest == null || other.highest == null
                            ? (highest == null ? other.highest : highest)
                            : highest.max(other.highest));
        }

        private static @Nullable BigDecimal least(@Nullable BigDecimal a, @Nullable BigDecimal b) {
            return a == null || b == null ? (a == null ? b : a) : a.min(b);
        }
    }

    public Sums {
        keys = Collections.unmodifiableList(keys);
    }

    /** The first of the keys; null if there is none, or the runs do not report it. */
    public @Nullable String key() {
        return key(0);
    }

    public @Nullable String key(int index) {
        return index < keys.size() ? keys.get(index) : null;
    }

    /** The six sums of a metric. */
    public ClusterSums of(Metric metric) {
        return observed.getOrDefault(metric, Observed.NOTHING).sums();
    }

    public @Nullable BigDecimal lowest(Metric metric) {
        return observed.getOrDefault(metric, Observed.NOTHING).lowest();
    }

    public @Nullable BigDecimal highest(Metric metric) {
        return observed.getOrDefault(metric, Observed.NOTHING).highest();
    }

    /** How many runs have finished, if {@link Observations#RUNS} was selected. */
    public long finished() {
        return of(Observations.RUNS).m().longValue();
    }

    boolean isEmpty() {
        return running == 0 && observed.values().stream().allMatch(Observed::isNothing);
    }

    /** Both together; the keys are this one's. */
    public Sums plus(Sums other) {
        Map<Metric, Observed> all = new HashMap<>(observed);
        other.observed.forEach((metric, sums) -> all.merge(metric, sums, Observed::plus));
        return new Sums(keys, bucket, running + other.running, all);
    }
}
