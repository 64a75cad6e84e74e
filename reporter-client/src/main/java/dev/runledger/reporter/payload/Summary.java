package dev.runledger.reporter.payload;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One section of a MetricsTracker summary, read as leniently as deployed reporters read it: what is missing is empty. */
record Summary(ObjectNode values) {

    Summary section(String name) {
        return new Summary(object(name));
    }

    ObjectNode object(String name) {
        return values.get(name) instanceof ObjectNode section ? section : Json.object();
    }

    /** What is there, whatever it is; null for nothing, null, NaN and infinities. */
    @Nullable
    JsonNode value(String name) {
        JsonNode value = values.get(name);
        return value == null || value.isNull() || isNonFinite(value) ? null : value;
    }

    /** As {@link #value}, with zero for nothing. */
    JsonNode count(String name) {
        JsonNode value = value(name);
        return value != null ? value : values.numberNode(0);
    }

    /** A number to compare with; zero if it is none. */
    BigDecimal number(String name) {
        JsonNode value = value(name);
        return value != null && value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
    }

    /** Missing counts as zero. */
    boolean isZero(String name) {
        return number(name).signum() == 0;
    }

    static boolean isNonFinite(JsonNode value) {
        return (value.isDouble() || value.isFloat()) && !Double.isFinite(value.doubleValue());
    }
}
