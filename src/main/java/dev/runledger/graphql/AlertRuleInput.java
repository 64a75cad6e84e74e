package dev.runledger.graphql;

import dev.runledger.alert.AlertDirection;
import dev.runledger.alert.AlertKind;
import dev.runledger.alert.BudgetPeriod;
import dev.runledger.alert.FailureCondition;
import dev.runledger.alert.RuleDefinition;
import dev.runledger.alert.Timing;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The schema's AlertRuleInput, as it was given. */
record AlertRuleInput(
        String name,
        AlertKind kind,
        @Nullable Metric metric,
        @Nullable RunFilterInput filter,
        @Nullable AlertDirection direction,
        @Nullable Double threshold,
        @Nullable Integer runs,
        @Nullable Integer ofLast,
        @Nullable Double recoveryThreshold,
        @Nullable Integer recoveryRuns,
        double confidence,
        @Nullable TimingInput timing,
        @Nullable Integer exitCode,
        @Nullable String errorCategory,
        @Nullable Integer errorsAbove,
        @Nullable Integer windowHours,
        @Nullable Dimension groupBy,
        List<UUID> channels) {

    record TimingInput(
            @Nullable String cron,
            String timeZone,
            int graceSeconds,
            @Nullable Integer afterSeconds,
            @Nullable Double times,
            @Nullable BudgetPeriod period,
            boolean forecast) {

        Timing timing() {
            Long after = afterSeconds == null ? null : (long) afterSeconds;
            return Timing.of(cron, timeZone, graceSeconds, after, times, period, forecast);
        }
    }

    /**
     * The definition with its defaults.
     *
     * @throws RequestFailure naming what is wrong with it
     */
    RuleDefinition definition(AnalyticsArguments arguments) {
        return definition(filter(arguments.now()), arguments);
    }

    /** The same, of runs that started in the period that another filter gives. */
    RuleDefinition definition(AnalyticsArguments arguments, @Nullable RunFilterInput period) {
        RunFilter own = filter(arguments.now());
        if (period == null) {
            return definition(own, arguments);
        }
        RunFilter requested = arguments.filter(period);
        if (!requested.equals(RunFilter.during(requested.from(), requested.to()))) {
            throw RequestFailure.badRequest("filter can have from, to and lastDays only; which runs, rule.filter says");
        }
        return definition(
                own.within(
                        requested.from() != null ? requested.from() : own.from(),
                        requested.to() != null ? requested.to() : own.to()),
                arguments);
    }

    private RunFilter filter(Instant now) {
        if (filter == null) {
            return RunFilter.ALL;
        }
        if (filter.lastDays() != null) {
            throw RequestFailure.badRequest("rule.filter.lastDays is given, but a rule looks at the last runs anyway");
        }
        return filter.inLedger(now);
    }

    private RuleDefinition definition(RunFilter runs, AnalyticsArguments arguments) {
        ArgumentText.check("rule.name", name);
        boolean ofNames = groupBy != null && !groupBy.isOfRuns();
        Metric measured = metric == null
                ? null
                : ofNames ? AnalyticsArguments.ofNames("rule.metric", metric) : arguments.ofRuns("rule.metric", metric);
        if (errorCategory != null) {
            ArgumentText.check("rule.errorCategory", errorCategory);
        }
        try {
            return RuleDefinition.of(
                    name,
                    kind,
                    measured,
                    runs,
                    direction,
                    threshold,
                    this.runs,
                    ofLast,
                    recoveryThreshold,
                    recoveryRuns,
                    confidence,
                    timing != null ? timing.timing() : null,
                    FailureCondition.of(exitCode, errorCategory, errorsAbove),
                    windowHours,
                    groupBy);
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest("rule: " + e.getMessage());
        }
    }
}
