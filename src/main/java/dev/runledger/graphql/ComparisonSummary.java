package dev.runledger.graphql;

import dev.runledger.analytics.Confounder;
import dev.runledger.analytics.PromptVersionComparisons.DominatingRun;
import dev.runledger.analytics.PromptVersionComparisons.OfMetric;
import dev.runledger.analytics.Quantities;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Polarity;
import dev.runledger.metric.Unit;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.Difference;
import dev.runledger.statistics.Validity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A comparison in words for people who are not statisticians: what is known, how sure it is, what to do. */
final class ComparisonSummary {

    private final Metric metric;
    private final Comparison compared;
    private final List<DominatingRun> dominating;
    private final List<Confounder> confounders;

    ComparisonSummary(OfMetric of, List<Confounder> confounders) {
        metric = of.metric();
        compared = of.comparison();
        dominating = of.dominatingRuns();
        this.confounders = confounders;
    }

    @Override
    public String toString() {
        Difference difference = compared.difference();
        return switch (compared.verdict()) {
            case IMPROVED ->
                "Better by %s; chance alone would hardly show this. %s %s"
                        .formatted(
                                size(difference), sure(difference), advice("keep it", "giving the prompt the credit"));
            case REGRESSED ->
                "Worse by %s; chance alone would hardly show this. %s %s"
                        .formatted(
                                size(difference),
                                sure(difference),
                                advice("go back to the baseline", "blaming the prompt"));
            case HIGHER, LOWER ->
                "%s by %s; chance alone would hardly show this. %s Nobody has said which way is better."
                        .formatted(
                                compared.verdict() == Comparison.Verdict.HIGHER ? "Higher" : "Lower",
                                size(difference),
                                sure(difference));
            case NO_DIFFERENCE_FOUND ->
                "No difference found that is worth acting on. %s Nothing to choose between them here: decide by something else."
                        .formatted(sure(difference));
            case CONFOUNDED -> confounded(difference);
            case INSUFFICIENT_DATA -> insufficient(difference);
        };
    }

    private String advice(String action, String conclusion) {
        if (!confounders.isEmpty()) {
            return "Look at the confounders before %s.".formatted(conclusion);
        }
        Double drift = compared.driftInstead();
        return drift == null || compared.isDriftRuledOut()
                ? "Nothing else that is recorded differs: %s.".formatted(action)
                : "Nothing else that is recorded differs; only if it moved by %s a week by itself, which the runs do not rule out, would that do the same. If that is unlikely, %s; to be sure, run both versions side by side."
                        .formatted(Quantities.signed(drift, metric.unit()), action);
    }

    private String confounded(@Nullable Difference difference) {
        Difference raw = compared.rawDifference();
        if (difference == null) {
            return "Undecided: %s, but the versions have no runs alike to compare. Run both under the same conditions."
                    .formatted(raw == null ? "the values differ" : "as it is, it is " + direction(raw));
        }
        if (raw != null && raw.value() * difference.value() < 0) {
            return "The whole does not decide it: as it is, it is %s, but like for like %s. %s What differs is rather what the versions were given: run both on the same mix."
                    .formatted(direction(raw), direction(difference), sure(difference));
        }
        return "Undecided: what else differs may account for all of it. %s Run both versions under the same conditions."
                .formatted(sure(difference));
    }

    private String insufficient(@Nullable Difference difference) {
        Unit unit = metric.unit();
        Comparison.Insufficiency why = compared.insufficiency();
        if (why == Comparison.Insufficiency.NOTHING_TO_DIVIDE_BY) {
            return "Nothing to compare: %s has no run with this metric."
                    .formatted(
                            compared.baseline().ratio() != null
                                    ? "the candidate"
                                    : compared.candidate().ratio() != null ? "the baseline" : "neither version");
        }
        if (why == Comparison.Insufficiency.NO_SPREAD) {
            Double before = compared.baseline().ratio();
            Double after = compared.candidate().ratio();
            return "%s How far chance carries it is not known, and more runs of this kind would not show it."
                    .formatted(
                            before != null && before.equals(after)
                                    ? "No difference: every run has the same value with both versions."
                                    : "Every run of a version has the same value, and the versions' differ.");
        }
        if (!dominating.isEmpty()) {
            DominatingRun run = dominating.get(0);
            return "Too early to decide: run %s alone is %.0f %% of the %s. Look at it, or leave it out, and go on collecting."
                    .formatted(run.id(), 100 * run.share(), run.ofCandidate() ? "candidate" : "baseline");
        }
        if (difference == null) {
            return "Too few runs to decide: go on collecting before deciding.";
        }
        double relevant = compared.plan().relevantDifference();
        Long more = compared.runsStillNeeded(relevant);
        String next = compared.isNever(relevant)
                ? "With this baseline a difference of %s can never be shown: collect more of the baseline, too."
                        .formatted(Quantities.size(relevant, unit))
                : more == null || more == 0
                        ? "Go on collecting before deciding."
                        : "About %d more runs of the candidate would show a difference of %s: go on collecting."
                                .formatted(more, Quantities.size(relevant, unit));
        return "Too few runs to decide: %s %s".formatted(sure(difference), next);
    }

    private String size(@Nullable Difference difference) {
        return difference == null ? "nothing" : Quantities.size(difference.value(), metric.unit());
    }

    private String direction(Difference difference) {
        if (difference.value() == 0) {
            return "the same";
        }
        String way;
        if (metric.polarity() == Polarity.UNKNOWN) {
            way = difference.value() > 0 ? "higher" : "lower";
        } else {
            way = metric.polarity().favours(difference.value()) ? "better" : "worse";
        }
        return way + " by " + size(difference);
    }

    private String sure(@Nullable Difference difference) {
        if (difference == null) {
            return "";
        }
        return "Like for like the true difference is %s, with %s %% confidence%s."
                .formatted(
                        Quantities.between(
                                difference.interval().low(),
                                difference.interval().high(),
                                metric.unit()),
                        BigDecimal.valueOf(100 * compared.plan().confidence())
                                .round(new MathContext(4))
                                .stripTrailingZeros()
                                .toPlainString(),
                        compared.plan().validity() == Validity.ALWAYS_VALID
                                ? " however often one looks"
                                : " if this is the only look");
    }
}
