package dev.runledger.report;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The types and bounds of what a report may say. Values are taken as they are or refused, never rounded or truncated; but for
 * characters that cannot be stored, which are replaced.
 */
public enum FieldType {
    /** An ISO 8601 time, read as an {@link java.time.OffsetDateTime} in UTC. */
    TIME,
    /** The code of a {@link RunStatus}. */
    STATUS,
    /** Any 32-bit integer. */
    INTEGER(Integer.MIN_VALUE, Integer.MAX_VALUE),
    /** A 32-bit integer from 0. */
    COUNT(0, Integer.MAX_VALUE),
    /** A 64-bit integer from 0. */
    TOKENS(0, Long.MAX_VALUE),
    /** A score: a number whose size is a million at most. */
    NUMBER(-1_000_000, 1_000_000),
    /** Seconds or US dollars: a number from 0 to a billion. */
    AMOUNT(0, 1_000_000_000),
    /** A number from 0 to 1. */
    SHARE(0, 1),
    /** A string of bounded length; null if it is blank. */
    TEXT,
    /** A JSON object. */
    OBJECT,
    /** A JSON object whose members are integers. */
    OBJECT_OF_INTEGERS,
    /** A JSON object whose members are objects. */
    OBJECT_OF_OBJECTS,
    /** Metrics of the reporter's own, by name: a JSON object of {@code {"value": 3, "of": 49}}. */
    METRICS,
    /** Figures by name within dimensions of the reporter's own: a JSON object of objects of objects of numbers. */
    BREAKDOWNS;

    /** The largest size of a number that analytics read from JSON. */
    public static final long MAX_MEMBER = 1_000_000_000_000_000L;

    /** The most members of an object that analytics distinguish, as {@code json_capped} does. */
    static final int MAX_NAMES = 200;

    /** The most characters of a member's name that analytics keep as they are. */
    private static final int MAX_NAME = 200;

    /** The most metrics of its own that a report has. */
    public static final int MAX_METRICS = 50;

    /** The most dimensions of its own that a report has. */
    public static final int MAX_DIMENSIONS = 10;

    private static final int MAX_DECIMALS = 400;
    private static final int MAX_DEPTH = 100;

    private static final List<String> NUMBERS_PER_PROVIDER = List.of(
            "generated",
            "api_calls",
            "failures",
            "evaluated",
            "approved",
            "rejected",
            "inserted",
            "total_cost_usd",
            "total_input_tokens",
            "total_output_tokens");

    private static final List<String> NUMBERS_PER_NAME = List.of(
            "generated", "failures", "api_calls", "evaluated", "approved", "cost_usd", "input_tokens", "output_tokens");

    private static final List<String> COUNTED_IN_SUMMARY = List.of("by_category", "by_severity");

    private final @Nullable BigDecimal minimum;
    private final @Nullable BigDecimal maximum;

    FieldType() {
        this.minimum = null;
        this.maximum = null;
    }

    FieldType(long minimum, long maximum) {
        this.minimum = BigDecimal.valueOf(minimum);
        this.maximum = BigDecimal.valueOf(maximum);
    }

    /** The least value of a number; null for all other types. */
    public @Nullable BigDecimal minimum() {
        return minimum;
    }

    /** The greatest value of a number; null for all other types. */
    public @Nullable BigDecimal maximum() {
        return maximum;
    }

    /** The value in Java; null if it says nothing, or after adding to {@code faults} what is wrong with it. */
    @Nullable
    Object read(JsonNode value, int maxLength, FaultCollector faults) {
        return switch (this) {
            case TIME -> time(value, faults);
            case STATUS -> status(value, faults);
            case INTEGER, COUNT -> {
                BigDecimal number = integer(value, minimum, maximum, faults);
                yield number == null ? null : (Object) number.intValueExact();
            }
            case TOKENS -> {
                BigDecimal number = integer(value, minimum, maximum, faults);
                yield number == null ? null : (Object) number.longValueExact();
            }
            case NUMBER, AMOUNT, SHARE -> {
                BigDecimal number = number(value, minimum, maximum, faults);
                yield number == null ? null : (Object) number.doubleValue();
            }
            case TEXT -> text(value, maxLength, faults);
            case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS, METRICS, BREAKDOWNS -> object(value, faults);
        };
    }

    private static @Nullable Object time(JsonNode value, FaultCollector faults) {
        if (!value.isString()) {
            return faults.add("datetime_type", "Input should be an ISO 8601 date and time, as a string");
        }
        var time = IsoTime.parse(value.stringValue());
        return time != null
                ? time
                : faults.add("datetime_parsing", "Input should be an ISO 8601 date and time, the year in four digits");
    }

    private static @Nullable Object status(JsonNode value, FaultCollector faults) {
        RunStatus status = value.isString() ? RunStatus.ofCode(value.stringValue()) : null;
        return status != null
                ? status
                : faults.add("enum", "Input should be 'running', 'success', 'partial_failure' or 'failed'");
    }

    private static @Nullable BigDecimal integer(JsonNode value, BigDecimal min, BigDecimal max, FaultCollector faults) {
        if (!value.isNumber() || isNotFinite(value)) {
            return faults.add("int_type", "Input should be a valid integer");
        }
        BigDecimal number = within(value, min, max, faults);
        // Compared before any conversion: 1e999999999 must not be written out.
        if (number != null && number.stripTrailingZeros().scale() > 0) {
            return faults.add("int_from_float", "Input should be a valid integer, got a number with a fractional part");
        }
        return number;
    }

    private static @Nullable BigDecimal number(JsonNode value, BigDecimal min, BigDecimal max, FaultCollector faults) {
        if (!value.isNumber()) {
            return faults.add("float_type", "Input should be a valid number");
        }
        if (isNotFinite(value)) {
            return faults.add("finite_number", "Input should be a finite number");
        }
        return within(value, min, max, faults);
    }

    private static @Nullable BigDecimal within(JsonNode value, BigDecimal min, BigDecimal max, FaultCollector faults) {
        BigDecimal number = value.decimalValue();
        if (number.compareTo(min) < 0) {
            return faults.add("greater_than_equal", "Input should be greater than or equal to " + min);
        }
        if (number.compareTo(max) > 0) {
            return faults.add("less_than_equal", "Input should be less than or equal to " + max);
        }
        return number;
    }

    private static @Nullable Object text(JsonNode value, int maxLength, FaultCollector faults) {
        if (!value.isString()) {
            return faults.add("string_type", "Input should be a valid string");
        }
        String text = value.stringValue();
        if (StorableText.isBlank(text)) {
            return null;
        }
        if (text.codePointCount(0, text.length()) > maxLength) {
            return faults.add("string_too_long", "String should have at most " + maxLength + " characters");
        }
        return storable(text, faults);
    }

    private @Nullable Object object(JsonNode value, FaultCollector faults) {
        if (!value.isObject()) {
            return faults.add("dict_type", "Input should be a valid object");
        }
        int before = faults.size();
        int most = this == METRICS ? MAX_METRICS : this == BREAKDOWNS ? MAX_DIMENSIONS : Integer.MAX_VALUE;
        if (value.size() > most) {
            return faults.add("too_long", "Object should have at most %d members".formatted(most));
        }
        value.properties().forEach(member -> checkMember(member.getKey(), member.getValue(), faults));
        if (this == OBJECT_OF_INTEGERS || this == OBJECT_OF_OBJECTS) {
            warnOfNames(value, faults);
        }
        JsonNode storable = faults.size() == before ? storable(value, MAX_DEPTH, faults) : null;
        return faults.size() == before ? storable : null;
    }

    private void checkMember(String name, JsonNode value, FaultCollector faults) {
        FaultCollector place = faults.at(name);
        switch (this) {
            case OBJECT_OF_INTEGERS ->
                integer(value, BigDecimal.valueOf(-MAX_MEMBER), BigDecimal.valueOf(MAX_MEMBER), place);
            case OBJECT_OF_OBJECTS -> {
                if (value.isObject()) {
                    NUMBERS_PER_PROVIDER.forEach(number -> checkNumber(value.path(number), place.at(number)));
                } else {
                    place.add("dict_type", "Input should be a valid object");
                }
            }
            case METRICS -> checkMetric(name, value, place);
            case BREAKDOWNS -> checkBreakdown(name, value, place);
            default -> {
                if (COUNTED_IN_SUMMARY.contains(name) && value.isObject()) {
                    warnOfNames(value, place);
                    value.properties().forEach(count -> {
                        if (count.getValue().isNumber()) {
                            checkNumber(count.getValue(), place.at(count.getKey()));
                        }
                    });
                }
            }
        }
    }

    private static void checkMetric(String name, JsonNode value, FaultCollector faults) {
        checkName(Metric.OWN_NAME.matcher(name).matches(), faults);
        if (!value.isObject()) {
            faults.add("dict_type", "Input should be a valid object");
        } else if (!value.path("value").isNumber()) {
            faults.at("value").add("float_type", "Input should be a valid number");
        } else {
            checkNumber(value.path("value"), faults.at("value"));
            checkAmount(value.path("of"), faults.at("of"));
        }
    }

    private static void checkBreakdown(String name, JsonNode value, FaultCollector faults) {
        checkName(Dimension.OWN_NAME.matcher(name).matches() && !Dimension.RESERVED.contains(name), faults);
        if (!value.isObject()) {
            faults.add("dict_type", "Input should be a valid object");
            return;
        }
        warnOfNames(value, faults);
        value.properties().forEach(entry -> {
            FaultCollector place = faults.at(entry.getKey());
            if (entry.getValue().isObject()) {
                NUMBERS_PER_NAME.forEach(number -> checkAmount(entry.getValue().path(number), place.at(number)));
            } else {
                place.add("dict_type", "Input should be a valid object");
            }
        });
    }

    private static void checkName(boolean isValid, FaultCollector faults) {
        if (!isValid) {
            faults.add(
                    "string_pattern_mismatch",
                    "Name should be a lower-case letter and up to 49 letters, digits, '_', '.' or '-', and none that is reserved");
        }
    }

    private static void checkAmount(JsonNode value, FaultCollector faults) {
        if (!value.isMissingNode() && !value.isNull()) {
            number(value, BigDecimal.ZERO, BigDecimal.valueOf(MAX_MEMBER), faults);
        }
    }

    private static void checkNumber(JsonNode value, FaultCollector faults) {
        if (!value.isMissingNode() && !value.isNull()) {
            number(value, BigDecimal.valueOf(-MAX_MEMBER), BigDecimal.valueOf(MAX_MEMBER), faults);
        }
    }

    /** Analytics distinguish the members of an object by name. */
    private static void warnOfNames(JsonNode object, FaultCollector faults) {
        if (object.size() > MAX_NAMES) {
            faults.warn(
                    "many_names",
                    "has %d names; analytics count the %d largest by name and the others together as (other)"
                            .formatted(object.size(), MAX_NAMES));
        }
        if (object.propertyStream()
                .anyMatch(member ->
                        member.getKey().codePointCount(0, member.getKey().length()) > MAX_NAME)) {
            faults.warn(
                    "long_name",
                    "has a name of more than %d characters, which is kept; analytics shorten it".formatted(MAX_NAME));
        }
        if (object.propertyStream().anyMatch(member -> StorableText.isBlank(member.getKey()))) {
            faults.warn("blank_name", "has a blank name, which is kept");
        }
    }

    /** Members that we don't know are kept whatever they say, as long as PostgreSQL's jsonb can give them back. */
    private static @Nullable JsonNode storable(JsonNode value, int depth, FaultCollector faults) {
        if (value.isContainer() && depth == 0) {
            return faults.add("nested_too_deep", "Input should be nested at most %d deep".formatted(MAX_DEPTH));
        }
        if (value.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(member -> {
                FaultCollector place = faults.at(member.getKey());
                String name = storable(member.getKey(), place);
                while (!name.equals(member.getKey()) && (object.has(name) || value.has(name))) {
                    name += '\uFFFD';
                }
                object.set(name, storable(member.getValue(), depth - 1, place));
            });
            return object;
        } else if (value.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode(value.size());
            for (int i = 0; i < value.size(); i++) {
                array.add(storable(value.get(i), depth - 1, faults.at(String.valueOf(i))));
            }
            return array;
        } else if (value.isString()) {
            return JsonNodeFactory.instance.stringNode(storable(value.stringValue(), faults));
        } else if (value.isNumber()
                && (isNotFinite(value) || value.decimalValue().scale() > MAX_DECIMALS)) {
            return faults.add(
                    "finite_number", "Input should be a finite number of at most " + MAX_DECIMALS + " decimals");
        }
        return value;
    }

    private static String storable(String text, FaultCollector faults) {
        String storable = StorableText.of(text);
        if (!storable.equals(text)) {
            faults.warn("text_replaced", "has U+0000 or half a surrogate pair, which became U+FFFD");
        }
        return storable;
    }

    private static boolean isNotFinite(JsonNode value) {
        // NaN is a double to Jackson, which refuses to make one of an integer that is too large.
        return !Double.isFinite(
                value.isDouble() ? value.doubleValue() : value.decimalValue().doubleValue());
    }
}
