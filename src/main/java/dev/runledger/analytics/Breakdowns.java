package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Metric.Subject;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What finished runs report under names: of providers, question types, categories of errors, and of dimensions of their own. */
@Service
public class Breakdowns {

    /** What is measured of names. */
    public static final List<Metric> METRICS = Stream.of(Subject.OUTCOME, Subject.TALLY)
            .flatMap(subject -> Metric.of(subject).stream())
            .distinct()
            .toList();

    private final RollupReader rollups;

    Breakdowns(RollupReader rollups) {
        this.rollups = rollups;
    }

    /** What runs report under one name. What they do not report is 0, or null where there is nothing to divide by. */
    public static final class Entry {

        private final Sums sums;
        private final @Nullable String key;
        private final Totals all;

        Entry(Sums sums, @Nullable String key, Totals all) {
            this.sums = sums;
            this.key = key;
            this.all = all;
        }

        public String name() {
            return String.valueOf(key);
        }

        /** How many runs name it, in outcomes, costs or counts. */
        public long runs() {
            return Math.max(
                    of(Metric.OUTCOME_COVERAGE).m().longValue(),
                    of(Metric.QUANTITY_PER_RUN).m().longValue());
        }

        public double generated() {
            return of(Metric.PROVIDER_SUCCESS_RATE).x().doubleValue();
        }

        public double failures() {
            return Totals.failures(sums);
        }

        /** Its share in the failures under all names; null if these are all 0. */
        public @Nullable Double shareOfFailures() {
            return all.failures() > 0 ? failures() / all.failures() : null;
        }

        /** Null if no run reports any. */
        public @Nullable Double apiCalls() {
            ClusterSums calls = of(Metric.API_CALLS_PER_GENERATED_QUESTION);
            return calls.runs() == 0 ? null : calls.x().doubleValue();
        }

        /** Null if no run reports them; as are {@link #outputTokens} and {@link #costUsd}. */
        public @Nullable Double inputTokens() {
            return sumIfAny(Metric.INPUT_TOKENS_PER_RUN);
        }

        public @Nullable Double outputTokens() {
            return sumIfAny(Metric.OUTPUT_TOKENS_PER_RUN);
        }

        public @Nullable Double costUsd() {
            return sumIfAny(Metric.COST_PER_RUN);
        }

        public @Nullable Double shareOfGenerated() {
            return all.generated() > 0 ? generated() / all.generated() : null;
        }

        /** Of questions or errors that runs count under the name. */
        public double count() {
            return of(Metric.QUANTITY_PER_RUN).x().doubleValue();
        }

        /** Its share in the counts of all names; null if these are all 0. */
        public @Nullable Double shareOfCount() {
            return all.count() > 0 ? count() / all.count() : null;
        }

        /** How many runs count more than 0. */
        public long runsWithAny() {
            return of(Metric.RUN_FAILURE_RATE).m().longValue();
        }

        /** How many of these failed. */
        public long failedRunsWithAny() {
            return of(Metric.RUN_FAILURE_RATE).x().longValue();
        }

        /** The pooled value; null if there is nothing to divide by. */
        public @Nullable Double value(Metric metric) {
            return of(metric).ratio();
        }

        /** The sums behind a metric of names. */
        public ClusterSums of(Metric metric) {
            return sums.of(metric);
        }

        private @Nullable Double sumIfAny(Metric perRun) {
            ClusterSums found = of(perRun);
            return found.m().signum() == 0 ? null : found.x().doubleValue();
        }
    }

    /** What is reported under a name by runs that started in one bucket of time, and how many report more than 0. */
    public record Bucket(double count, long runs) {}

    /** Of all names together. */
    record Totals(double generated, double failures, double count) {

        static Totals of(List<Sums> all) {
            return new Totals(
                    all.stream()
                            .mapToDouble(sums ->
                                    sums.of(Metric.PROVIDER_SUCCESS_RATE).x().doubleValue())
                            .sum(),
                    all.stream().mapToDouble(Totals::failures).sum(),
                    all.stream()
                            .mapToDouble(
                                    sums -> sums.of(Metric.QUANTITY_PER_RUN).x().doubleValue())
                            .sum());
        }

        private static double failures(Sums sums) {
            ClusterSums attempted = sums.of(Metric.PROVIDER_SUCCESS_RATE);
            return attempted.m().subtract(attempted.x()).doubleValue();
        }
    }

    /** The names of a dimension that runs of the filter report, the most questions or the greatest count first. */
    public List<Entry> entries(RunFilter filter, Dimension dimension) {
        return entries(rollups.read(Selection.of(filter, METRICS).by(dimension)), 0);
    }

    /** The names that several groups of the filter's runs report, by the key of the group. */
    public Map<@Nullable String, List<Entry>> entries(
            RunFilter filter, Dimension dimension, Dimension within, Iterable<@Nullable String> keys) {
        List<Sums> all = rollups.read(Selection.of(filter, METRICS).by(within, dimension));
        Map<@Nullable String, List<Entry>> byKey = new HashMap<>();
        for (String key : keys) {
            byKey.put(
                    key,
                    entries(
                            all.stream()
                                    .filter(sums -> Objects.equals(sums.key(), key))
                                    .toList(),
                            1));
        }
        return byKey;
    }

    private static List<Entry> entries(List<Sums> found, int key) {
        Totals all = Totals.of(found);
        return found.stream()
                .map(sums -> new Entry(sums, sums.key(key), all))
                .filter(entry -> entry.runs() > 0)
                .sorted(Comparator.comparingDouble(Entry::generated)
                        .thenComparingDouble(Entry::count)
                        .reversed()
                        .thenComparing(Entry::name))
                .toList();
    }

    /** How many questions were generated under each name. */
    Map<String, Double> generatedQuestions(RunFilter filter, Dimension dimension) {
        Map<String, Double> generated = new TreeMap<>();
        rollups.read(Selection.of(filter, List.of(Metric.PROVIDER_SUCCESS_RATE)).by(dimension))
                .forEach(sums -> generated.put(
                        String.valueOf(sums.key()),
                        sums.of(Metric.PROVIDER_SUCCESS_RATE).x().doubleValue()));
        return generated;
    }

    /** Every name's count per bucket. */
    public Map<String, List<Bucket>> timelines(RunFilter filter, Dimension dimension, Buckets buckets) {
        Map<String, List<Sums>> byKey = new HashMap<>();
        List<Metric> metrics = List.of(Metric.QUANTITY_PER_RUN, Metric.RUN_FAILURE_RATE);
        for (Sums sums : rollups.read(
                Selection.of(buckets.restrict(filter), metrics).by(dimension).in(buckets.starts()))) {
            byKey.computeIfAbsent(String.valueOf(sums.key()), key -> new ArrayList<>())
                    .add(sums);
        }
        Map<String, List<Bucket>> timelines = new HashMap<>();
        byKey.forEach((key, found) -> timelines.put(
                key,
                buckets.fill(found).stream()
                        .map(sums -> new Bucket(
                                sums.of(Metric.QUANTITY_PER_RUN).x().doubleValue(),
                                sums.of(Metric.RUN_FAILURE_RATE).m().longValue()))
                        .toList()));
        return timelines;
    }
}
