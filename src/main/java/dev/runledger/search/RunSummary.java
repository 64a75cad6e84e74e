package dev.runledger.search;

import dev.runledger.report.RunStatus;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a list shows of a run: enough to find the one to look at, without the breakdowns. */
public record RunSummary(
        UUID id,
        OffsetDateTime startedAt,
        @Nullable OffsetDateTime completedAt,
        @Nullable Double durationSeconds,
        RunStatus status,
        int questionsRequested,
        int questionsInserted,
        @Nullable Double overallSuccessRate,
        @Nullable Double approvalRate,
        @Nullable Double avgArbiterScore,
        int totalErrors,
        @Nullable Double totalCostUsd,
        @Nullable String environment,
        @Nullable String triggeredBy) {}
