package dev.runledger.graphql;

import dev.runledger.analytics.ChangeExplanations.Contribution;
import dev.runledger.analytics.Confounder;
import dev.runledger.analytics.ConfounderKind;
import dev.runledger.analytics.PromptVersionComparisons.OfMetric;
import dev.runledger.analytics.Quantities;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Unit;
import dev.runledger.statistics.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a change, or the difference of two prompt versions, may be due to.
 *
 * @param name of the dimension's value that moved most, or the kind of event; null if it is neither
 * @param contribution in the metric's unit; null if it cannot be separated from another
 */
record LikelyCause(
        Kind kind, @Nullable String name, @Nullable Double contribution, String words) {

    /** What can be a cause. */
    enum Kind {
        PROMPT_VERSION,
        ARBITER_CONFIG,
        ARBITER_THRESHOLD,
        ENVIRONMENT,
        TRIGGER,
        PROVIDER,
        QUESTION_TYPE,
        DIFFICULTY,
        OWN_DIMENSION,
        TIME_TREND,
        EVENT
    }

    private static final double NONE = 1e-12;

    private static final Map<Dimension, Kind> KINDS = Map.of(
            Dimension.PROMPT_VERSION, Kind.PROMPT_VERSION,
            Dimension.ARBITER_CONFIG, Kind.ARBITER_CONFIG,
            Dimension.ARBITER_THRESHOLD, Kind.ARBITER_THRESHOLD,
            Dimension.ENVIRONMENT, Kind.ENVIRONMENT,
            Dimension.TRIGGER, Kind.TRIGGER,
            Dimension.PROVIDER, Kind.PROVIDER,
            Dimension.TYPE, Kind.QUESTION_TYPE,
            Dimension.DIFFICULTY, Kind.DIFFICULTY);

    private static final Map<ConfounderKind, Kind> DIFFERING = Map.of(
            ConfounderKind.ARBITER_CONFIG, Kind.ARBITER_CONFIG,
            ConfounderKind.ARBITER_THRESHOLD, Kind.ARBITER_THRESHOLD,
            ConfounderKind.ENVIRONMENT, Kind.ENVIRONMENT,
            ConfounderKind.TRIGGER, Kind.TRIGGER,
            ConfounderKind.PROVIDER_MIX, Kind.PROVIDER,
            ConfounderKind.QUESTION_TYPE_MIX, Kind.QUESTION_TYPE,
            ConfounderKind.DIFFICULTY_MIX, Kind.DIFFICULTY,
            ConfounderKind.TIME_TREND, Kind.TIME_TREND);

    /** Of a change: one for each dimension of which a value is a cause for sure, the clearest first. */
    static List<LikelyCause> of(List<Contribution> causes, Unit unit) {
        Map<Dimension, List<Contribution>> byDimension = causes.stream()
                .collect(Collectors.groupingBy(Contribution::dimension, LinkedHashMap::new, Collectors.toList()));
        return byDimension.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().stream()
                        .mapToDouble(each -> each.part().evidence())
                        .sum()))
                .map(entry -> new LikelyCause(
                        KINDS.getOrDefault(entry.getKey(), Kind.OWN_DIMENSION),
                        entry.getValue().get(0).part().key(),
                        entry.getValue().stream()
                                .mapToDouble(each -> each.part().value())
                                .sum(),
                        entry.getValue().stream()
                                .map(each -> ExplanationController.ChangePart.of(each, unit)
                                        .words())
                                .collect(Collectors.joining("; "))))
                .toList();
    }

    /** Of the plain difference of two prompt versions: the version itself and what else differs, the greatest part of it first. */
    static List<LikelyCause> of(OfMetric compared, String candidate, List<Confounder> confounders) {
        Unit unit = compared.metric().unit();
        Map<ConfounderKind, Double> parts = compared.parts();
        Difference difference = compared.comparison().difference();
        Difference raw = compared.comparison().rawDifference();
        double towards = raw == null ? 1 : Math.signum(raw.value());
        List<LikelyCause> causes = new ArrayList<>();
        causes.add(
                difference == null || parts == null
                        ? new LikelyCause(
                                Kind.PROMPT_VERSION,
                                candidate,
                                null,
                                "The prompt version, or whatever came with it: nothing shows which")
                        : new LikelyCause(
                                Kind.PROMPT_VERSION,
                                candidate,
                                difference.value(),
                                "The prompt version itself: %s, the true effect being %s"
                                        .formatted(
                                                Quantities.signed(difference.value(), unit),
                                                Quantities.between(
                                                        difference.interval().low(),
                                                        difference.interval().high(),
                                                        unit))));
        if (parts == null) {
            confounders.forEach(confounder ->
                    causes.add(new LikelyCause(DIFFERING.get(confounder.kind()), null, null, confounder.words())));
            return causes;
        }
        parts.forEach((kind, part) -> {
            if (Math.abs(part) > NONE) {
                causes.add(new LikelyCause(DIFFERING.get(kind), null, part, words(kind, part, confounders, unit)));
            }
        });
        causes.sort(Comparator.comparingDouble(
                cause -> cause.contribution() == null ? 0 : -towards * cause.contribution()));
        return List.copyOf(causes);
    }

    private static String words(ConfounderKind kind, double part, List<Confounder> confounders, Unit unit) {
        String adds = Quantities.signed(part, unit);
        // How each metric moves is listed among the confounders; here it is this one's part.
        return kind == ConfounderKind.TIME_TREND
                ? "What moves with time anyway: " + adds
                : confounders.stream()
                        .filter(confounder -> confounder.kind() == kind)
                        .findFirst()
                        .map(confounder -> "%s: %s".formatted(confounder.words(), adds))
                        .orElse(adds);
    }
}
