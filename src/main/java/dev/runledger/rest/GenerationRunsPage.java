package dev.runledger.rest;

import dev.runledger.search.RunSummary;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A numbered page of runs. */
@JsonNaming(SnakeCaseStrategy.class)
record GenerationRunsPage(List<Summary> runs, long total, long page, long pageSize, long totalPages) {

    /** What the list shows of a run. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Summary(
            UUID id,
            OffsetDateTime startedAt,
            @Nullable OffsetDateTime completedAt,
            @Nullable Double durationSeconds,
            String status,
            int questionsRequested,
            int questionsInserted,
            @Nullable Double overallSuccessRate,
            @Nullable Double approvalRate,
            @Nullable Double avgArbiterScore,
            int totalErrors,
            @Nullable Double totalCostUsd,
            @Nullable String environment,
            @Nullable String triggeredBy) {

        static Summary of(RunSummary run) {
            return new Summary(
                    run.id(),
                    run.startedAt(),
                    run.completedAt(),
                    run.durationSeconds(),
                    run.status().code(),
                    run.questionsRequested(),
                    run.questionsInserted(),
                    run.overallSuccessRate(),
                    run.approvalRate(),
                    run.avgArbiterScore(),
                    run.totalErrors(),
                    run.totalCostUsd(),
                    run.environment(),
                    run.triggeredBy());
        }
    }

    static GenerationRunsPage of(List<RunSummary> runs, long total, long page, long pageSize) {
        return new GenerationRunsPage(
                runs.stream().map(Summary::of).toList(), total, page, pageSize, (total + pageSize - 1) / pageSize);
    }
}
