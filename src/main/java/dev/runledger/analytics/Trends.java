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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** How metrics went over time. */
@Service
public class Trends {

    /** With at most so many runs in all, each is an observation of its own. */
    static final int FEW_RUNS = Trend.MAX_OBSERVATIONS;
    /** With more runs, verdicts are from so many days at most, or from weeks. */
    private static final int MANY_DAYS = 400;

    /** Of more, buckets of weeks would be too many. */
    private static final int MOST_DAYS_IN_WEEKS = 7 * (Buckets.MAX - 2);

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
     * @param group what the series is within, if series were grouped by that, too
     * @param points one per bucket
     * @param history what the verdict rests on
     * @param observed what an observation of it is; null if it is a single run
     */
    public record Series(
            Metric metric,
            @Nullable String key,
            @Nullable String group,
            Buckets buckets,
            List<ClusterSums> points,
            List<Observation> history,
            @Nullable Granularity observed) {

        /** What its trend is judged by. */
        Trend.Series judged() {
            return new Trend.Series(history, metric.polarity());
        }

        /** How many runs the series is from. */
        public long runs() {
            return points.stream().mapToLong(ClusterSums::runs).sum();
        }
    }

    /** Whether series that are read together have been moving steadily, in their order. */
    public static List<Trend> judge(List<Series> series, double confidence) {
        return Trend.together(series.stream().map(Series::judged).toList(), confidence);
    }

    /** What distinguishes series; either may be left out. */
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
        boolean few = all <= FEW_RUNS;
        List<RunObservations.Single> singles =
                few ? observations.read(period, metrics, dimension, within, FEW_RUNS) : List.of();
        // Neither one run more nor a coarser chart may turn a verdict: many runs are judged by days, whatever is drawn.
        Buckets judged = few ? buckets : finer(buckets);
        Map<Keys, List<Sums>> byDays = judged == buckets
                ? byKeys
                : rollups.read(Selection.of(period, metrics).by(by).in(judged.starts())).stream()
                        .collect(Collectors.groupingBy(sums -> keys(sums, dimension, within)));
        List<Series> series = new ArrayList<>();
        for (Metric metric : metrics) {
            List<Series> ofMetric = new ArrayList<>();
            byKeys.forEach((keys, sums) -> {
                List<ClusterSums> points = buckets.fill(sums).stream()
                        .map(bucket -> bucket.of(metric))
                        .toList();
                List<Observation> history = few
                        ? singles(singles, keys, metric)
                        : buckets(judged, byDays.getOrDefault(keys, List.of()), metric);
                ofMetric.add(new Series(
                        metric, keys.key(), keys.group(), buckets, points, history, few ? null : judged.granularity()));
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
        return new Series(metric, key, null, buckets, points, List.of(), null);
    }

    private static Buckets finer(Buckets buckets) {
        if (buckets.starts().isEmpty() || buckets.granularity().compareTo(Granularity.DAY) <= 0) {
            return buckets;
        }
        Instant first = buckets.starts().get(0);
        long days = Duration.between(first, buckets.end()).toDays();
        if (days > MOST_DAYS_IN_WEEKS) {
            return buckets;
        }
        Granularity fine = days <= MANY_DAYS ? Granularity.DAY : Granularity.WEEK;
        return fine == buckets.granularity() ? buckets : Buckets.of(first, buckets.end(), fine, ZoneOffset.UTC);
    }

    private static List<Observation> singles(List<RunObservations.Single> singles, Keys keys, Metric metric) {
        return singles.stream()
                .filter(single -> keys.equals(new Keys(single.key(), single.group())))
                .map(single -> new Observation(single.startedAt(), single.of(metric)))
                .toList();
    }

    private static List<Observation> buckets(Buckets buckets, List<Sums> found, Metric metric) {
        return found.stream()
                .map(sums -> new Observation(buckets.starts().get(sums.bucket()), sums.of(metric)))
                .toList();
    }
}
