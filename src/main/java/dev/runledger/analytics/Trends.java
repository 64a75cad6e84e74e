package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Observation;
import dev.runledger.statistics.Trend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** How metrics went over time. */
@Service
public class Trends {

    /** With at most so many runs in all, each is an observation of its own. */
    static final int FEW_RUNS = 200;

    private final RollupReader rollups;
    private final RunObservations observations;

    Trends(RollupReader rollups, RunObservations observations) {
        this.rollups = rollups;
        this.observations = observations;
    }

    /**
     * A metric over the buckets.
     *
     * @param key the dimension's value; null without a dimension, or if runs do not report it
     * @param group what the series is within, if series were told apart by that, too
     * @param points one per bucket
     * @param history what the verdict rests on
     * @param ofRuns whether the verdict rests on single runs rather than on buckets
     */
    public record Series(
            Metric metric,
            @Nullable String key,
            @Nullable String group,
            Buckets buckets,
            List<ClusterSums> points,
            List<Observation> history,
            boolean ofRuns) {

        /** Whether it has been moving steadily. Compares all pairs of observations, so only if asked for. */
        public Trend trend(double confidence) {
            return Trend.of(history, metric.polarity(), confidence);
        }

        /** How many runs the series stands on. */
        public long runs() {
            return points.stream().mapToLong(ClusterSums::runs).sum();
        }
    }

    /** Series are told apart by both; either may be left out. */
    private record Keys(@Nullable String key, @Nullable String group) {}

    /** One series per metric and value of the dimension, those with the most runs first. */
    public List<Series> series(RunFilter filter, List<Metric> metrics, Buckets buckets, @Nullable Dimension dimension) {
        return series(filter, metrics, buckets, dimension, null);
    }

    /**
     * One series per metric, value of the dimension and value of what it is within, those with the most runs first.
     *
     * @param metrics all of runs, or all of providers if these are the dimension
     */
    public List<Series> series(
            RunFilter filter,
            List<Metric> metrics,
            Buckets buckets,
            @Nullable Dimension dimension,
            @Nullable Dimension within) {
        RunFilter period = buckets.restrict(filter);
        boolean ofRuns = dimension == null || dimension.isOfRuns();
        List<Metric> counting =
                ofRuns ? List.of(Observations.RUNS) : List.of(Metric.OUTCOME_COVERAGE, Metric.QUANTITY_PER_RUN);
        List<Dimension> by = Stream.of(Optional.ofNullable(dimension), Optional.ofNullable(within))
                .flatMap(Optional::stream)
                .toList();
        List<Sums> found = buckets.starts().isEmpty()
                ? List.of()
                : rollups.read(Selection.of(
                                period,
                                Stream.concat(metrics.stream(), counting.stream())
                                        .toList())
                        .by(by)
                        .in(buckets.starts()));
        Map<Keys, List<Sums>> byKeys = new LinkedHashMap<>();
        found.forEach(sums -> byKeys.computeIfAbsent(keys(sums, dimension, within), keys -> new ArrayList<>())
                .add(sums));
        if (dimension == null && byKeys.isEmpty()) {
            byKeys.put(new Keys(null, null), List.of());
        }
        long all = found.stream()
                .flatMap(sums -> counting.stream().map(sums::of))
                .mapToLong(sums -> sums.m().longValue())
                .sum();
        List<RunObservations.Single> singles =
                all <= FEW_RUNS ? observations.read(period, metrics, dimension, within, Integer.MAX_VALUE) : List.of();
        List<Series> series = new ArrayList<>();
        for (Metric metric : metrics) {
            List<Series> ofMetric = new ArrayList<>();
            byKeys.forEach((keys, sums) -> {
                List<ClusterSums> points = buckets.fill(sums).stream()
                        .map(bucket -> bucket.of(metric))
                        .toList();
                ofMetric.add(series(metric, keys, buckets, points, singles));
            });
            ofMetric.sort(Comparator.comparingLong(Series::runs)
                    .reversed()
                    .thenComparing(Series::key, Comparator.nullsLast(Comparator.naturalOrder())));
            series.addAll(ofMetric);
        }
        return series;
    }

    private static Keys keys(Sums sums, @Nullable Dimension dimension, @Nullable Dimension within) {
        return new Keys(
                dimension == null ? null : sums.key(), within == null ? null : sums.key(dimension == null ? 0 : 1));
    }

    /** The series of runs that have no part in the metric. */
    public Series empty(Metric metric, @Nullable String key, Buckets buckets) {
        List<ClusterSums> points =
                buckets.starts().stream().map(start -> ClusterSums.NONE).toList();
        return series(metric, new Keys(key, null), buckets, points, List.of());
    }

    private static Series series(
            Metric metric, Keys keys, Buckets buckets, List<ClusterSums> points, List<RunObservations.Single> singles) {
        List<Observation> history = new ArrayList<>();
        if (singles.isEmpty()) {
            for (int i = 0; i < points.size(); i++) {
                history.add(new Observation(buckets.starts().get(i), points.get(i)));
            }
        } else {
            singles.stream()
                    .filter(single -> keys.equals(new Keys(single.key(), single.group())))
                    .forEach(single -> history.add(new Observation(single.startedAt(), single.of(metric))));
        }
        return new Series(metric, keys.key(), keys.group(), buckets, points, history, !singles.isEmpty());
    }
}
