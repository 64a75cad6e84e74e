package dev.runledger.graphql;

import dev.runledger.alert.AlertDirection;
import dev.runledger.alert.AlertKind;
import dev.runledger.alert.RuleDefinition;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.paging.RunFilterInput;
import dev.runledger.graphql.scalars.ArgumentText;
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
        List<UUID> channels) {

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
        RunFilter asked = arguments.filter(period);
        if (!asked.equals(RunFilter.during(asked.from(), asked.to()))) {
            throw RequestFailure.badRequest("filter can have from, to and lastDays only; which runs, rule.filter says");
        }
        return definition(
                own.within(
                        asked.from() != null ? asked.from() : own.from(), asked.to() != null ? asked.to() : own.to()),
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
        Metric measured = metric == null ? null : arguments.ofRuns("rule.metric", metric);
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
                    confidence);
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest("rule: " + e.getMessage());
        }
    }
}
