package dev.runledger.graphql;

import dev.runledger.analytics.Confounder;
import dev.runledger.analytics.Figures;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.PromptVersionComparisons;
import dev.runledger.analytics.PromptVersionComparisons.Compared;
import dev.runledger.analytics.PromptVersionComparisons.DominatingRun;
import dev.runledger.analytics.PromptVersionComparisons.OfMetric;
import dev.runledger.analytics.PromptVersionComparisons.Planned;
import dev.runledger.analytics.PromptVersionComparisons.Terms;
import dev.runledger.analytics.Quantities;
import dev.runledger.graphql.GroupController.Groups;
import dev.runledger.graphql.GroupController.RunGroup;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.Comparison.Drift;
import dev.runledger.statistics.Comparison.Insufficiency;
import dev.runledger.statistics.Difference;
import dev.runledger.statistics.ExperimentPlan;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.Validity;
import graphql.schema.DataFetchingFieldSelectionSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
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
            "Prompt versions follow each other in time and are not randomly assigned. What else differs and is recorded is"
                    + " allowed for; what is not recorded may still be the cause of a difference, or hide one.";

    /** An interval that reaches further to each side, in standard errors, bounds nothing. */
    private static final double MOST_ERRORS = 200;

    private static final List<Integer> PLANNED_DAYS = List.of(7, 14, 28, 56, 84);
    private static final int FEWEST_RUNS = 6;

    /** How far from a candidate's first run an event is that may explain what is different. */
    private static final Duration NEAR = Duration.ofDays(1);

    private final PromptVersionComparisons comparisons;
    private final NearbyEvents events;
    private final AnalyticsArguments arguments;

    ComparisonController(PromptVersionComparisons comparisons, NearbyEvents events, AnalyticsArguments arguments) {
        this.comparisons = comparisons;
        this.events = events;
        this.arguments = arguments;
    }

    record PromptVersionComparison(
            RunGroup baseline,
            RunGroup candidate,
            List<MetricComparison> comparisons,
            List<MetricComparison> guardrails,
            Conclusion conclusion,
            List<Confounder> confounders,
            String caveat) {}

    /** @param near where events are looked for; null if the candidate has no runs */
    record MetricComparison(
            OfMetric of,
            String version,
            List<Confounder> confounders,
            RunFilter filter,
            NearbyEvents.@Nullable Near near) {

        private Comparison compared() {
            return of.comparison();
        }

        public Metric metric() {
            return of.metric();
        }

        public Unit unit() {
            return metric().unit();
        }

        public EstimateView baseline() {
            return EstimateView.of(
                    metric(), compared().baseline(), compared().plan().confidence());
        }

        public EstimateView candidate() {
            return EstimateView.of(
                    metric(), compared().candidate(), compared().plan().confidence());
        }

        public @Nullable Double difference() {
            Difference difference = compared().difference();
            if (difference != null) {
                return difference.value();
            }
            return compared().insufficiency() == Insufficiency.NO_SPREAD ? rawDifference() : null;
        }

        public @Nullable Interval interval() {
            return interval(compared().difference());
        }

        public @Nullable Double rawDifference() {
            Double before = compared().baseline().ratio();
            Double after = compared().candidate().ratio();
            return before == null || after == null ? null : after - before;
        }

        public @Nullable Interval rawInterval() {
            return interval(compared().rawDifference());
        }

        /** An interval that bounds nothing yet is none. */
        private static @Nullable Interval interval(@Nullable Difference difference) {
            return difference == null || difference.interval().width() > MOST_ERRORS * difference.standardError()
                    ? null
                    : difference.interval();
        }

        public Comparison.Verdict rawVerdict() {
            return compared().rawVerdict();
        }

        public @Nullable Double pValue() {
            return compared().pValue();
        }

        public @Nullable Double adjustedPValue() {
            return compared().adjustedPValue();
        }

        public Comparison.Verdict verdict() {
            return compared().verdict();
        }

        public @Nullable Insufficiency insufficiency() {
            return compared().insufficiency();
        }

        public double relevantDifference() {
            return compared().plan().relevantDifference();
        }

        public @Nullable Double detectableDifference() {
            return compared().detectableDifference();
        }

        public @Nullable Double designEffect() {
            Difference difference = compared().difference();
            return difference == null ? null : difference.designEffect();
        }

        public @Nullable Double driftPerWeek() {
            Drift drift = compared().drift();
            return drift == null ? null : drift.perWeek();
        }

        public @Nullable Double driftInstead() {
            return compared().driftInstead();
        }

        public @Nullable Boolean driftRuledOut() {
            return compared().driftInstead() == null ? null : compared().isDriftRuledOut();
        }

        public List<DominatingRun> dominatingRuns() {
            return of.dominatingRuns();
        }

        public String words() {
            return new ComparisonSummary(of, confounders).toString();
        }
    }

    record Conclusion(Comparison.Verdict verdict, List<Metric> worse, String words) {

        /** The first metric's verdict, unless a metric that must not get worse did. */
        static Conclusion of(Compared compared) {
            OfMetric first = compared.metrics().get(0);
            List<Metric> worse = compared.guardrails().stream()
                    .filter(each -> each.comparison().verdict() == Comparison.Verdict.REGRESSED)
                    .map(OfMetric::metric)
                    .toList();
            Comparison.Verdict verdict = first.comparison().verdict();
            if (worse.isEmpty()) {
                return new Conclusion(
                        verdict,
                        worse,
                        "%s: %s%s"
                                .formatted(
                                        first.metric(),
                                        verdict,
                                        compared.guardrails().isEmpty()
                                                ? "."
                                                : "; of what must not get worse, nothing is known to have."));
            }
            return new Conclusion(
                    Comparison.Verdict.REGRESSED,
                    worse,
                    "%s: %s, but what must not get worse did: %s. Do not adopt it as it is."
                            .formatted(
                                    first.metric(),
                                    verdict,
                                    worse.stream().map(Metric::name).collect(Collectors.joining(", "))));
        }
    }

    @QueryMapping
    PromptVersionComparison comparePromptVersions(
            @Argument String baseline,
            @Argument String candidate,
            @Argument List<Metric> metrics,
            @Argument List<Metric> guardrails,
            @Argument @Nullable RunFilterInput filter,
            @Argument double confidence,
            @Argument double relevantDifference,
            @Argument @Nullable Double relevantAbsolute,
            @Argument Validity validity,
            DataFetchingFieldSelectionSet selection) {
        List<Metric> several = arguments.several(metrics, MAX_METRICS, true);
        List<Metric> guarded = guardrails.isEmpty() ? List.of() : arguments.several(guardrails, MAX_METRICS, true);
        RunFilter requested = arguments.filter(filter);
        if (!requested.promptVersions().isEmpty()) {
            throw RequestFailure.badRequest(
                    "filter.promptVersions may not be given: baseline and candidate say which versions are meant");
        }
        Compared compared = comparisons.compare(
                ArgumentText.check("baseline", baseline),
                ArgumentText.check("candidate", candidate),
                several,
                guarded,
                requested,
                Stream.of("baseline", "candidate")
                        .flatMap(version -> selection.getFields(version).stream())
                        .map(version -> RunFiguresView.selectedMetrics(version.getSelectionSet()))
                        .reduce(MetricSelection.FIRST_AND_LAST_SEEN, MetricSelection::and),
                terms(confidence, relevantDifference, relevantAbsolute, validity));
        double all = compared.baseline().total() + compared.candidate().total();
        return new PromptVersionComparison(
                group(baseline, compared.baseline(), all, requested),
                group(candidate, compared.candidate(), all, requested),
                views(compared.metrics(), candidate, compared, requested),
                views(compared.guardrails(), candidate, compared, requested),
                Conclusion.of(compared),
                compared.confounders(),
                CAVEAT);
    }

    private static List<MetricComparison> views(
            List<OfMetric> metrics, String candidate, Compared compared, RunFilter filter) {
        NearbyEvents.Near near = near(compared);
        return metrics.stream()
                .map(each -> new MetricComparison(each, candidate, compared.confounders(), filter, near))
                .toList();
    }

    /** Around the candidate's first run; from the baseline's last one on, if it had ended by then. */
    private static NearbyEvents.@Nullable Near near(Compared compared) {
        Instant first = compared.candidate().firstSeen();
        Instant last = compared.baseline().lastSeen();
        if (first == null) {
            return null;
        }
        Instant from = first.minus(NEAR);
        return new NearbyEvents.Near(last != null && last.isBefore(from) ? last : from, first, first.plus(NEAR));
    }

    @SchemaMapping
    List<LikelyCause> causes(MetricComparison comparison) {
        List<LikelyCause> measured = LikelyCause.of(comparison.of, comparison.version, comparison.confounders);
        return comparison.near == null
                ? measured
                : Stream.concat(measured.stream(), events.causes(comparison.near, comparison.filter).stream())
                        .toList();
    }

    private static Terms terms(
            double confidence, double relevantDifference, @Nullable Double relevantAbsolute, Validity validity) {
        AnalyticsArguments.confidence(confidence);
        positive("relevantDifference", relevantDifference);
        if (relevantAbsolute != null) {
            positive("relevantAbsolute", relevantAbsolute);
        }
        return new Terms(confidence, relevantDifference, relevantAbsolute, validity);
    }

    private static double positive(String argument, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw RequestFailure.badRequest("%s is %s, it must be above 0".formatted(argument, value));
        }
        return value;
    }

    @SchemaMapping
    @Nullable
    Long runsStillNeeded(MetricComparison comparison, @Argument @Nullable Double difference) {
        return comparison.compared().runsStillNeeded(size(comparison, difference));
    }

    @SchemaMapping
    @Nullable
    Boolean neverEnough(MetricComparison comparison, @Argument @Nullable Double difference) {
        return comparison.compared().detectableDifference() == null
                ? null
                : comparison.compared().isNever(size(comparison, difference));
    }

    private static double size(MetricComparison comparison, @Nullable Double difference) {
        return difference == null
                ? comparison.compared().plan().relevantDifference()
                : positive("difference", difference);
    }

    record PlannedComparison(
            Metric metric,
            Unit unit,
            @Nullable Double value,
            double relevantDifference,
            Validity validity,
            @Nullable Double runsPerDay,
            @Nullable Double deviationPerRun,
            @Nullable Double designEffect,
            @Nullable Long runsPerVersion,
            @Nullable Double daysSideBySide,
            @Nullable Long runsOfCandidate,
            @Nullable Double daysOfCandidate,
            List<DetectableAfter> detectable,
            String words) {}

    record DetectableAfter(int days, long runs, double sideBySide, double afterwards) {}

    @QueryMapping
    PlannedComparison planComparison(
            @Argument("metric") Metric named,
            @Argument double relevantDifference,
            @Argument @Nullable Double relevantAbsolute,
            @Argument @Nullable RunFilterInput filter,
            @Argument double confidence,
            @Argument Validity validity) {
        Metric metric = arguments.ofRuns("metric", named);
        return planned(comparisons.plan(
                arguments.filter(filter), metric, terms(confidence, relevantDifference, relevantAbsolute, validity)));
    }

    private static PlannedComparison planned(Planned planned) {
        ExperimentPlan plan = planned.experiment();
        double relevant = planned.plan().relevantDifference();
        Long perVersion = plan == null ? null : plan.runsPerVersion(relevant);
        Long ofCandidate = plan == null ? null : plan.runsOfCandidate(relevant);
        return new PlannedComparison(
                planned.metric(),
                planned.metric().unit(),
                planned.value(),
                relevant,
                planned.plan().validity(),
                planned.runsPerDay(),
                plan == null ? null : plan.deviationPerRun(),
                plan == null ? null : plan.designEffect(),
                perVersion,
                days(perVersion == null ? null : 2 * perVersion, planned.runsPerDay()),
                ofCandidate,
                days(ofCandidate, planned.runsPerDay()),
                detectable(planned),
                words(planned, perVersion, ofCandidate));
    }

    private static @Nullable Double days(@Nullable Long runs, @Nullable Double runsPerDay) {
        return runs == null || runsPerDay == null || runsPerDay == 0 ? null : runs / runsPerDay;
    }

    private static List<DetectableAfter> detectable(Planned planned) {
        ExperimentPlan plan = planned.experiment();
        Double runsPerDay = planned.runsPerDay();
        if (plan == null || runsPerDay == null) {
            return List.of();
        }
        return PLANNED_DAYS.stream()
                .filter(days -> days * runsPerDay >= FEWEST_RUNS)
                .map(days -> {
                    long runs = (long) (days * runsPerDay);
                    return new DetectableAfter(
                            days, runs, plan.detectablePerVersion(runs / 2), plan.detectableByCandidate(runs));
                })
                .toList();
    }

    private static String words(Planned planned, @Nullable Long perVersion, @Nullable Long ofCandidate) {
        String relevant = Quantities.size(
                planned.plan().relevantDifference(), planned.metric().unit());
        if (planned.experiment() == null) {
            return "The runs so far do not show how much this varies: at least three of about equal size are needed.";
        }
        String sideBySide = perVersion == null
                ? "no number of runs is enough"
                : "%d runs of either version are needed%s".formatted(perVersion, inDays(2 * perVersion, planned));
        String afterwards = ofCandidate == null
                ? "against the runs so far no number of runs is enough"
                : "against the runs so far, %d runs of the candidate%s"
                        .formatted(ofCandidate, inDays(ofCandidate, planned));
        return "To find a difference of %s four times out of five, %s; %s. Run both side by side if you can: then nothing else differs."
                .formatted(relevant, sideBySide, afterwards);
    }

    private static String inDays(long runs, Planned planned) {
        Double days = days(runs, planned.runsPerDay());
        return days == null
                ? ""
                : ", about %.0f days at %.3g runs a day".formatted(Math.ceil(days), planned.runsPerDay());
    }

    private static RunGroup group(String version, Figures figures, double all, RunFilter filter) {
        return new RunGroup(
                version, all == 0 ? 0 : figures.total() / all, figures, new Groups(filter, Dimension.PROMPT_VERSION));
    }
}
