package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.ProviderMeasure;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.RollupReader.Question;
import dev.runledger.rollup.RollupTable;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** What finished runs report of each provider. */
@Service
public class ProviderAnalytics {

    private final RollupReader rollups;

    ProviderAnalytics(RollupReader rollups) {
        this.rollups = rollups;
    }

    /** The sums of a provider. */
    public static final class Provider {

        private final Sums sums;
        private final double generatedByAll;

        Provider(Sums sums, double generatedByAll) {
            this.sums = sums;
            this.generatedByAll = generatedByAll;
        }

        public String name() {
            return String.valueOf(sums.key());
        }

        double generatedByAll() {
            return generatedByAll;
        }

        public long runs() {
            return sums.count(ProviderMeasure.RUNS);
        }

        public double generated() {
            return sums.sum(ProviderMeasure.GENERATED);
        }

        public double failures() {
            return sums.sum(ProviderMeasure.FAILURES);
        }

        public double apiCalls() {
            return sums.sum(ProviderMeasure.API_CALLS);
        }

        /** Null if no run reports them; as are {@link #outputTokens} and {@link #costUsd}. */
        public @Nullable Double inputTokens() {
            return sums.count(ProviderMeasure.INPUT_TOKENS_RUNS) == 0 ? null : sums.sum(ProviderMeasure.INPUT_TOKENS);
        }

        public @Nullable Double outputTokens() {
            return sums.count(ProviderMeasure.OUTPUT_TOKENS_RUNS) == 0 ? null : sums.sum(ProviderMeasure.OUTPUT_TOKENS);
        }

        public @Nullable Double costUsd() {
            return sums.count(ProviderMeasure.COST_RUNS) == 0
                    ? null
                    : sums(Metric.COST_PER_GENERATED_QUESTION).x().doubleValue();
        }

        public @Nullable Double shareOfGenerated() {
            return generatedByAll > 0 ? generated() / generatedByAll : null;
        }

        /** The pooled value; null if there is nothing to divide by. */
        public @Nullable Double value(Metric metric) {
            return sums(metric).ratio();
        }

        /** The sums behind a metric of providers. */
        public ClusterSums sums(Metric metric) {
            return sums.cluster(ProviderMeasure.of(metric));
        }
    }

    /** The providers of the filter's runs, the most questions generated first. */
    public List<Provider> providers(RunFilter filter) {
        return providers(rollups.read(Question.of(RollupTable.PROVIDERS, filter, ProviderMeasure.all())
                .by("provider")));
    }

    /** How many questions each provider generated. */
    Map<String, Double> generatedQuestions(RunFilter filter) {
        Map<String, Double> generated = new TreeMap<>();
        rollups.read(Question.of(RollupTable.PROVIDERS, filter, List.of(ProviderMeasure.GENERATED))
                        .by("provider"))
                .forEach(sums -> generated.put(String.valueOf(sums.key()), sums.sum(ProviderMeasure.GENERATED)));
        return generated;
    }

    /** The providers of several groups of the filter's runs, by the key of the group. */
    public Map<@Nullable String, List<Provider>> providers(
            RunFilter filter, Dimension dimension, Collection<@Nullable String> keys) {
        List<Sums> all = rollups.read(Question.of(RollupTable.PROVIDERS, filter, ProviderMeasure.all())
                .by(dimension.column())
                .andBy("provider"));
        Map<@Nullable String, List<Provider>> byKey = new HashMap<>();
        for (String key : keys) {
            byKey.put(
                    key,
                    providers(all.stream()
                            .filter(sums -> Objects.equals(sums.key(), key))
                            .map(Sums::bySecondKey)
                            .toList()));
        }
        return byKey;
    }

    private static List<Provider> providers(List<Sums> found) {
        double all = found.stream()
                .mapToDouble(sums -> sums.sum(ProviderMeasure.GENERATED))
                .sum();
        // A provider that all runs have left may still have cells.
        return found.stream()
                .map(sums -> new Provider(sums, all))
                .filter(provider -> provider.runs() > 0)
                .sorted(Comparator.comparingDouble(Provider::generated)
                        .reversed()
                        .thenComparing(Provider::name))
                .toList();
    }
}
