package dev.runledger.report;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The types and bounds of what a report may say. Values are taken as they are or refused, never rounded or truncated. */
public enum FieldType {
    /** An ISO 8601 time, read as an {@link java.time.OffsetDateTime} in UTC. */
    TIME,
    /** The code of a {@link RunStatus}. */
    STATUS,
    /** Any 32-bit integer. */
    INTEGER,
    /** A 32-bit integer from 0. */
    COUNT,
    /** A 64-bit integer from 0. */
    TOKENS,
    /** A finite number. */
    NUMBER,
    /** A finite number from 0. */
    AMOUNT,
    /** A number from 0 to 1. */
    SHARE,
    /** A string of bounded length. */
    TEXT,
    /** A JSON object. */
    OBJECT,
    /** A JSON object whose members are integers. */
    OBJECT_OF_INTEGERS,
    /** A JSON object whose members are objects. */
    OBJECT_OF_OBJECTS;

    private static final int MAX_DECIMALS = 400;

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

    /** The value in Java, or null after telling {@code faults} what is wrong with it. */
    @Nullable
    Object read(JsonNode value, int maxLength, FaultCollector faults) {
        return switch (this) {
            case TIME -> time(value, faults);
            case STATUS -> status(value, faults);
            case INTEGER -> integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE, faults);
            case COUNT -> integer(value, 0, Integer.MAX_VALUE, faults);
            case TOKENS -> integer(value, 0, Long.MAX_VALUE, faults);
            case NUMBER -> number(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, faults);
            case AMOUNT -> number(value, 0, Double.POSITIVE_INFINITY, faults);
            case SHARE -> number(value, 0, 1, faults);
            case TEXT -> text(value, maxLength, faults);
            case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS -> object(value, faults);
        };
    }

    private static @Nullable Object time(JsonNode value, FaultCollector faults) {
        if (!value.isString()) {
            return faults.add("datetime_type", "Input should be an ISO 8601 date and time, as a string");
        }
        var time = IsoTime.parse(value.stringValue());
        return time != null
                ? time
                : faults.add("datetime_parsing", "Input should be an ISO 8601 date and time in the years 1 to 9999");
    }

    private static @Nullable Object status(JsonNode value, FaultCollector faults) {
        RunStatus status = value.isString() ? RunStatus.ofCode(value.stringValue()) : null;
        return status != null
                ? status
                : faults.add("enum", "Input should be 'running', 'success', 'partial_failure' or 'failed'");
    }

    private static @Nullable Object integer(JsonNode value, long min, long max, FaultCollector faults) {
        if (!value.isNumber() || isNotFinite(value)) {
            return faults.add("int_type", "Input should be a valid integer");
        }
        BigDecimal number = value.decimalValue();
        // Compared before any conversion: 1e999999999 must not be written out.
        if (number.compareTo(BigDecimal.valueOf(min)) < 0) {
            return faults.add("greater_than_equal", "Input should be greater than or equal to " + min);
        }
        if (number.compareTo(BigDecimal.valueOf(max)) > 0) {
            return faults.add("less_than_equal", "Input should be less than or equal to " + max);
        }
        if (number.stripTrailingZeros().scale() > 0) {
            return faults.add("int_from_float", "Input should be a valid integer, got a number with a fractional part");
        }
        if (max > Integer.MAX_VALUE) {
            return number.longValueExact();
        }
        return number.intValueExact();
    }

    private static @Nullable Object number(JsonNode value, double min, double max, FaultCollector faults) {
        if (!value.isNumber()) {
            return faults.add("float_type", "Input should be a valid number");
        }
        if (isNotFinite(value)) {
            return faults.add("finite_number", "Input should be a finite number");
        }
        double number = value.decimalValue().doubleValue();
        if (number < min) {
            return faults.add("greater_than_equal", "Input should be greater than or equal to " + plain(min));
        }
        if (number > max) {
            return faults.add("less_than_equal", "Input should be less than or equal to " + plain(max));
        }
        return number;
    }

    private static @Nullable Object text(JsonNode value, int maxLength, FaultCollector faults) {
        if (!value.isString()) {
            return faults.add("string_type", "Input should be a valid string");
        }
        String text = value.stringValue();
        if (text.codePointCount(0, text.length()) > maxLength) {
            return faults.add("string_too_long", "String should have at most " + maxLength + " characters");
        }
        int before = faults.size();
        checkStorable(text, faults);
        return faults.size() == before ? text : null;
    }

    private @Nullable Object object(JsonNode value, FaultCollector faults) {
        if (!value.isObject()) {
            return faults.add("dict_type", "Input should be a valid object");
        }
        int before = faults.size();
        value.properties().forEach(member -> member(member.getKey(), member.getValue(), faults.at(member.getKey())));
        return faults.size() == before ? value : null;
    }

    private void member(String name, JsonNode value, FaultCollector faults) {
        checkStorable(name, faults);
        if (this == OBJECT_OF_INTEGERS) {
            integer(value, Long.MIN_VALUE, Long.MAX_VALUE, faults);
        } else if (this == OBJECT_OF_OBJECTS && !value.isObject()) {
            faults.add("dict_type", "Input should be a valid object");
        } else {
            if (this == OBJECT_OF_OBJECTS) {
                NUMBERS_PER_PROVIDER.forEach(number -> checkNumber(value.get(number), faults.at(number)));
            }
            checkStorable(value, faults);
        }
    }

    private static void checkNumber(@Nullable JsonNode value, FaultCollector faults) {
        if (value != null && !value.isNumber() && !value.isNull()) {
            faults.add("float_type", "Input should be a valid number");
        }
    }

    /** Members that we don't know are kept whatever they say, as long as PostgreSQL's jsonb can give them back. */
    private static void checkStorable(JsonNode value, FaultCollector faults) {
        if (value.isObject()) {
            value.properties().forEach(member -> {
                checkStorable(member.getKey(), faults.at(member.getKey()));
                checkStorable(member.getValue(), faults.at(member.getKey()));
            });
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                checkStorable(value.get(i), faults.at(String.valueOf(i)));
            }
        } else if (value.isNumber()
                && (isNotFinite(value) || value.decimalValue().scale() > MAX_DECIMALS)) {
            faults.add("finite_number", "Input should be a finite number of at most " + MAX_DECIMALS + " decimals");
        } else if (value.isString()) {
            checkStorable(value.stringValue(), faults);
        }
    }

    /** A NUL and half a surrogate pair are characters to JSON, but not to PostgreSQL. */
    private static void checkStorable(String text, FaultCollector faults) {
        boolean halfPair = text.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
        if (halfPair || text.indexOf('\0') >= 0) {
            faults.add("string_unicode", "String should be valid Unicode without the character NUL");
        }
    }

    private static boolean isNotFinite(JsonNode value) {
        return !Double.isFinite(value.isBigDecimal() ? value.decimalValue().doubleValue() : value.doubleValue());
    }

    private static String plain(double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }
}
