package dev.runledger.reporter.payload;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A MetricsTracker summary from a file: bare, or as {@code {"summary": {...}, "exit_code": 0, "environment": ...}}.
 *
 * @param exitCode null if the file does not say
 */
public record ReportedSummary(ObjectNode summary, @Nullable Integer exitCode, RunContext context) {

    /** Null if it is neither. */
    public static @Nullable ReportedSummary of(ObjectNode json) {
        if (json.get("summary") instanceof ObjectNode summary) {
            Integer exitCode =
                    json.path("exit_code").isInt() ? json.get("exit_code").intValue() : null;
            return new ReportedSummary(summary, exitCode, RunContext.of(json));
        }
        boolean isBare = json.has("execution") || json.has("generation") || json.has("overall");
        return isBare ? new ReportedSummary(json, null, RunContext.NONE) : null;
    }
}
