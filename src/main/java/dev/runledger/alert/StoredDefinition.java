package dev.runledger.alert;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runledger.analytics.OwnMetrics;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A rule's definition as JSON, and back. Of a filter only what restricts is kept, so that it can gain fields. */
@Component
class StoredDefinition {

    private final JsonMapper json;
    private final OwnMetrics ownMetrics;

    StoredDefinition(JsonMapper json, OwnMetrics ownMetrics) {
        this.json = json;
        this.ownMetrics = ownMetrics;
    }

    private record Stored(
            AlertKind kind,
            @Nullable String metric,
            JsonNode filter,
            AlertDirection direction,
            double threshold,
            int runs,
            int ofLast,
            double recoveryThreshold,
            int recoveryRuns,
            double confidence,
            // Rules of earlier versions are not changed by being written again.
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            StoredTiming timing,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            FailureCondition failure,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long windowHours,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String groupBy) {}

    private record StoredTiming(
            @Nullable String cron,
            String timeZone,
            long graceSeconds,
            @Nullable Long afterSeconds,
            @Nullable Double times,
            @Nullable BudgetPeriod period,
            boolean forecast) {

        static StoredTiming of(Timing timing) {
            return new StoredTiming(
                    timing.cron(),
                    timing.zone().getId(),
                    timing.grace().toSeconds(),
                    timing.after() == null ? null : timing.after().toSeconds(),
                    timing.times(),
                    timing.period(),
                    timing.forecast());
        }

        Timing timing() {
            return Timing.of(cron, timeZone, graceSeconds, afterSeconds, times, period, forecast);
        }
    }

    String write(RuleDefinition rule) {
        return json.writeValueAsString(new Stored(
                rule.kind(),
                rule.metric() == null ? null : rule.metric().name(),
                restricting(rule.filter()),
                rule.direction(),
                rule.threshold(),
                rule.runs(),
                rule.ofLast(),
                rule.recoveryThreshold(),
                rule.recoveryRuns(),
                rule.confidence(),
                rule.timing() == null ? null : StoredTiming.of(rule.timing()),
                rule.failure(),
                rule.window() == null ? null : rule.window().toHours(),
                rule.groupBy() == null ? null : rule.groupBy().name()));
    }

    /** @throws IllegalArgumentException if this version cannot make sense of it */
    RuleDefinition read(String name, String text) {
        Stored stored;
        RunFilter filter;
        try {
            stored = json.readValue(text, Stored.class);
            ObjectNode all = json.valueToTree(RunFilter.ALL);
            filter = json.treeToValue(all.setAll((ObjectNode) stored.filter()), RunFilter.class);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("The definition was written by a version that knew something else", e);
        }
        return new RuleDefinition(
                name,
                stored.kind(),
                stored.metric() == null ? null : metric(stored.metric()),
                filter,
                stored.direction(),
                stored.threshold(),
                stored.runs(),
                stored.ofLast(),
                stored.recoveryThreshold(),
                stored.recoveryRuns(),
                stored.confidence(),
                stored.timing() == null ? null : stored.timing().timing(),
                stored.failure(),
                stored.windowHours() == null ? null : Duration.ofHours(stored.windowHours()),
                stored.groupBy() == null ? null : dimension(stored.groupBy()));
    }

    /** What restricts the filter, by the names of its fields. */
    JsonNode restricting(RunFilter filter) {
        ObjectNode fields = json.valueToTree(filter);
        fields.removeIf(value ->
                value.isNull() || value.isArray() && value.isEmpty() || value.isBoolean() && !value.booleanValue());
        return fields;
    }

    /** @throws IllegalArgumentException if none can be called so */
    static Dimension dimension(String name) {
        Dimension dimension = Dimension.named(name);
        if (dimension == null) {
            throw new IllegalArgumentException("groupBy is no dimension");
        }
        return dimension;
    }

    /** @throws IllegalArgumentException if there is none of the name */
    Metric metric(String name) {
        Metric metric = Metric.named(name);
        if (metric == null) {
            throw new IllegalArgumentException("There is no metric " + name);
        }
        return metric.isOwn() ? ownMetrics.described(metric) : metric;
    }
}
