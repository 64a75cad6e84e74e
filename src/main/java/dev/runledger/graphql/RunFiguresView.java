package dev.runledger.graphql;

import static java.util.Map.entry;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.metric.PipelineLoss;
import graphql.schema.DataFetchingFieldSelectionSet;
import graphql.schema.SelectedField;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What summary and groups have in common, as the schema's RunFigures. */
abstract class RunFiguresView {

    /** The metrics that the fields of RunFigures, Summary and RunGroup need; those not named here need all. */
    private static final Map<String, MetricSelection> METRICS_BY_FIELD = Map.ofEntries(
            entry("__typename", MetricSelection.RUNS),
            entry("key", MetricSelection.RUNS),
            entry("shareOfRuns", MetricSelection.RUNS),
            entry("trend", MetricSelection.RUNS),
            entry("providers", MetricSelection.RUNS),
            entry("streaks", MetricSelection.RUNS),
            entry("runs", MetricSelection.RUNS),
            entry("firstSeen", MetricSelection.FIRST_AND_LAST_SEEN),
            entry("lastSeen", MetricSelection.FIRST_AND_LAST_SEEN),
            entry("counts", MetricSelection.COUNTS),
            entry("funnel", MetricSelection.COUNTS),
            entry("runSuccessRate", MetricSelection.metric(Metric.RUN_SUCCESS_RATE)),
            entry("generationSuccessRate", MetricSelection.metric(Metric.GENERATION_SUCCESS_RATE)),
            entry("approvalRate", MetricSelection.metric(Metric.APPROVAL_RATE)),
            entry("duplicateRate", MetricSelection.metric(Metric.DUPLICATE_RATE)),
            entry("overallSuccessRate", MetricSelection.metric(Metric.OVERALL_SUCCESS_RATE)),
            entry("arbiterScore", MetricSelection.metric(Metric.ARBITER_SCORE).and(MetricSelection.SCORE_RANGE)),
            entry("meanDurationSeconds", MetricSelection.metric(Metric.DURATION)),
            entry(
                    "duration",
                    MetricSelection.metric(Metric.DURATION).and(MetricSelection.metric(Metric.DURATION_PER_QUESTION))),
            entry(
                    "usage",
                    MetricSelection.TOKENS
                            .and(MetricSelection.count(Count.TOTAL_API_CALLS))
                            .and(MetricSelection.metric(Metric.API_CALLS_PER_INSERTED_QUESTION))
                            .and(MetricSelection.metric(Metric.COST_PER_RUN))
                            .and(MetricSelection.metric(Metric.COST_PER_INSERTED_QUESTION))
                            .and(MetricSelection.metric(Metric.TOKENS_PER_INSERTED_QUESTION))),
            entry(
                    "provenance",
                    MetricSelection.TOKENS
                            .and(MetricSelection.metric(Metric.ARBITER_SCORE))
                            .and(MetricSelection.metric(Metric.DURATION))
                            .and(MetricSelection.metric(Metric.COST_PER_RUN))));

    private final Figures figures;

    RunFiguresView(Figures figures) {
        this.figures = figures;
    }

    Figures figures() {
        return figures;
    }

    /** The metrics that the selected fields need. */
    static MetricSelection selectedMetrics(DataFetchingFieldSelectionSet selection) {
        return selection.getImmediateFields().stream()
                .map(field -> field.getName().equals("estimate")
                        ? ofEstimate(field)
                        : METRICS_BY_FIELD.getOrDefault(field.getName(), MetricSelection.ALL))
                .reduce(MetricSelection.RUNS, MetricSelection::and);
    }

    private static MetricSelection ofEstimate(SelectedField estimate) {
        Object metric = estimate.getArguments().get("metric");
        return metric instanceof Metric requested && requested.isOfRuns()
                ? MetricSelection.metric(requested)
                : MetricSelection.RUNS;
    }

    record RunsByStatus(long total, long finished, long running, long success, long partialFailure, long failed) {
        static RunsByStatus of(Figures figures) {
            return new RunsByStatus(
                    figures.total(),
                    figures.finished(),
                    figures.running(),
                    figures.success(),
                    figures.partialFailure(),
                    figures.failed());
        }
    }

    record RunCounts(
            long questionsRequested,
            long questionsGenerated,
            long generationFailures,
            long questionsEvaluated,
            long questionsApproved,
            long questionsRejected,
            long duplicatesFound,
            long exactDuplicates,
            long semanticDuplicates,
            long questionsInserted,
            long insertionFailures,
            long totalErrors,
            long totalApiCalls) {
        static RunCounts of(Figures figures) {
            return new RunCounts(
                    figures.count(Count.QUESTIONS_REQUESTED),
                    figures.count(Count.QUESTIONS_GENERATED),
                    figures.count(Count.GENERATION_FAILURES),
                    figures.count(Count.QUESTIONS_EVALUATED),
                    figures.count(Count.QUESTIONS_APPROVED),
                    figures.count(Count.QUESTIONS_REJECTED),
                    figures.count(Count.DUPLICATES_FOUND),
                    figures.count(Count.EXACT_DUPLICATES),
                    figures.count(Count.SEMANTIC_DUPLICATES),
                    figures.count(Count.QUESTIONS_INSERTED),
                    figures.count(Count.INSERTION_FAILURES),
                    figures.count(Count.TOTAL_ERRORS),
                    figures.count(Count.TOTAL_API_CALLS));
        }
    }

    record ScoreFigures(
            @Nullable Double mean,
            @Nullable Double min,
            @Nullable Double max,
            long runs) {}

    record UsageFigures(
            @Nullable Long apiCalls,
            @Nullable BigInteger inputTokens,
            @Nullable BigInteger outputTokens,
            @Nullable Double costUsd,
            long runsWithCost,
            @Nullable Double apiCallsPerInsertedQuestion,
            @Nullable Double costPerInsertedQuestion,
            @Nullable Double tokensPerInsertedQuestion) {}

    public RunsByStatus getRuns() {
        return RunsByStatus.of(figures());
    }

    public RunCounts getCounts() {
        return RunCounts.of(figures());
    }

    public @Nullable Double getRunSuccessRate() {
        return figures.value(Metric.RUN_SUCCESS_RATE);
    }

    public @Nullable Double getGenerationSuccessRate() {
        return figures.value(Metric.GENERATION_SUCCESS_RATE);
    }

    public @Nullable Double getApprovalRate() {
        return figures.value(Metric.APPROVAL_RATE);
    }

    public @Nullable Double getDuplicateRate() {
        return figures.value(Metric.DUPLICATE_RATE);
    }

    public @Nullable Double getOverallSuccessRate() {
        return figures.value(Metric.OVERALL_SUCCESS_RATE);
    }

    public ScoreFigures getArbiterScore() {
        return new ScoreFigures(
                figures.value(Metric.ARBITER_SCORE),
                figures.minScore(),
                figures.maxScore(),
                figures.runs(Metric.ARBITER_SCORE));
    }

    public UsageFigures getUsage() {
        Figures all = figures;
        long apiCalls = all.count(Count.TOTAL_API_CALLS);
        return new UsageFigures(
                apiCalls == 0 ? null : apiCalls,
                all.inputTokens(),
                all.outputTokens(),
                all.costUsd(),
                all.runs(Metric.COST_PER_RUN),
                all.value(Metric.API_CALLS_PER_INSERTED_QUESTION),
                all.value(Metric.COST_PER_INSERTED_QUESTION),
                all.value(Metric.TOKENS_PER_INSERTED_QUESTION));
    }

    public List<PipelineLoss> getFunnel() {
        return figures.finished() == 0 ? List.of() : PipelineLoss.of(figures::count);
    }
}
