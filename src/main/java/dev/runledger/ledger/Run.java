package dev.runledger.ledger;

import dev.runledger.metric.Count;
import dev.runledger.report.ReportWarning;
import dev.runledger.report.RunStatus;
import io.hypersistence.utils.hibernate.type.json.JsonType;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A run as the ledger holds it. Reading is all that this is for: {@link RunLedger} writes, in SQL.
 *
 * <p>Rates and scores are those that were reported, null if they were not; times are in UTC.
 */
@Entity
@Immutable
@Table(name = "question_generation_runs")
public class Run {

    /** In place of JSON that is too large to be read with many runs. */
    public static final String OMITTED = "omitted";

    @Id
    private UUID id;

    private Instant startedAt;

    private @Nullable Instant completedAt;

    private @Nullable Double durationSeconds;

    @Convert(converter = RunStatusColumn.class)
    private RunStatus status;

    private @Nullable Integer exitCode;

    private int questionsRequested;

    private int questionsGenerated;

    private int generationFailures;

    private @Nullable Double generationSuccessRate;

    private int questionsEvaluated;

    private int questionsApproved;

    private int questionsRejected;

    private @Nullable Double approvalRate;

    private @Nullable Double avgArbiterScore;

    private @Nullable Double minArbiterScore;

    private @Nullable Double maxArbiterScore;

    private int duplicatesFound;

    private int exactDuplicates;

    private int semanticDuplicates;

    private @Nullable Double duplicateRate;

    private int questionsInserted;

    private int insertionFailures;

    private @Nullable Double overallSuccessRate;

    private int totalErrors;

    private int totalApiCalls;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode providerMetrics;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode typeMetrics;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode difficultyMetrics;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode errorSummary;

    private @Nullable String promptVersion;

    private @Nullable String arbiterConfigVersion;

    private @Nullable Double minArbiterScoreThreshold;

    private @Nullable String environment;

    private @Nullable String triggeredBy;

    private @Nullable String clientRunId;

    private @Nullable Double totalCostUsd;

    private @Nullable Long totalInputTokens;

    private @Nullable Long totalOutputTokens;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode costByProvider;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode metrics;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable JsonNode breakdowns;

    @Type(JsonType.class)
    @Column(columnDefinition = "jsonb")
    private @Nullable List<ReportWarning> reportWarnings;

    private Instant createdAt;

    private Instant updatedAt;

    private @Nullable Instant stuckAt;

    private boolean recovered;

    protected Run() {}

    /**
     * Whether a list left out what this run reports as JSON, since it is large. What is left out reads as a string, which no
     * report holds there.
     */
    public boolean isAbridged() {
        return Stream.of(
                        providerMetrics,
                        typeMetrics,
                        difficultyMetrics,
                        errorSummary,
                        costByProvider,
                        metrics,
                        breakdowns)
                .anyMatch(json -> json != null && json.isString());
    }

    public UUID getId() {
        return id;
    }

    public OffsetDateTime getStartedAt() {
        return utc(startedAt);
    }

    public @Nullable OffsetDateTime getCompletedAt() {
        return completedAt == null ? null : utc(completedAt);
    }

    public @Nullable Double getDurationSeconds() {
        return durationSeconds;
    }

    public RunStatus getStatus() {
        return status;
    }

    public @Nullable Integer getExitCode() {
        return exitCode;
    }

    public int getQuestionsRequested() {
        return questionsRequested;
    }

    public int getQuestionsGenerated() {
        return questionsGenerated;
    }

    public int getGenerationFailures() {
        return generationFailures;
    }

    public @Nullable Double getGenerationSuccessRate() {
        return generationSuccessRate;
    }

    public int getQuestionsEvaluated() {
        return questionsEvaluated;
    }

    public int getQuestionsApproved() {
        return questionsApproved;
    }

    public int getQuestionsRejected() {
        return questionsRejected;
    }

    public @Nullable Double getApprovalRate() {
        return approvalRate;
    }

    public @Nullable Double getAvgArbiterScore() {
        return avgArbiterScore;
    }

    public @Nullable Double getMinArbiterScore() {
        return minArbiterScore;
    }

    public @Nullable Double getMaxArbiterScore() {
        return maxArbiterScore;
    }

    public int getDuplicatesFound() {
        return duplicatesFound;
    }

    public int getExactDuplicates() {
        return exactDuplicates;
    }

    public int getSemanticDuplicates() {
        return semanticDuplicates;
    }

    public @Nullable Double getDuplicateRate() {
        return duplicateRate;
    }

    public int getQuestionsInserted() {
        return questionsInserted;
    }

    public int getInsertionFailures() {
        return insertionFailures;
    }

    public @Nullable Double getOverallSuccessRate() {
        return overallSuccessRate;
    }

    public int getTotalErrors() {
        return totalErrors;
    }

    public int getTotalApiCalls() {
        return totalApiCalls;
    }

    public @Nullable JsonNode getProviderMetrics() {
        return providerMetrics;
    }

    public @Nullable JsonNode getTypeMetrics() {
        return typeMetrics;
    }

    public @Nullable JsonNode getDifficultyMetrics() {
        return difficultyMetrics;
    }

    public @Nullable JsonNode getErrorSummary() {
        return errorSummary;
    }

    public @Nullable String getPromptVersion() {
        return promptVersion;
    }

    public @Nullable String getArbiterConfigVersion() {
        return arbiterConfigVersion;
    }

    public @Nullable Double getMinArbiterScoreThreshold() {
        return minArbiterScoreThreshold;
    }

    public @Nullable String getEnvironment() {
        return environment;
    }

    public @Nullable String getTriggeredBy() {
        return triggeredBy;
    }

    public @Nullable String getClientRunId() {
        return clientRunId;
    }

    public @Nullable Double getTotalCostUsd() {
        return totalCostUsd;
    }

    public @Nullable Long getTotalInputTokens() {
        return totalInputTokens;
    }

    public @Nullable Long getTotalOutputTokens() {
        return totalOutputTokens;
    }

    public @Nullable JsonNode getCostByProvider() {
        return costByProvider;
    }

    public @Nullable JsonNode getMetrics() {
        return metrics;
    }

    public @Nullable JsonNode getBreakdowns() {
        return breakdowns;
    }

    /** Numbers of the report that contradict each other; empty if none do. */
    /** Whether the run has ended and its reporter had its figures: then its zeros are zeros. */
    public boolean hasFigures() {
        return status.isFinal()
                && getWarnings().stream().noneMatch(warning -> warning.type().equals(ReportWarning.FIGURES_UNKNOWN));
    }

    public List<ReportWarning> getWarnings() {
        return reportWarnings == null ? List.of() : reportWarnings;
    }

    public OffsetDateTime getCreatedAt() {
        return utc(createdAt);
    }

    public OffsetDateTime getUpdatedAt() {
        return utc(updatedAt);
    }

    /** When the run, still going, was declared stuck; null if it never was. */
    public @Nullable OffsetDateTime getStuckAt() {
        return stuckAt == null ? null : utc(stuckAt);
    }

    /** Whether the run ended after it had been declared stuck. */
    public boolean isRecovered() {
        return recovered;
    }

    /** The run's count of that kind. */
    public long count(Count count) {
        return switch (count) {
            case QUESTIONS_REQUESTED -> questionsRequested;
            case QUESTIONS_GENERATED -> questionsGenerated;
            case GENERATION_FAILURES -> generationFailures;
            case QUESTIONS_EVALUATED -> questionsEvaluated;
            case QUESTIONS_APPROVED -> questionsApproved;
            case QUESTIONS_REJECTED -> questionsRejected;
            case DUPLICATES_FOUND -> duplicatesFound;
            case EXACT_DUPLICATES -> exactDuplicates;
            case SEMANTIC_DUPLICATES -> semanticDuplicates;
            case QUESTIONS_INSERTED -> questionsInserted;
            case INSERTION_FAILURES -> insertionFailures;
            case TOTAL_ERRORS -> totalErrors;
            case TOTAL_API_CALLS -> totalApiCalls;
        };
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
