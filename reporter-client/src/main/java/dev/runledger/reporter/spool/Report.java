package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one file of the spool holds.
 *
 * @param payload the body to post, exactly
 * @param adopted it was made by somebody other than the pipeline itself; if the ledger knows another end of that run, all is well
 */
public record Report(Kind kind, UUID runId, Instant createdAt, ObjectNode payload, boolean adopted) {

    static final int FORMAT = 1;

    private static final String WRITER = writer();

    /** A report of the run that the payload names. */
    public static Report of(Kind kind, Instant createdAt, ObjectNode payload) {
        return new Report(kind, UUID.fromString(payload.path("id").asString()), createdAt, payload, false);
    }

    /** The end of a run whose process died. */
    static Report adopted(Instant createdAt, ObjectNode payload) {
        return new Report(Kind.COMPLETION, UUID.fromString(payload.path("id").asString()), createdAt, payload, true);
    }

    /** The same, to be given up silently if the ledger knows another end of the run. */
    public Report givingWay() {
        return new Report(kind, runId, createdAt, payload, true);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("format", FORMAT)
                .put("kind", kind.word())
                .put("run_id", runId.toString())
                .put("created_at", Times.text(createdAt))
                .put("writer", WRITER);
        if (adopted) {
            json.put("adopted", true);
        }
        json.set("payload", payload);
        return json;
    }

    static Report read(byte[] content) throws UnreadableReportException {
        ObjectNode json;
        try {
            json = Json.read(content);
        } catch (JacksonException e) {
            throw new UnreadableReportException("not a JSON object: " + e.getOriginalMessage());
        }
        return of(json);
    }

    static Report of(ObjectNode json) throws UnreadableReportException {
        if (json.path("format").asInt(0) < 1) {
            throw new UnreadableReportException("no format number");
        }
        if (!(json.get("payload") instanceof ObjectNode payload)) {
            throw new UnreadableReportException("no payload");
        }
        try {
            return new Report(
                    Kind.of(json.path("kind").asString("")),
                    UUID.fromString(json.path("run_id").asString("")),
                    createdAt(json.path("created_at").asString("")),
                    payload,
                    json.path("adopted").asBoolean(false));
        } catch (IllegalArgumentException e) {
            throw new UnreadableReportException("kind or run_id missing: " + e.getMessage());
        }
    }

    /** For people only, so that a bad one is no reason to keep a report back. */
    private static Instant createdAt(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    static boolean isNewerFormat(byte[] content) {
        try {
            return Json.read(content).path("format").asInt(0) > FORMAT;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static String writer() {
        @Nullable String version = Report.class.getPackage().getImplementationVersion();
        return "java " + (version == null ? "development" : version);
    }
}
