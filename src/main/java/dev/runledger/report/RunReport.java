package dev.runledger.report;

import dev.runledger.metric.Count;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a reporter says of a run: that it began, or how it ended. {@link ReportReader} makes them from what was sent, so
 * every value has its field's type and lies within its bounds.
 *
 * @param id the id that the reporter chose for the run, if it did
 * @param values what was said; a field that is absent was not sent, but for counts, which are 0 then
 * @param warnings what the report was taken in spite of
 */
public record RunReport(@Nullable UUID id, Map<ReportField, Object> values, List<ReportWarning> warnings) {

    public RunReport {
        values = Collections.unmodifiableMap(new EnumMap<>(values));
        warnings = List.copyOf(warnings);
        for (ReportField field : ReportField.values()) {
            if (field.isRequired() && !values.containsKey(field)) {
                throw new IllegalArgumentException(field.column() + " is missing");
            }
        }
    }

    /** The same report of the run with this id. */
    public RunReport of(UUID id) {
        return new RunReport(id, values, warnings);
    }

    public @Nullable Object get(ReportField field) {
        return values.get(field);
    }

    public RunStatus status() {
        return (RunStatus) values.get(ReportField.STATUS);
    }

    /** Whether this reports the run's end rather than its start. */
    public boolean isFinal() {
        return status().isFinal();
    }

    public OffsetDateTime startedAt() {
        return (OffsetDateTime) values.get(ReportField.STARTED_AT);
    }

    public @Nullable String clientRunId() {
        return (String) values.get(ReportField.CLIENT_RUN_ID);
    }

    /** Whether only start, environment and trigger identify the run. */
    public boolean isAnonymous() {
        return id == null && clientRunId() == null;
    }

    long count(Count count) {
        return ((Number) values.getOrDefault(ReportField.valueOf(count.name()), 0)).longValue();
    }

    @Nullable
    Double number(ReportField field) {
        return values.get(field) instanceof Number number ? number.doubleValue() : null;
    }

    @Nullable
    JsonNode json(ReportField field) {
        return (JsonNode) values.get(field);
    }
}
