package dev.runledger.alert;

import dev.runledger.analytics.OwnMetrics;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
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
            double confidence) {}

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
                rule.confidence()));
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
                metric(stored.metric()),
                filter,
                stored.direction(),
                stored.threshold(),
                stored.runs(),
                stored.ofLast(),
                stored.recoveryThreshold(),
                stored.recoveryRuns(),
                stored.confidence());
    }

    /** What restricts the filter, by the names of its fields. */
    JsonNode restricting(RunFilter filter) {
        ObjectNode fields = json.valueToTree(filter);
        fields.removeIf(value -> value.isNull() || value.isArray() && value.isEmpty());
        return fields;
    }

    private @Nullable Metric metric(@Nullable String name) {
        if (name == null) {
            return null;
        }
        Metric metric = Metric.named(name);
        if (metric == null) {
            throw new IllegalArgumentException("There is no metric " + name);
        }
        return metric.isOwn() ? ownMetrics.described(metric) : metric;
    }
}
