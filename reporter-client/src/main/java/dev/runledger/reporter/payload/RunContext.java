package dev.runledger.reporter.payload;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the caller knows about a run beside its numbers; null is "not known". Start from {@link #NONE} and add.
 *
 * @param id the run's id, if the caller wants to choose it
 * @param clientRunId the caller's own name for the run, at most 100 characters; the same name is the same run
 * @param environment at most 20 characters, such as production
 * @param triggeredBy at most 50 characters, such as scheduler
 * @param promptVersion at most 50 characters
 * @param arbiterConfigVersion at most 50 characters
 * @param minArbiterScoreThreshold the score from which a question is approved
 */
public record RunContext(
        @Nullable UUID id,
        @Nullable String clientRunId,
        @Nullable String environment,
        @Nullable String triggeredBy,
        @Nullable String promptVersion,
        @Nullable String arbiterConfigVersion,
        @Nullable Double minArbiterScoreThreshold) {

    public static final RunContext NONE = new RunContext(null, null, null, null, null, null, null);

    public RunContext withId(@Nullable UUID id) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withClientRunId(@Nullable String clientRunId) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withEnvironment(@Nullable String environment) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withTriggeredBy(@Nullable String triggeredBy) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withPromptVersion(@Nullable String promptVersion) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withArbiterConfigVersion(@Nullable String arbiterConfigVersion) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    public RunContext withMinArbiterScoreThreshold(@Nullable Double minArbiterScoreThreshold) {
        return new RunContext(
                id,
                clientRunId,
                environment,
                triggeredBy,
                promptVersion,
                arbiterConfigVersion,
                minArbiterScoreThreshold);
    }

    /** The run's id: chosen, else that of its client_run_id, else a new one. Ask once per run. */
    public UUID runId() {
        if (id != null) {
            return id;
        }
        return clientRunId == null ? UUID.randomUUID() : RunIds.ofClientRunId(clientRunId);
    }

    /** This, with what it leaves open taken from another. */
    public RunContext or(RunContext other) {
        return new RunContext(
                id != null ? id : other.id,
                clientRunId != null ? clientRunId : other.clientRunId,
                environment != null ? environment : other.environment,
                triggeredBy != null ? triggeredBy : other.triggeredBy,
                promptVersion != null ? promptVersion : other.promptVersion,
                arbiterConfigVersion != null ? arbiterConfigVersion : other.arbiterConfigVersion,
                minArbiterScoreThreshold != null ? minArbiterScoreThreshold : other.minArbiterScoreThreshold);
    }

    /** What a payload or a line of history says of its run, its id aside. */
    public static RunContext of(ObjectNode json) {
        JsonNode threshold = json.path("min_arbiter_score_threshold");
        return new RunContext(
                null,
                text(json, "client_run_id"),
                text(json, "environment"),
                text(json, "triggered_by"),
                text(json, "prompt_version"),
                text(json, "arbiter_config_version"),
                threshold.isNumber() ? threshold.doubleValue() : null);
    }

    private static @Nullable String text(ObjectNode json, String field) {
        return json.path(field).isString() ? json.get(field).asString() : null;
    }
}
