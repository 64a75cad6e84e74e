package dev.runledger.reporter.payload;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The bodies that are posted. The rules, with their reasons, are in vectors/README.md; the vectors there hold for every client. */
public final class Payload {

    private static final List<String> KEPT_OF_THE_DEAD = List.of(
            "id",
            "client_run_id",
            "started_at",
            "questions_requested",
            "environment",
            "triggered_by",
            "prompt_version",
            "arbiter_config_version",
            "min_arbiter_score_threshold");

    private static final List<String> NO_FIGURES =
            List.of("id", "started_at", "completed_at", "status", "exit_code", "warnings");

    private Payload() {}

    /** The start of a run: what is known, and nothing else. */
    public static ObjectNode start(String startedAt, int questionsRequested, RunContext context) {
        ObjectNode payload = Json.object().put("id", context.runId().toString());
        putKnown(payload, "client_run_id", context.clientRunId());
        payload.put("started_at", startedAt).put("status", "running").put("questions_requested", questionsRequested);
        putKnown(payload, "prompt_version", context.promptVersion());
        putKnown(payload, "arbiter_config_version", context.arbiterConfigVersion());
        if (context.minArbiterScoreThreshold() != null) {
            payload.put("min_arbiter_score_threshold", context.minArbiterScoreThreshold());
        }
        putKnown(payload, "environment", context.environment());
        putKnown(payload, "triggered_by", context.triggeredBy());
        return withoutNonFinite(payload);
    }

    /**
     * The end of a run, from the summary of its MetricsTracker.
     *
     * @param exitCode of the pipeline; null if there is none, then the counts decide over the status
     * @param exitCodes what the exit code means
     * @param reportedAt when the run is being reported, the start of a run that knows no better; null for old history
     */
    public static ObjectNode completion(
            ObjectNode summary,
            @Nullable Integer exitCode,
            ExitCodes exitCodes,
            RunContext context,
            @Nullable String reportedAt) {
        Summary all = new Summary(summary);
        Summary execution = all.section("execution");
        Summary generation = all.section("generation");
        Summary evaluation = all.section("evaluation");
        Summary deduplication = all.section("deduplication");
        Summary database = all.section("database");
        Summary api = all.section("api");
        Summary overall = all.section("overall");

        ObjectNode payload = Json.object();
        payload.put("id", context.runId().toString());
        payload.put("client_run_id", context.clientRunId());
        JsonNode start = firstText(execution.value("start_time"), execution.value("end_time"));
        payload.set("started_at", start != null ? start : payload.stringNode(reportedAt));
        payload.set("completed_at", execution.value("end_time"));
        payload.set("duration_seconds", execution.value("duration_seconds"));
        payload.put(
                "status",
                exitCodes.status(
                        exitCode, overall.number("questions_final_output"), overall.number("questions_requested")));
        payload.put("exit_code", exitCode);
        payload.set("questions_requested", generation.count("requested"));
        payload.set("questions_generated", generation.count("generated"));
        payload.set("generation_failures", generation.count("failed"));
        payload.set("generation_success_rate", generation.value("success_rate"));
        payload.set("questions_evaluated", evaluation.count("evaluated"));
        payload.set("questions_approved", evaluation.count("approved"));
        payload.set("questions_rejected", evaluation.count("rejected"));
        payload.set("approval_rate", evaluation.value("approval_rate"));
        payload.set("avg_arbiter_score", evaluation.value("average_score"));
        payload.set("min_arbiter_score", evaluation.value("min_score"));
        payload.set("max_arbiter_score", evaluation.value("max_score"));
        payload.set("duplicates_found", deduplication.count("duplicates_found"));
        payload.set("exact_duplicates", deduplication.count("exact_duplicates"));
        payload.set("semantic_duplicates", deduplication.count("semantic_duplicates"));
        payload.set("duplicate_rate", deduplication.value("duplicate_rate"));
        payload.set("questions_inserted", database.count("inserted"));
        payload.set("insertion_failures", database.count("failed"));
        payload.set("overall_success_rate", overall.value("overall_success_rate"));
        payload.set("total_errors", overall.count("total_errors"));
        payload.set("total_api_calls", api.count("total_calls"));
        payload.set("provider_metrics", nullIfEmpty(providers(generation, api)));
        payload.set("type_metrics", nullIfEmpty(QuestionTypes.canonical(generation.object("by_type"))));
        payload.set("difficulty_metrics", nullIfEmpty(generation.object("by_difficulty")));
        payload.set("error_summary", errors(all.section("error_classification")));
        payload.put("prompt_version", context.promptVersion());
        payload.put("arbiter_config_version", context.arbiterConfigVersion());
        payload.put("min_arbiter_score_threshold", context.minArbiterScoreThreshold());
        payload.put("environment", context.environment());
        payload.put("triggered_by", context.triggeredBy());
        addCost(payload, all.section("cost"));
        ObjectNode metrics = OwnMetrics.of(all);
        if (!metrics.isEmpty()) {
            payload.set("metrics", metrics);
        }
        if (isGenerationUnrecorded(generation, evaluation, database)) {
            removeRatesOfGeneration(payload);
        }
        return withoutNonFinite(payload);
    }

    /** How far a run has come: the figures of a summary, as far as it has any. */
    public static ObjectNode progress(ObjectNode summary) {
        ObjectNode payload = completion(summary, null, ExitCodes.PLAIN, RunContext.NONE, null);
        payload.remove(NO_FIGURES);
        payload.properties()
                .removeIf(field -> field.getValue().isNull()
                        || field.getValue().isNumber()
                                && field.getValue().decimalValue().signum() == 0);
        return payload;
    }

    /** The end of a run whose summary cannot be had: nothing is known, so nothing must count as none of many. */
    public static ObjectNode withoutSummary(ObjectNode payload, SummaryProblem problem) {
        if (!payload.path("status").asString("").equals("failed")) {
            payload.put("questions_requested", 0);
        }
        ObjectNode errors = payload.putObject("error_summary");
        errors.putObject("by_category").put(problem.type(), 1);
        errors.putObject("by_severity").put("low", 1);
        errors.put("critical_count", 0);
        return warn(payload, "summary", problem.type(), problem.message());
    }

    /** The end of a run that nobody sent a summary of: what was requested is known, but not what became of it. */
    public static ObjectNode withoutFigures(ObjectNode payload) {
        boolean counts = payload.path("status").asString("").equals("failed")
                || new Summary(payload).isZero("questions_requested");
        return counts
                ? payload
                : warn(
                        payload,
                        "summary",
                        "figures_unknown",
                        "no summary was sent: the figures of the run are unknown");
    }

    /** Trackers of some months counted what was evaluated and inserted, but not what was generated. */
    private static boolean isGenerationUnrecorded(Summary generation, Summary evaluation, Summary database) {
        return generation.isZero("generated")
                && generation.isZero("failed")
                && !(evaluation.isZero("evaluated") && evaluation.isZero("approved") && database.isZero("inserted"));
    }

    private static void removeRatesOfGeneration(ObjectNode payload) {
        payload.putNull("generation_success_rate");
        Summary reported = new Summary(payload);
        if (reported.isZero("questions_requested") || reported.isZero("overall_success_rate")) {
            payload.putNull("overall_success_rate");
        }
        warn(
                payload,
                "questions_generated",
                "generation_not_recorded",
                "the summary has questions that were evaluated or inserted, but none that were generated");
    }

    private static ObjectNode warn(ObjectNode payload, String field, String type, String message) {
        payload.withArray("warnings")
                .addObject()
                .put("field", field)
                .put("type", type)
                .put("message", message);
        return payload;
    }

    /** The end of a run whose process died; depends on nothing but its start, so that two who find it say the same. */
    public static ObjectNode died(ObjectNode start) {
        ObjectNode payload = Json.object();
        for (String field : KEPT_OF_THE_DEAD) {
            if (start.has(field)) {
                payload.set(field, start.get(field));
            }
        }
        return markFailed(payload, "process_died");
    }

    /** Makes a payload that of a failed run with one critical error of the given category. */
    public static ObjectNode markFailed(ObjectNode payload, String category) {
        payload.put("status", "failed").put("total_errors", 1);
        ObjectNode summary = payload.putObject("error_summary");
        summary.putObject("by_category").put(category, 1);
        summary.putObject("by_severity").put("critical", 1);
        summary.put("critical_count", 1);
        return payload;
    }

    /** The id that a payload carries. */
    public static UUID id(ObjectNode payload) {
        return UUID.fromString(payload.path("id").asString());
    }

    private static ObjectNode providers(Summary generation, Summary api) {
        Summary generated = generation.section("by_provider");
        Summary calls = api.section("by_provider");
        Set<String> names = new LinkedHashSet<>(generated.values().propertyNames());
        names.addAll(calls.values().propertyNames());
        ObjectNode providers = Json.object();
        for (String name : names) {
            ObjectNode provider = providers.putObject(name);
            provider.set("generated", generated.count(name));
            provider.set("api_calls", calls.count(name));
            provider.put("failures", 0);
        }
        return providers;
    }

    private static @Nullable ObjectNode errors(Summary classification) {
        ObjectNode byCategory = classification.object("by_category");
        ObjectNode bySeverity = classification.object("by_severity");
        if (byCategory.isEmpty()
                && bySeverity.isEmpty()
                && classification.number("critical_errors").signum() == 0) {
            return null;
        }
        ObjectNode errors = Json.object();
        errors.set("by_category", byCategory);
        errors.set("by_severity", bySeverity);
        errors.set("critical_count", classification.count("critical_errors"));
        return errors;
    }

    private static void addCost(ObjectNode payload, Summary cost) {
        if (!cost.values().isEmpty()) {
            payload.set("total_cost_usd", cost.value("total_cost_usd"));
            payload.set("total_input_tokens", cost.value("total_input_tokens"));
            payload.set("total_output_tokens", cost.value("total_output_tokens"));
            payload.set("cost_by_provider", nullIfEmpty(cost.object("by_provider")));
        }
    }

    private static @Nullable JsonNode firstText(@Nullable JsonNode first, @Nullable JsonNode second) {
        return first != null && !first.asString("").isEmpty() ? first : second;
    }

    private static @Nullable ObjectNode nullIfEmpty(ObjectNode object) {
        return object.isEmpty() ? null : object;
    }

    private static void putKnown(ObjectNode payload, String field, @Nullable String value) {
        if (value != null) {
            payload.put(field, value);
        }
    }

    private static ObjectNode withoutNonFinite(ObjectNode payload) {
        ObjectNode copy = payload.deepCopy();
        removeNonFinite(copy);
        return copy;
    }

    private static void removeNonFinite(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().stream()
                    .filter(member -> Summary.isNonFinite(member.getValue()))
                    .forEach(member -> member.setValue(object.nullNode()));
            object.forEach(Payload::removeNonFinite);
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (Summary.isNonFinite(array.get(i))) {
                    array.setNull(i);
                }
            }
            array.forEach(Payload::removeNonFinite);
        }
    }
}
