package dev.runledger.rest;

import dev.runledger.analytics.Trends;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the REST statistics say of the runs of a period, before rounding. Every status counts, and means are taken over
 * the runs that have the value: these are the contract's rules, not those of the other analytics.
 *
 * @param providers one entry per provider that any run names, by name
 * @param trends of the success and the approval rate
 */
public record PeriodFigures(Totals totals, List<ProviderTotals> providers, Trends trends) {

    /** Counts, sums, means and extremes; what no run has a value for is null. */
    public record Totals(
            long runs,
            long successfulRuns,
            long failedRuns,
            long partialFailureRuns,
            long questionsRequested,
            long questionsGenerated,
            long questionsInserted,
            long duplicatesFound,
            long apiCalls,
            long errors,
            @Nullable Double meanOverallSuccessRate,
            @Nullable Double meanApprovalRate,
            @Nullable Double meanArbiterScore,
            @Nullable Double meanDuplicateRate,
            @Nullable Double meanDurationSeconds,
            @Nullable Double minArbiterScore,
            @Nullable Double maxArbiterScore,
            @Nullable Double costUsd) {}

    /** Sums over the runs that name the provider. */
    public record ProviderTotals(String provider, BigDecimal generated, BigDecimal apiCalls, BigDecimal failures) {}

    /** Means of the older and the recent half of the runs, null where no run of the half has the rate. */
    public record Trends(
            @Nullable Double olderSuccessRate,
            @Nullable Double recentSuccessRate,
            @Nullable Double olderApprovalRate,
            @Nullable Double recentApprovalRate) {}
}
