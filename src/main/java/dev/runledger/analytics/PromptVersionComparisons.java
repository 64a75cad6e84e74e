package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.ComparisonPlan;
import dev.runledger.statistics.Validity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Whether one prompt version does better than another, and what else could be the cause. */
@Service
public class PromptVersionComparisons {

    /** Distributions are told to differ from here on: the share of runs, or questions, that would have to move. */
    private static final double NOTICEABLE = 0.1;

    private final RunAnalytics runs;
    private final Breakdowns providers;

    PromptVersionComparisons(RunAnalytics runs, Breakdowns providers) {
        this.runs = runs;
        this.providers = providers;
    }

    /** What can differ beside the prompt. */
    public enum ConfounderKind {
        ARBITER_THRESHOLD,
        ARBITER_CONFIG,
        ENVIRONMENT,
        TRIGGER,
        PROVIDER_MIX
    }

    /** Something that differs, in words with the figures of both. */
    public record Confounder(ConfounderKind kind, String words) {}

    /** @param comparisons one per metric, in order; p-values adjusted after Holm */
    public record Compared(
            Figures baseline, Figures candidate, List<Comparison> comparisons, List<Confounder> confounders) {}

    /**
     * Compares two prompt versions over the runs of the filter.
     *
     * @param wanted which figures of both versions to tell, beside those that are compared
     * @param relevantDifference the smallest difference worth acting on, as a share of the baseline's value
     */
    public Compared compare(
            String baseline,
            String candidate,
            List<Metric> metrics,
            RunFilter filter,
            Wanted wanted,
            double confidence,
            double relevantDifference) {
        RunFilter before = filter.withPromptVersions(List.of(baseline));
        RunFilter after = filter.withPromptVersions(List.of(candidate));
        Wanted all = metrics.stream().map(Wanted::metric).reduce(wanted.and(Wanted.THRESHOLD), Wanted::and);
        Figures baselineFigures = runs.summary(before, all);
        Figures candidateFigures = runs.summary(after, all);
        List<Comparison> comparisons = metrics.stream()
                .map(metric -> Comparison.of(
                        baselineFigures.sums(metric),
                        candidateFigures.sums(metric),
                        plan(metric, baselineFigures.value(metric), confidence, relevantDifference)))
                .toList();
        return new Compared(
                baselineFigures,
                candidateFigures,
                Comparison.holm(comparisons),
                confounders(before, after, baselineFigures, candidateFigures));
    }

    private static ComparisonPlan plan(
            Metric metric, @Nullable Double baseline, double confidence, double relevantDifference) {
        double relevant =
                baseline == null || baseline == 0 ? Double.POSITIVE_INFINITY : relevantDifference * Math.abs(baseline);
        return new ComparisonPlan(
                metric.polarity(), Figures.scale(metric), confidence, relevant, Validity.FIXED_HORIZON);
    }

    private List<Confounder> confounders(RunFilter before, RunFilter after, Figures baseline, Figures candidate) {
        List<Confounder> found = new ArrayList<>();
        Double old = baseline.meanThreshold();
        Double current = candidate.meanThreshold();
        if (old != null && current != null && Math.abs(old - current) > 1e-9) {
            found.add(new Confounder(
                    ConfounderKind.ARBITER_THRESHOLD,
                    "The arbiter approved from a mean score of %s with the baseline, of %s with the candidate"
                            .formatted(number(old), number(current))));
        }
        if (baseline.total() == 0 || candidate.total() == 0) {
            return found;
        }
        add(
                found,
                ConfounderKind.ARBITER_CONFIG,
                "runs by arbiter configuration",
                shares(before, Dimension.ARBITER_CONFIG),
                shares(after, Dimension.ARBITER_CONFIG));
        add(
                found,
                ConfounderKind.ENVIRONMENT,
                "runs by environment",
                shares(before, Dimension.ENVIRONMENT),
                shares(after, Dimension.ENVIRONMENT));
        add(
                found,
                ConfounderKind.TRIGGER,
                "runs by trigger",
                shares(before, Dimension.TRIGGER),
                shares(after, Dimension.TRIGGER));
        add(found, ConfounderKind.PROVIDER_MIX, "generated questions by provider", mix(before), mix(after));
        return found;
    }

    private Map<String, Double> shares(RunFilter filter, Dimension dimension) {
        return shares(runs.finishedRuns(filter, dimension));
    }

    private Map<String, Double> mix(RunFilter filter) {
        return shares(providers.generatedQuestions(filter, Dimension.PROVIDER));
    }

    private static Map<String, Double> shares(Map<String, Double> counts) {
        double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue() / all, Double::sum, TreeMap::new));
    }

    private static void add(
            List<Confounder> found,
            ConfounderKind kind,
            String what,
            Map<String, Double> before,
            Map<String, Double> after) {
        List<String> keys = Stream.concat(before.keySet().stream(), after.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        double moved = keys.stream()
                        .mapToDouble(key -> Math.abs(before.getOrDefault(key, 0.0) - after.getOrDefault(key, 0.0)))
                        .sum()
                / 2;
        if (!before.isEmpty() && !after.isEmpty() && moved > NOTICEABLE) {
            found.add(new Confounder(
                    kind,
                    "%s differ: %s with the baseline, %s with the candidate"
                            .formatted(capitalized(what), words(before), words(after))));
        }
    }

    private static String words(Map<String, Double> shares) {
        return shares.entrySet().stream()
                .map(entry -> "%s %.0f %%".formatted(entry.getKey(), entry.getValue() * 100))
                .collect(Collectors.joining(", "));
    }

    private static String capitalized(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
