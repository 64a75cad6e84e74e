package dev.runledger.rest;

import dev.runledger.report.Fault;
import dev.runledger.report.IsoTime;
import dev.runledger.report.StorableText;
import dev.runledger.web.QueryParameters;
import jakarta.servlet.http.HttpServletRequest;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a request's query parameters, and reports every fault in them at once. Of a repeated one the last counts. */
final class QueryReader {

    private final QueryParameters parameters;
    private final Map<String, Fault> faults = new LinkedHashMap<>();

    QueryReader(HttpServletRequest request) {
        parameters = QueryParameters.of(request);
    }

    /** The parameter's value; null if there is none, or a faulty one. */
    @Nullable
    String text(String name) {
        if (!parameters.has(name)) {
            return null;
        }
        String text = parameters.text(name);
        return text != null && StorableText.isStorable(text)
                ? text
                : add(name, "string_unicode", "Input should be percent-encoded UTF-8 without the character NUL", null);
    }

    /** As {@link #text}, of something's name: a blank one is none, as in reports. */
    @Nullable
    String name(String name) {
        String text = text(name);
        return text == null || StorableText.isBlank(text) ? null : text;
    }

    /** The values of a parameter that may be repeated; blank ones are left out. */
    List<String> names(String name) {
        List<String> texts = parameters.texts(name);
        if (texts.stream().anyMatch(text -> text == null || !StorableText.isStorable(text))) {
            return add(
                    name,
                    "string_unicode",
                    "Input should be percent-encoded UTF-8 without the character NUL",
                    List.of());
        }
        return texts.stream().filter(text -> !StorableText.isBlank(text)).toList();
    }

    long integer(String name, long defaultValue, long min, long max) {
        String text = text(name);
        if (text == null) {
            return defaultValue;
        }
        if (!text.strip().matches("[+-]?\\d{1,18}")) {
            return add(name, "int_parsing", "Input should be a valid integer", defaultValue);
        }
        long value = Long.parseLong(text.strip());
        if (value < min) {
            return add(name, "greater_than_equal", "Input should be greater than or equal to " + min, defaultValue);
        }
        if (value > max) {
            return add(name, "less_than_equal", "Input should be less than or equal to " + max, defaultValue);
        }
        return value;
    }

    @Nullable
    Double number(String name) {
        String text = text(name);
        try {
            Double value = text == null ? null : Double.valueOf(text);
            return value == null || Double.isFinite(value)
                    ? value
                    : add(name, "finite_number", "Input should be a finite number", null);
        } catch (NumberFormatException e) {
            return add(name, "float_parsing", "Input should be a valid number", null);
        }
    }

    /** A number from 0 to 1. */
    @Nullable
    Double share(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= 1) {
                return value;
            }
            return value < 0
                    ? add(name, "greater_than_equal", "Input should be greater than or equal to 0", null)
                    : add(name, "less_than_equal", "Input should be less than or equal to 1", null);
        } catch (NumberFormatException e) {
            return add(name, "float_parsing", "Input should be a valid number", null);
        }
    }

    @Nullable
    OffsetDateTime time(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        OffsetDateTime time = IsoTime.parse(text);
        return time != null
                ? time
                : add(name, "datetime_parsing", "Input should be an ISO 8601 date, or date and time", null);
    }

    OffsetDateTime requiredTime(String name) {
        if (!parameters.has(name)) {
            return add(name, "missing", "Field required", OffsetDateTime.MIN);
        }
        OffsetDateTime time = time(name);
        return time != null ? time : OffsetDateTime.MIN;
    }

    /** One of the values, by the code that the contract gives it. */
    <T> @Nullable T oneOf(String name, T[] values, Function<T, String> code) {
        String text = text(name);
        return text == null ? null : coded(name, text, values, code);
    }

    <T> T oneOf(String name, T[] values, Function<T, String> code, T otherwise) {
        T value = oneOf(name, values, code);
        return value == null ? otherwise : value;
    }

    /** Those of the values that a parameter, which may be repeated, names. */
    <T> List<T> anyOf(String name, T[] values, Function<T, String> code) {
        List<T> named = new ArrayList<>();
        for (String text : names(name)) {
            T value = coded(name, text, values, code);
            if (value != null) {
                named.add(value);
            }
        }
        return named;
    }

    private <T> @Nullable T coded(String name, String text, T[] values, Function<T, String> code) {
        for (T value : values) {
            if (code.apply(value).equals(text)) {
                return value;
            }
        }
        String codes = String.join(", ", Stream.of(values).map(code).toList());
        return add(name, "enum", "Input should be one of " + codes, null);
    }

    /** What is wrong with a parameter beside the others. */
    void fault(String name, String type, String message) {
        add(name, type, message, null);
    }

    /**
     * Ends the reading.
     *
     * @throws RequestFaultException with every fault found on the way
     */
    void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new RequestFaultException("query", List.copyOf(faults.values()));
        }
    }

    private <T extends @Nullable Object> T add(String name, String type, String message, T standIn) {
        faults.putIfAbsent(name, new Fault(List.of(name), type, message));
        return standIn;
    }
}
