package dev.runledger.reporter.payload;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON in which a number that is read and written again is the same number. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Python writes NaN and Infinity; a summary may hold them, a payload never does. */
    private static final JsonMapper LENIENT =
            MAPPER.rebuild().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private Json() {}

    /** An empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Reads one JSON object, strictly.
     *
     * @throws JacksonException if the text is anything else
     */
    public static ObjectNode read(byte[] json) {
        return MAPPER.readValue(json, ObjectNode.class);
    }

    /**
     * Reads one JSON object as Python writes them, NaN and Infinity included.
     *
     * @throws JacksonException if the text is anything else
     */
    public static ObjectNode readSummary(String json) {
        return LENIENT.readValue(json, ObjectNode.class);
    }

    /**
     * Reads any JSON value, strictly.
     *
     * @throws JacksonException if the text is none
     */
    public static JsonNode readAny(String json) {
        return MAPPER.readTree(json);
    }

    /** A Java value as JSON: maps, lists, strings, numbers, times. */
    public static ObjectNode of(Map<String, ?> value) {
        return MAPPER.valueToTree(value);
    }

    /** A JSON object as a Java value, its fractions as {@link java.math.BigDecimal}. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> toMap(ObjectNode object) {
        return MAPPER.treeToValue(object, Map.class);
    }

    /** Compact UTF-8. */
    public static byte[] write(JsonNode json) {
        return MAPPER.writeValueAsBytes(json);
    }
}
