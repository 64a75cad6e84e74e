package dev.runledger.graphql;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.PromptVersionComparisons;
import dev.runledger.analytics.PromptVersionComparisons.Compared;
import dev.runledger.analytics.PromptVersionComparisons.Confounder;
import dev.runledger.analytics.Wanted;
import dev.runledger.graphql.GroupController.Groups;
import dev.runledger.graphql.GroupController.RunGroup;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.Difference;
import dev.runledger.statistics.Interval;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SchemaMapping;
import org.springframework.stereotype.Controller;

/** Answers {@code comparison.graphqls}: whether one prompt version does better than another. */
@Controller
class ComparisonController {

    private static final int MAX_METRICS = 10;

    private static final String CAVEAT =
            "Prompt versions follow each other in time and are not drawn by lot. Whatever else changed between their runs may"
                    + " be the cause of a difference, or hide one.";

    private final PromptVersionComparisons comparisons;
    private final AnalyticsArguments arguments;

    ComparisonController(PromptVersionComparisons comparisons, AnalyticsArguments arguments) {
        this.comparisons = comparisons;
        this.arguments = arguments;
    }

    record PromptVersionComparison(
            RunGroup baseline,
            RunGroup candidate,
            List<MetricComparison> comparisons,
            List<Confounder> confounders,
            String caveat) {}

    record MetricComparison(Metric metric, Comparison compared) {

        public Unit unit() {
            return metric.unit();
        }

        public EstimateView baseline() {
            return EstimateView.of(metric, compared.baseline(), compared.plan().confidence());
        }

        public EstimateView candidate() {
            return EstimateView.of(metric, compared.candidate(), compared.plan().confidence());
        }

        public @Nullable Double difference() {
            return compared.difference() == null ? null : compared.difference().value();
        }

        public @Nullable Interval interval() {
            return compared.difference() == null ? null : compared.difference().interval();
        }

        public @Nullable Double pValue() {
            return compared.difference() == null ? null : compared.difference().pValue();
        }

        public @Nullable Double adjustedPValue() {
            return compared.adjustedPValue();
        }

        public Comparison.Verdict verdict() {
            return compared.verdict();
        }

        public @Nullable Double detectableDifference() {
            return compared.detectableDifference();
        }

        public String words() {
            Difference difference = compared.difference();
            return switch (compared.verdict()) {
                case IMPROVED ->
                    "Better by %s; chance alone would hardly show this. Look at the confounders before giving the prompt the credit."
                            .formatted(size(metric.unit(), difference));
                case HIGHER ->
                    "Higher by %s; chance alone would hardly show this.".formatted(size(metric.unit(), difference));
                case LOWER ->
                    "Lower by %s; chance alone would hardly show this.".formatted(size(metric.unit(), difference));
                case REGRESSED ->
                    "Worse by %s; chance alone would hardly show this. Look at the confounders before blaming the prompt."
                            .formatted(size(metric.unit(), difference));
                case NO_DIFFERENCE_FOUND ->
                    "No difference found, and one worth acting on would probably have shown: nothing to choose between them here.";
                case CONFOUNDED ->
                    "What differs may be due to what else differs: more runs of this kind will not tell.";
                case INSUFFICIENT_DATA -> "Too few runs to tell: go on collecting before deciding.";
            };
        }

        /** To three digits, as people say it. */
        private static String size(Unit unit, @Nullable Difference difference) {
            if (difference == null) {
                return "nothing";
            }
            BigDecimal size = BigDecimal.valueOf(Math.abs(difference.value()));
            return switch (unit) {
                case SHARE -> "%s percentage points".formatted(plain(size.movePointRight(2)));
                case SCORE, COUNT, NUMBER -> plain(size);
                case USD -> "%s USD".formatted(plain(size));
                case CALLS -> "%s API calls".formatted(plain(size));
                case SECONDS, TOKENS, ERRORS ->
                    "%s %s".formatted(plain(size), unit.name().toLowerCase(Locale.ROOT));
            };
        }

        private static String plain(BigDecimal size) {
            return size.round(new MathContext(3)).stripTrailingZeros().toPlainString();
        }
    }

    @QueryMapping
    PromptVersionComparison comparePromptVersions(
            @Argument String baseline,
            @Argument String candidate,
            @Argument List<Metric> metrics,
            @Argument @Nullable RunFilterInput filter,
            @Argument double confidence,
            @Argument double relevantDifference,
            DataFetchingFieldSelectionSet selection) {
        List<Metric> several = arguments.several(metrics, MAX_METRICS, true);
        AnalyticsArguments.confidence(confidence);
        if (!(relevantDifference > 0)) {
            throw RequestFailure.badRequest(
                    "relevantDifference is %s, it must be above 0".formatted(relevantDifference));
        }
        RunFilter asked = arguments.filter(filter);
        if (!asked.promptVersions().isEmpty()) {
            throw RequestFailure.badRequest(
                    "filter.promptVersions may not be given: baseline and candidate say which versions are meant");
        }
        Compared compared = comparisons.compare(
                ArgumentText.check("baseline", baseline),
                ArgumentText.check("candidate", candidate),
                several,
                asked,
                Stream.of("baseline", "candidate")
                        .flatMap(version -> selection.getFields(version).stream())
                        .map(version -> RunFiguresView.wanted(version.getSelectionSet()))
                        .reduce(Wanted.RUNS, Wanted::and),
                confidence,
                relevantDifference);
        double all = compared.baseline().total() + compared.candidate().total();
        return new PromptVersionComparison(
                group(baseline, compared.baseline(), all, asked),
                group(candidate, compared.candidate(), all, asked),
                IntStream.range(0, several.size())
                        .mapToObj(i -> new MetricComparison(
                                several.get(i), compared.comparisons().get(i)))
                        .toList(),
                compared.confounders(),
                CAVEAT);
    }

    @SchemaMapping
    @Nullable
    Long runsStillNeeded(MetricComparison comparison, @Argument @Nullable Double difference) {
        double size = difference == null ? comparison.compared().plan().relevantDifference() : difference;
        if (!(size > 0)) {
            throw RequestFailure.badRequest("difference is %s, it must be above 0".formatted(size));
        }
        return Double.isInfinite(size) ? null : comparison.compared().runsStillNeeded(size);
    }

    private static RunGroup group(String version, Figures figures, double all, RunFilter filter) {
        return new RunGroup(
                version, all == 0 ? 0 : figures.total() / all, figures, new Groups(filter, Dimension.PROMPT_VERSION));
    }
}
