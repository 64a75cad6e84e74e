package dev.runledger.report;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads a report as the REST contract spells it, and reports every fault in it at once. */
@Component
public class ReportReader {

    private static final UUID NIL = new UUID(0, 0);
    private static final UUID MAX = new UUID(-1, -1);

    private final Clock clock;

    ReportReader(Clock clock) {
        this.clock = clock;
    }

    /**
     * Reads a whole report.
     *
     * @throws InvalidReportException with every fault
     */
    public RunReport read(JsonNode body) {
        return read(body, Map.of());
    }

    /**
     * Reads a report of a run of which some fields are known already.
     *
     * @param known the values of fields that the body does not mention
     * @throws InvalidReportException with every fault
     */
    public RunReport read(JsonNode body, Map<ReportField, Object> known) {
        FaultCollector faults = new FaultCollector();
        if (!body.isObject()) {
            faults.add("model_attributes_type", "Input should be a valid object");
            throw new InvalidReportException(faults.faults());
        }
        Instant now = clock.instant();
        var values = new EnumMap<ReportField, Object>(ReportField.class);
        for (ReportField field : ReportField.values()) {
            String name = isSent(body, field.column()) ? field.column() : field.judgeName();
            if (isSent(body, name)) {
                Object value = field.type().read(body.get(name), field.maxLength(), faults.at(name));
                if (value instanceof OffsetDateTime time) {
                    value = plausible(field, time, body.get(name).stringValue(), now, faults.at(name));
                }
                if (value != null) {
                    values.put(field, value);
                }
            } else if (known.containsKey(field)) {
                values.put(field, known.get(field));
            } else if (field.isRequired()) {
                faults.at(name).add("missing", "Field required");
            } else if (field.type() == FieldType.COUNT) {
                values.put(field, 0);
            }
        }
        UUID id = isSent(body, "id") ? id(body.get("id"), faults.at("id")) : null;
        if (faults.size() > 0) {
            throw new InvalidReportException(faults.faults());
        }
        return new RunReport(
                id,
                values,
                Stream.concat(faults.warnings().stream(), ReportedWarnings.in(body).stream())
                        .toList());
    }

    /** An explicit null means that nothing was sent. */
    private static boolean isSent(JsonNode body, String name) {
        return body.hasNonNull(name);
    }

    /** A run without a start is no run; without an end it is a run whose end is not known. */
    private static @Nullable OffsetDateTime plausible(
            ReportField field, OffsetDateTime time, String sent, Instant now, FaultCollector faults) {
        if (PlausibleTimes.at(now).contain(time.toInstant())) {
            if (PlausibleTimes.isAhead(time.toInstant(), now)) {
                faults.warn("clock_ahead", "is more than five minutes ahead of the server's clock");
            }
            return time;
        }
        if (field.isRequired()) {
            return faults.add("datetime_range", "Input should be a time " + PlausibleTimes.WORDS);
        }
        faults.warn("time_left_out", "is left out: %s is not a time %s".formatted(sent.strip(), PlausibleTimes.WORDS));
        return null;
    }

    /** Clients from before there were ids send other things by this name. */
    private static @Nullable UUID id(JsonNode value, FaultCollector faults) {
        if (value.isString() && StorableText.isBlank(value.stringValue())) {
            return null;
        }
        UUID id = value.isString() ? UuidText.parse(value.stringValue()) : null;
        if (id == null) {
            faults.warn("id_ignored", "is no UUID, and is ignored as any field that is not known");
            return null;
        }
        return id.equals(NIL) || id.equals(MAX)
                ? faults.add("uuid_reserved", "Input should be a UUID of the run's own; this one is reserved")
                : id;
    }
}
