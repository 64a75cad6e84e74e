package dev.runledger.rest;

import dev.runledger.report.Fault;
import dev.runledger.report.ReportField;
import dev.runledger.report.RunStatus;
import dev.runledger.report.UuidText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run event of OpenLineage, read as a report: {@code START} begins a run, {@code COMPLETE}, {@code FAIL} and {@code ABORT} end
 * it; others say nothing that the ledger keeps. The run facet {@code runledger} may hold any field of a report by its name in the
 * REST contract, which then wins.
 *
 * @see <a href="https://openlineage.io/docs/spec/object-model">OpenLineage, object model</a>
 */
final class LineageEvent {

    static final String FACET = "runledger";

    private static final Map<String, RunStatus> STATUS = Map.of(
            "START", RunStatus.RUNNING,
            "COMPLETE", RunStatus.SUCCESS,
            "FAIL", RunStatus.FAILED,
            "ABORT", RunStatus.FAILED);

    private final JsonNode event;
    private final @Nullable RunStatus status;

    private LineageEvent(JsonNode event) {
        this.event = event;
        this.status = STATUS.get(event.path("eventType").asString(""));
    }

    /**
     * @throws RequestFaultException if a field that names the run and its time is missing, or the id is none
     */
    static LineageEvent of(JsonNode event) {
        List<Fault> faults = new ArrayList<>();
        require(event, faults, "eventTime");
        require(event, faults, "run", "runId");
        require(event, faults, "job", "name");
        JsonNode runId = event.path("run").path("runId");
        if (runId.isString() && UuidText.parse(runId.stringValue()) == null) {
            faults.add(new Fault(List.of("run", "runId"), "uuid_parsing", "Input should be a valid UUID"));
        }
        if (!faults.isEmpty()) {
            throw new RequestFaultException("body", faults);
        }
        return new LineageEvent(event);
    }

    /** Whether the event begins or ends a run. */
    boolean isRecorded() {
        return status != null;
    }

    UUID runId() {
        return UUID.fromString(event.path("run").path("runId").stringValue());
    }

    /**
     * The report that the event amounts to.
     *
     * @param known when the run began and what it was asked for, if its start was recorded
     */
    ObjectNode report(Map<ReportField, Object> known) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        JsonNode facets = event.path("run").path("facets");
        report.put("status", status.code());
        report.set(
                "started_at",
                known.containsKey(ReportField.STARTED_AT)
                        ? report.stringNode(known.get(ReportField.STARTED_AT).toString())
                        : start(facets));
        report.put("questions_requested", (Integer) known.getOrDefault(ReportField.QUESTIONS_REQUESTED, 0));
        putWhereItFits(report, ReportField.ENVIRONMENT, event.path("job").path("namespace"));
        putWhereItFits(report, ReportField.TRIGGERED_BY, event.path("job").path("name"));
        if (status.isFinal()) {
            report.set("completed_at", event.get("eventTime"));
            JsonNode message = facets.path("errorMessage").path("message");
            if (message.isString()) {
                report.put("total_errors", 1);
                report.putObject("error_summary").set("message", message);
            }
        }
        if (facets.path(FACET) instanceof ObjectNode fields) {
            for (String name : fields.propertyNames()) {
                if (!name.startsWith("_")) {
                    report.set(name, fields.get(name));
                }
            }
        }
        report.set("id", event.path("run").get("runId"));
        return report;
    }

    /** Of an end whose start is not known: when the run was due, else the end itself. */
    private JsonNode start(JsonNode facets) {
        JsonNode nominal = facets.path("nominalTime").path("nominalStartTime");
        return status.isFinal() && nominal.isString() ? nominal : event.get("eventTime");
    }

    /** Job and namespace are longer than the ledger's names at times: then they say nothing here. */
    private static void putWhereItFits(ObjectNode report, ReportField field, JsonNode name) {
        if (name.isString() && name.stringValue().length() <= field.maxLength()) {
            report.set(field.column(), name);
        }
    }

    private static void require(JsonNode event, List<Fault> faults, String... path) {
        JsonNode node = event;
        for (String name : path) {
            node = node.path(name);
        }
        if (!node.isString()) {
            faults.add(new Fault(List.of(path), "missing", "Field required"));
        }
    }
}
