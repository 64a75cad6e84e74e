package dev.runledger.ledger;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How far a run that is going on has come, as it reports itself.
 *
 * @param reportedAt when it said so, by the reporter's clock
 * @param silentAt when it will have been silent for too long
 * @param figures the fields of a report that are known so far, by their names in the REST contract
 */
public record RunProgress(OffsetDateTime reportedAt, OffsetDateTime silentAt, JsonNode figures) {

    public @Nullable Integer getQuestionsRequested() {
        return count("questions_requested");
    }

    public @Nullable Integer getQuestionsGenerated() {
        return count("questions_generated");
    }

    public @Nullable Integer getQuestionsEvaluated() {
        return count("questions_evaluated");
    }

    public @Nullable Integer getQuestionsApproved() {
        return count("questions_approved");
    }

    public @Nullable Integer getQuestionsInserted() {
        return count("questions_inserted");
    }

    public @Nullable Integer getTotalErrors() {
        return count("total_errors");
    }

    /** In US dollars. */
    public @Nullable Double getTotalCostUsd() {
        return figures.hasNonNull("total_cost_usd")
                ? figures.get("total_cost_usd").doubleValue()
                : null;
    }

    private @Nullable Integer count(String field) {
        return figures.hasNonNull(field) ? figures.get(field).intValue() : null;
    }
}
