package dev.runledger.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runledger.ledger.Run;
import dev.runledger.metric.PipelineLoss;
import dev.runledger.rest.GenerationRunRecorded.Warning;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** All that the ledger holds of a run, and where its questions went. */
@JsonNaming(SnakeCaseStrategy.class)
record GenerationRunDetail(
        UUID id,
        OffsetDateTime startedAt,
        @Nullable OffsetDateTime completedAt,
        @Nullable Double durationSeconds,
        String status,
        @Nullable Integer exitCode,
        int questionsRequested,
        int questionsGenerated,
        int generationFailures,
        @Nullable Double generationSuccessRate,
        int questionsEvaluated,
        int questionsApproved,
        int questionsRejected,
        @Nullable Double approvalRate,
        @Nullable Double avgArbiterScore,
        @Nullable Double minArbiterScore,
        @Nullable Double maxArbiterScore,
        int duplicatesFound,
        int exactDuplicates,
        int semanticDuplicates,
        @Nullable Double duplicateRate,
        int questionsInserted,
        int insertionFailures,
        @Nullable Double overallSuccessRate,
        int totalErrors,
        int totalApiCalls,
        @Nullable JsonNode providerMetrics,
        @Nullable JsonNode typeMetrics,
        @Nullable JsonNode difficultyMetrics,
        @Nullable JsonNode errorSummary,
        @Nullable String promptVersion,
        @Nullable String arbiterConfigVersion,
        @Nullable Double minArbiterScoreThreshold,
        @Nullable String environment,
        @Nullable String triggeredBy,
        @Nullable String clientRunId,
        @Nullable Double totalCostUsd,
        @Nullable Long totalInputTokens,
        @Nullable Long totalOutputTokens,
        @Nullable JsonNode costByProvider,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode metrics,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode breakdowns,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt,
        @Nullable OffsetDateTime stuckAt,
        boolean recovered,
        List<Warning> warnings,
        Map<String, @Nullable Number> pipelineLosses) {

    static GenerationRunDetail of(Run run) {
        return new GenerationRunDetail(
                run.getId(),
                run.getStartedAt(),
                run.getCompletedAt(),
                run.getDurationSeconds(),
                run.getStatus().code(),
                run.getExitCode(),
                run.getQuestionsRequested(),
                run.getQuestionsGenerated(),
                run.getGenerationFailures(),
                run.getGenerationSuccessRate(),
                run.getQuestionsEvaluated(),
                run.getQuestionsApproved(),
                run.getQuestionsRejected(),
                run.getApprovalRate(),
                run.getAvgArbiterScore(),
                run.getMinArbiterScore(),
                run.getMaxArbiterScore(),
                run.getDuplicatesFound(),
                run.getExactDuplicates(),
                run.getSemanticDuplicates(),
                run.getDuplicateRate(),
                run.getQuestionsInserted(),
                run.getInsertionFailures(),
                run.getOverallSuccessRate(),
                run.getTotalErrors(),
                run.getTotalApiCalls(),
                run.getProviderMetrics(),
                run.getTypeMetrics(),
                run.getDifficultyMetrics(),
                run.getErrorSummary(),
                run.getPromptVersion(),
                run.getArbiterConfigVersion(),
                run.getMinArbiterScoreThreshold(),
                run.getEnvironment(),
                run.getTriggeredBy(),
                run.getClientRunId(),
                run.getTotalCostUsd(),
                run.getTotalInputTokens(),
                run.getTotalOutputTokens(),
                run.getCostByProvider(),
                run.getMetrics(),
                run.getBreakdowns(),
                run.getCreatedAt(),
                run.getUpdatedAt(),
                run.getStuckAt(),
                run.isRecovered(),
                Warning.of(run.getWarnings()),
                pipelineLosses(run));
    }

    private static Map<String, @Nullable Number> pipelineLosses(Run run) {
        var losses = new LinkedHashMap<String, @Nullable Number>();
        for (PipelineLoss loss : PipelineLoss.of(run::count)) {
            String name = loss.stage().name().toLowerCase(Locale.ROOT) + "_loss";
            losses.put(name, loss.lost());
            if (loss.stage() != PipelineLoss.Stage.TOTAL) {
                losses.put(name + "_pct", Rounding.round(percent(loss.share()), 2));
            }
        }
        return losses;
    }

    private static @Nullable Double percent(@Nullable Double share) {
        return share == null ? null : (Double) (share * 100);
    }
}
