package dev.runledger.report;

import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Reads a report as the REST contract spells it, and tells all that is wrong with it at once. */
@Component
public class ReportReader {

    private static final Pattern UUID_TEXT =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

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
     * @param known what stands for a field that the body does not mention
     * @throws InvalidReportException with every fault
     */
    public RunReport read(JsonNode body, Map<ReportField, Object> known) {
        FaultCollector faults = new FaultCollector();
        if (!body.isObject()) {
            faults.add("model_attributes_type", "Input should be a valid object");
            throw new InvalidReportException(faults.faults());
        }
        var values = new EnumMap<ReportField, Object>(ReportField.class);
        for (ReportField field : ReportField.values()) {
            String name = isSent(body, field.column()) ? field.column() : field.judgeName();
            if (isSent(body, name)) {
                Object value = field.type().read(body.get(name), field.maxLength(), faults.at(name));
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
        return new RunReport(id, values);
    }

    /** An explicit null means that nothing was sent. */
    private static boolean isSent(JsonNode body, String name) {
        return body.hasNonNull(name);
    }

    private static @Nullable UUID id(JsonNode value, FaultCollector faults) {
        if (value.isString() && UUID_TEXT.matcher(value.stringValue()).matches()) {
            return UUID.fromString(value.stringValue());
        }
        return faults.add("uuid_parsing", "Input should be a valid UUID");
    }
}
