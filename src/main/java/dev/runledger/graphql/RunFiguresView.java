package dev.runledger.graphql;

import static java.util.Map.entry;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Wanted;
import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.metric.PipelineLoss;
import dev.runledger.metric.Rate;
import graphql.schema.DataFetchingFieldSelectionSet;
import graphql.schema.SelectedField;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What summary and groups have in common, as the schema's RunFigures. */
abstract class RunFiguresView {

    /** The metrics that the fields of RunFigures, Summary and RunGroup need; those not named here need all. */
    private static final Map<String, Wanted> WANTED = Map.ofEntries(
            entry("__typename", Wanted.RUNS),
            entry("key", Wanted.RUNS),
            entry("shareOfRuns", Wanted.RUNS),
            entry("trend", Wanted.RUNS),
            entry("providers", Wanted.RUNS),
            entry("streaks", Wanted.RUNS),
            entry("runs", Wanted.RUNS),
            entry("firstSeen", Wanted.FIRST_AND_LAST_SEEN),
            entry("lastSeen", Wanted.FIRST_AND_LAST_SEEN),
            entry("counts", Wanted.COUNTS),
            entry("funnel", Wanted.COUNTS),
            entry("runSuccessRate", Wanted.metric(Metric.RUN_SUCCESS_RATE)),
            entry("generationSuccessRate", Wanted.metric(Metric.GENERATION_SUCCESS_RATE)),
            entry("approvalRate", Wanted.metric(Metric.APPROVAL_RATE)),
            entry("duplicateRate", Wanted.metric(Metric.DUPLICATE_RATE)),
            entry("overallSuccessRate", Wanted.metric(Metric.OVERALL_SUCCESS_RATE)),
            entry("arbiterScore", Wanted.metric(Metric.ARBITER_SCORE).and(Wanted.SCORE_RANGE)),
            entry("meanDurationSeconds", Wanted.metric(Metric.DURATION)),
            entry("duration", Wanted.metric(Metric.DURATION).and(Wanted.metric(Metric.DURATION_PER_QUESTION))),
            entry(
                    "usage",
                    Wanted.TOKENS
                            .and(Wanted.count(Count.TOTAL_API_CALLS))
                            .and(Wanted.count(Count.QUESTIONS_INSERTED))
                            .and(Wanted.metric(Metric.COST_PER_RUN))
                            .and(Wanted.metric(Metric.COST_PER_INSERTED_QUESTION))
                            .and(Wanted.metric(Metric.TOKENS_PER_INSERTED_QUESTION))),
            entry(
                    "provenance",
                    Wanted.TOKENS
                            .and(Wanted.metric(Metric.ARBITER_SCORE))
                            .and(Wanted.metric(Metric.DURATION))
                            .and(Wanted.metric(Metric.COST_PER_RUN))));

    private final Figures figures;

    RunFiguresView(Figures figures) {
        this.figures = figures;
    }

    Figures figures() {
        return figures;
    }

    /** The metrics that the selected fields need. */
    static Wanted wanted(DataFetchingFieldSelectionSet selection) {
        return selection.getImmediateFields().stream()
                .map(field -> field.getName().equals("estimate")
                        ? ofEstimate(field)
                        : WANTED.getOrDefault(field.getName(), Wanted.ALL))
                .reduce(Wanted.RUNS, Wanted::and);
    }

    private static Wanted ofEstimate(SelectedField estimate) {
        Object metric = estimate.getArguments().get("metric");
        return metric instanceof Metric asked && asked.isOfRuns() ? Wanted.metric(asked) : Wanted.RUNS;
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
            long apiCalls,
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
        Double inserted = Double.valueOf(all.count(Count.QUESTIONS_INSERTED));
        return new UsageFigures(
                all.count(Count.TOTAL_API_CALLS),
                all.inputTokens(),
                all.outputTokens(),
                all.costUsd(),
                all.runs(Metric.COST_PER_RUN),
                Rate.share(all.count(Count.TOTAL_API_CALLS), inserted),
                all.value(Metric.COST_PER_INSERTED_QUESTION),
                all.value(Metric.TOKENS_PER_INSERTED_QUESTION));
    }

    public List<PipelineLoss> getFunnel() {
        return figures.finished() == 0 ? List.of() : PipelineLoss.of(figures::count);
    }
}
