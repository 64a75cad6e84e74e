package dev.runledger.rest;

import dev.runledger.metric.Rate;
import dev.runledger.rest.PeriodFigures.ProviderTotals;
import dev.runledger.rest.PeriodFigures.Totals;
import dev.runledger.rest.PeriodFigures.Trends;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The statistics of a period, rounded and judged by the contract's rules. */
@JsonNaming(SnakeCaseStrategy.class)
record GenerationRunStats(
        String periodStart,
        String periodEnd,
        long totalRuns,
        long successfulRuns,
        long failedRuns,
        long partialFailureRuns,
        long totalQuestionsRequested,
        long totalQuestionsGenerated,
        long totalQuestionsInserted,
        long totalDuplicatesFound,
        long totalApiCalls,
        long totalErrors,
        @Nullable Double avgOverallSuccessRate,
        @Nullable Double avgApprovalRate,
        @Nullable Double avgArbiterScore,
        @Nullable Double avgDuplicateRate,
        @Nullable Double avgDurationSeconds,
        @Nullable Double minArbiterScore,
        @Nullable Double maxArbiterScore,
        @Nullable Double avgApiCallsPerQuestion,
        @Nullable Double totalCostUsd,
        @Nullable Double avgCostPerQuestion,
        @Nullable Map<String, ProviderSummary> providerSummary,
        @Nullable String successRateTrend,
        @Nullable String approvalRateTrend) {

    private static final double NOTICEABLE = 0.05;

    /** The sums of a provider over the period. */
    @JsonNaming(SnakeCaseStrategy.class)
    record ProviderSummary(
            BigDecimal totalGenerated,
            BigDecimal totalApiCalls,
            BigDecimal totalFailures,
            @Nullable Double successRate) {}

    static GenerationRunStats of(String periodStart, String periodEnd, PeriodFigures figures) {
        Totals totals = figures.totals();
        Trends trends = figures.trends();
        Double cost = totals.costUsd();
        return new GenerationRunStats(
                periodStart,
                periodEnd,
                totals.runs(),
                totals.successfulRuns(),
                totals.failedRuns(),
                totals.partialFailureRuns(),
                totals.questionsRequested(),
                totals.questionsGenerated(),
                totals.questionsInserted(),
                totals.duplicatesFound(),
                totals.apiCalls(),
                totals.errors(),
                Rounding.round(totals.meanOverallSuccessRate(), 4),
                Rounding.round(totals.meanApprovalRate(), 4),
                Rounding.round(totals.meanArbiterScore(), 4),
                Rounding.round(totals.meanDuplicateRate(), 4),
                Rounding.round(totals.meanDurationSeconds(), 2),
                totals.minArbiterScore(),
                totals.maxArbiterScore(),
                totals.apiCalls() == 0
                        ? null
                        : Rounding.round(Rate.share(totals.apiCalls(), totals.questionsInserted()), 2),
                Rounding.round(cost, 6),
                cost == null ? null : Rounding.round(Rate.share(cost, totals.questionsInserted()), 6),
                figures.providers().isEmpty() ? null : byProvider(figures.providers()),
                trend(trends.olderSuccessRate(), trends.recentSuccessRate()),
                trend(trends.olderApprovalRate(), trends.recentApprovalRate()));
    }

    private static Map<String, ProviderSummary> byProvider(List<ProviderTotals> providers) {
        var summaries = new LinkedHashMap<String, ProviderSummary>();
        for (ProviderTotals totals : providers) {
            double generated = totals.generated().doubleValue();
            double attempted = totals.generated().add(totals.failures()).doubleValue();
            summaries.put(
                    totals.provider(),
                    new ProviderSummary(
                            totals.generated(),
                            totals.apiCalls(),
                            totals.failures(),
                            Rounding.round(Rate.share(generated, attempted), 4)));
        }
        return summaries;
    }

    private static @Nullable String trend(@Nullable Double older, @Nullable Double recent) {
        if (older == null || recent == null) {
            return null;
        }
        double change = recent - older;
        if (Math.abs(change) < NOTICEABLE) {
            return "stable";
        }
        return change > 0 ? "improving" : "declining";
    }
}
