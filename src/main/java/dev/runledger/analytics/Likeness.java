package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.statistics.Attribution;
import dev.runledger.statistics.Attribution.Stratum;
import dev.runledger.statistics.ComparisonCell;
import dev.runledger.statistics.Observation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** In what two sets of runs differ beside what is compared, and their cells so that like can be compared with like. */
final class Likeness {

    /** Distributions differ from here on: the share of runs, or questions, that would have to move. */
    private static final double NOTICEABLE = 0.05;

    private static final double ROUNDING_TOLERANCE = 1e-9;

    /** What an arbiter's threshold decides about: whatever counts approved or inserted questions. */
    private static final Set<Metric> DECIDED_BY_THRESHOLD = Set.of(
            Metric.APPROVAL_RATE,
            Metric.REJECTION_RATE,
            Metric.DUPLICATE_RATE,
            Metric.EXACT_DUPLICATE_RATE,
            Metric.SEMANTIC_DUPLICATE_RATE,
            Metric.OVERALL_SUCCESS_RATE,
            Metric.INSERTION_FAILURE_RATE,
            Metric.API_CALLS_PER_INSERTED_QUESTION,
            Metric.COST_PER_INSERTED_QUESTION,
            Metric.TOKENS_PER_INSERTED_QUESTION,
            Metric.REPORTED_APPROVAL_RATE,
            Metric.REPORTED_DUPLICATE_RATE,
            Metric.REPORTED_OVERALL_SUCCESS_RATE);

    private static final Map<Dimension, ConfounderKind> ATTRIBUTES = ordered(
            Dimension.ARBITER_CONFIG, ConfounderKind.ARBITER_CONFIG,
            Dimension.ENVIRONMENT, ConfounderKind.ENVIRONMENT,
            Dimension.TRIGGER, ConfounderKind.TRIGGER);

    private static final Map<Dimension, ConfounderKind> MIXES = ordered(
            Dimension.PROVIDER, ConfounderKind.PROVIDER_MIX,
            Dimension.TYPE, ConfounderKind.QUESTION_TYPE_MIX,
            Dimension.DIFFICULTY, ConfounderKind.DIFFICULTY_MIX);

    private static final Map<ConfounderKind, String> WORDS = Map.of(
            ConfounderKind.ARBITER_CONFIG, "Runs by arbiter configuration",
            ConfounderKind.ENVIRONMENT, "Runs by environment",
            ConfounderKind.TRIGGER, "Runs by trigger",
            ConfounderKind.PROVIDER_MIX, "Generated questions by provider",
            ConfounderKind.QUESTION_TYPE_MIX, "Questions by type",
            ConfounderKind.DIFFICULTY_MIX, "Questions by difficulty");

    private final List<RunCell> baseline;
    private final List<RunCell> candidate;
    private final List<Confounder> confounders = new ArrayList<>();
    private final List<Dimension> strata = new ArrayList<>();
    /** Names whose shares are adjusted for, all but the greatest one, with their overall shares. */
    private final Map<Dimension, Map<String, Double>> mixes = new LinkedHashMap<>();

    private final @Nullable Double usualThreshold;

    Likeness(List<RunCell> baseline, List<RunCell> candidate) {
        this.baseline = baseline;
        this.candidate = candidate;
        usualThreshold = threshold();
        ATTRIBUTES.forEach((dimension, kind) -> {
            Shares before = Shares.ofRuns(baseline, dimension);
            Shares after = Shares.ofRuns(candidate, dimension);
            if (isNoticeable(kind, before, after)) {
                strata.add(dimension);
            }
        });
        MIXES.forEach((dimension, kind) -> {
            Shares before = Shares.ofQuestions(baseline, dimension);
            Shares after = Shares.ofQuestions(candidate, dimension);
            if (isNoticeable(kind, before, after)) {
                Map<String, Double> all = before.plus(after).shares();
                all.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .ifPresent(greatest -> all.remove(greatest.getKey()));
                mixes.put(dimension, all);
            }
        });
    }

    private static Map<Dimension, ConfounderKind> ordered(Object... pairs) {
        Map<Dimension, ConfounderKind> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((Dimension) pairs[i], (ConfounderKind) pairs[i + 1]);
        }
        return map;
    }

    /** The usual threshold, if it changed; null if it did not, or an arm reports none. */
    private @Nullable Double threshold() {
        Double before = meanThreshold(baseline);
        Double after = meanThreshold(candidate);
        if (before == null || after == null || Math.abs(before - after) <= ROUNDING_TOLERANCE) {
            return null;
        }
        confounders.add(new Confounder(
                ConfounderKind.ARBITER_THRESHOLD,
                "The arbiter approved from a mean score of %s with the baseline, of %s with the candidate"
                        .formatted(number(before), number(after))));
        return (before + after) / 2;
    }

    private static @Nullable Double meanThreshold(List<RunCell> cells) {
        double sum = 0;
        double runs = 0;
        for (RunCell cell : cells) {
            if (cell.threshold() != null) {
                sum += cell.runs() * cell.threshold();
                runs += cell.runs();
            }
        }
        return runs == 0 ? null : sum / runs;
    }

    private boolean isNoticeable(ConfounderKind kind, Shares before, Shares after) {
        if (before.counts.isEmpty() || after.counts.isEmpty() || before.movedTo(after) <= NOTICEABLE) {
            return false;
        }
        confounders.add(new Confounder(
                kind,
                "%s differ: %s with the baseline, %s with the candidate"
                        .formatted(WORDS.get(kind), before.words(), after.words())));
        return true;
    }

    /** What differs, apart from time. */
    List<Confounder> confounders() {
        return List.copyOf(confounders);
    }

    /** What each thing that differs adds to the plain difference, in terms of its confounder; the candidate's own part is not among them. */
    Map<ConfounderKind, Double> parts(Attribution attribution) {
        Map<ConfounderKind, Double> parts = new EnumMap<>(ConfounderKind.class);
        parts.putAll(ofStrata(attribution));
        int column = 0;
        for (Map.Entry<Dimension, Map<String, Double>> mix : mixes.entrySet()) {
            for (int i = 0; i < mix.getValue().size(); i++) {
                parts.merge(MIXES.get(mix.getKey()), attribution.mixes().get(column++), Double::sum);
            }
        }
        attribution.settings().forEach(part -> parts.merge(ConfounderKind.ARBITER_THRESHOLD, part, Double::sum));
        parts.put(ConfounderKind.TIME_TREND, attribution.drift());
        return parts;
    }

    /** What differs in attributes of runs. Several at once share what they add together, each by what it would add alone. */
    private Map<ConfounderKind, Double> ofStrata(Attribution attribution) {
        Map<ConfounderKind, Double> alone = new EnumMap<>(ConfounderKind.class);
        for (int i = 0; i < strata.size(); i++) {
            int position = i;
            Map<String, List<Stratum>> byValue = attribution.strata().entrySet().stream()
                    .collect(Collectors.groupingBy(
                            entry -> entry.getKey().split("\n", -1)[position],
                            Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
            double adds = 0;
            for (List<Stratum> value : byValue.values()) {
                double level =
                        value.stream().mapToDouble(Stratum::level).average().orElse(0);
                adds += level * value.stream().mapToDouble(Stratum::moved).sum();
            }
            alone.put(ATTRIBUTES.get(strata.get(i)), adds);
        }
        double left = attribution.ofStrata()
                - alone.values().stream().mapToDouble(Double::doubleValue).sum();
        double sizes = alone.values().stream().mapToDouble(Math::abs).sum();
        int count = alone.size();
        alone.replaceAll((kind, part) -> part + left * (sizes == 0 ? 1.0 / count : Math.abs(part) / sizes));
        return alone;
    }

    /** All cells of both sides for a metric. */
    List<ComparisonCell> cells(Metric metric) {
        boolean byThreshold = usualThreshold != null && DECIDED_BY_THRESHOLD.contains(metric);
        return Stream.concat(
                        baseline.stream().map(cell -> cell(cell, false, metric, byThreshold)),
                        candidate.stream().map(cell -> cell(cell, true, metric, byThreshold)))
                .filter(cell -> cell.observation().sums().runs() > 0)
                .toList();
    }

    private ComparisonCell cell(RunCell cell, boolean isCandidate, Metric metric, boolean byThreshold) {
        double[] mix = mixes.entrySet().stream()
                .flatMapToDouble(names -> {
                    Map<String, Double> counts = cell.counts(names.getKey());
                    double all = counts.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .sum();
                    // A run that does not say what it was mixed of is taken for a usual one.
                    return names.getValue().entrySet().stream()
                            .mapToDouble(
                                    name -> all == 0 ? name.getValue() : counts.getOrDefault(name.getKey(), 0.0) / all);
                })
                .toArray();
        return new ComparisonCell(
                isCandidate,
                new Observation(cell.at(), cell.of(metric)),
                strata.stream().map(cell::attribute).collect(Collectors.joining("\n")),
                mix,
                byThreshold && usualThreshold != null
                        ? new double[] {cell.threshold() == null ? usualThreshold : cell.threshold()}
                        : new double[0]);
    }

    /** How runs or questions are distributed over names. */
    private record Shares(Map<String, Double> counts) {

        static Shares ofRuns(List<RunCell> cells, Dimension dimension) {
            return of(cells, cell -> Map.of(cell.attribute(dimension), (double) cell.runs()));
        }

        static Shares ofQuestions(List<RunCell> cells, Dimension dimension) {
            return of(cells, cell -> cell.counts(dimension));
        }

        private static Shares of(List<RunCell> cells, Function<RunCell, Map<String, Double>> counts) {
            Map<String, Double> all = new TreeMap<>();
            cells.forEach(cell -> counts.apply(cell).forEach((name, count) -> all.merge(name, count, Double::sum)));
            return new Shares(all);
        }

        Shares plus(Shares other) {
            Map<String, Double> both = new TreeMap<>(counts);
            other.counts.forEach((name, count) -> both.merge(name, count, Double::sum));
            return new Shares(both);
        }

        Map<String, Double> shares() {
            double all =
                    counts.values().stream().mapToDouble(Double::doubleValue).sum();
            Map<String, Double> shares = new TreeMap<>();
            counts.forEach((name, count) -> shares.put(name, count / all));
            return shares;
        }

        double movedTo(Shares other) {
            Map<String, Double> before = shares();
            Map<String, Double> after = other.shares();
            Set<String> names = new TreeSet<>(before.keySet());
            names.addAll(after.keySet());
            return names.stream()
                            .mapToDouble(
                                    name -> Math.abs(before.getOrDefault(name, 0.0) - after.getOrDefault(name, 0.0)))
                            .sum()
                    / 2;
        }

        String words() {
            return shares().entrySet().stream()
                    .map(entry -> "%s %.0f %%".formatted(entry.getKey(), entry.getValue() * 100))
                    .collect(Collectors.joining(", "));
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
