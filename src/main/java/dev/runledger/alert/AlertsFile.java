package dev.runledger.alert;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Rules, channels without their secrets, and silences, as {@code alerts.yaml} has them. What is null has its default. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record AlertsFile(
        @Nullable List<Channel> channels,
        @Nullable List<Rule> rules,
        @Nullable List<Silence> silences) {

    static final AlertsFile EMPTY = new AlertsFile(null, null, null);

    AlertsFile {
        channels = channels == null ? List.of() : List.copyOf(channels);
        rules = rules == null ? List.of() : List.copyOf(rules);
        silences = silences == null ? List.of() : List.copyOf(silences);
    }

    /**
     * @param url of a webhook
     * @param channel of a Slack bot
     * @param to of mail
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Channel(
            @Nullable String name,
            @Nullable ChannelKind kind,
            @Nullable String url,
            @Nullable String channel,
            @Nullable String to) {}

    /**
     * @param since what was over before then is no alert; null for when the definition is made
     * @param channels by name
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Rule(
            @Nullable String name,
            @Nullable AlertKind kind,
            @Nullable String metric,
            @Nullable JsonNode filter,
            @Nullable AlertDirection direction,
            @Nullable Double threshold,
            @Nullable Integer runs,
            @Nullable Integer ofLast,
            @Nullable Double recoveryThreshold,
            @Nullable Integer recoveryRuns,
            @Nullable Double confidence,
            @Nullable RuleTiming timing,
            @Nullable Integer exitCode,
            @Nullable String errorCategory,
            @Nullable Integer errorsAbove,
            @Nullable Integer windowHours,
            @Nullable String groupBy,
            @Nullable Boolean paused,
            @Nullable Instant since,
            @Nullable List<String> channels) {

        /** @param filter of which the absent fields restrict nothing */
        static Rule of(RuleDefinition rule, JsonNode filter, boolean paused, List<String> channels) {
            FailureCondition failure = rule.failure();
            AlertKind kind = rule.kind();
            boolean byRuns = !kind.goesByTheClock() && rule.window() == null;
            return new Rule(
                    rule.name(),
                    kind,
                    rule.metric() == null ? null : rule.metric().name(),
                    filter.isEmpty() ? null : filter,
                    kind.hasMetric() ? rule.direction() : null,
                    kind.hasThreshold() || kind == AlertKind.BUDGET ? rule.threshold() : null,
                    byRuns ? rule.runs() : null,
                    kind == AlertKind.CONSECUTIVE || kind == AlertKind.FAILED ? rule.ofLast() : null,
                    kind.hasThreshold() ? rule.recoveryThreshold() : null,
                    byRuns ? rule.recoveryRuns() : null,
                    kind == AlertKind.RATE ? rule.confidence() : null,
                    rule.timing() == null ? null : RuleTiming.of(rule.timing()),
                    failure == null ? null : failure.exitCode(),
                    failure == null ? null : failure.errorCategory(),
                    failure == null || failure.errorsAbove() == 0 ? null : failure.errorsAbove(),
                    rule.window() == null ? null : (int) rule.window().toHours(),
                    rule.groupBy() == null ? null : rule.groupBy().name(),
                    paused ? true : null,
                    null,
                    channels);
        }

        /** @throws IllegalArgumentException naming what is wrong */
        RuleDefinition definition(Function<JsonNode, RunFilter> filters, Function<String, Metric> metrics) {
            if (name == null) {
                throw new IllegalArgumentException("name is missing");
            }
            return RuleDefinition.of(
                    name,
                    kind == null ? AlertKind.RATE : kind,
                    metric == null ? null : metrics.apply(metric),
                    filter == null ? RunFilter.ALL : filters.apply(filter),
                    direction,
                    threshold,
                    runs,
                    ofLast,
                    recoveryThreshold,
                    recoveryRuns,
                    confidence == null ? RuleDefinition.CONFIDENCE : confidence,
                    timing == null ? null : timing.timing(),
                    FailureCondition.of(exitCode, errorCategory, errorsAbove),
                    windowHours,
                    groupBy == null ? null : StoredDefinition.dimension(groupBy));
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RuleTiming(
            @Nullable String cron,
            @Nullable String timeZone,
            @Nullable Long graceSeconds,
            @Nullable Long afterSeconds,
            @Nullable Double times,
            @Nullable BudgetPeriod period,
            @Nullable Boolean forecast) {

        static RuleTiming of(Timing timing) {
            return new RuleTiming(
                    timing.cron(),
                    timing.zone().getId(),
                    timing.grace().isZero() ? null : timing.grace().toSeconds(),
                    timing.after() == null ? null : timing.after().toSeconds(),
                    timing.times(),
                    timing.period(),
                    timing.forecast() ? true : null);
        }

        Timing timing() {
            return Timing.of(
                    cron,
                    timeZone == null ? "UTC" : timeZone,
                    graceSeconds == null ? 0 : graceSeconds,
                    afterSeconds,
                    times,
                    period,
                    forecast != null && forecast);
        }
    }

    /** @param rule by name */
    record Silence(@Nullable String rule, @Nullable Instant until) {}
}
