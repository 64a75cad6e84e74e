package dev.runledger.reporter.payload;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A MetricsTracker summary from a file: bare, or as {@code {"summary": {...}, "exit_code": 0, "environment": ...}}.
 *
 * @param exitCode null if the file does not say
 */
public record ReportedSummary(ObjectNode summary, @Nullable Integer exitCode, RunContext context) {

    /** A summary has one of them at least. */
    private static final List<String> SECTIONS = List.of(
            "execution",
            "generation",
            "evaluation",
            "deduplication",
            "database",
            "overall",
            "api",
            "cost",
            "error_classification",
            "retry",
            "circuit_breaker",
            "verification");

    /** Null if it is neither. */
    public static @Nullable ReportedSummary of(ObjectNode json) {
        if (json.get("summary") instanceof ObjectNode summary && isSummary(summary)) {
            Integer exitCode =
                    json.path("exit_code").isInt() ? json.get("exit_code").intValue() : null;
            return new ReportedSummary(summary, exitCode, RunContext.of(json));
        }
        return isSummary(json) ? new ReportedSummary(json, null, RunContext.NONE) : null;
    }

    private static boolean isSummary(ObjectNode json) {
        return SECTIONS.stream().anyMatch(section -> json.get(section) instanceof ObjectNode);
    }
}
