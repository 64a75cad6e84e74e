package dev.runledger.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON from bytes as JSON is defined: Jackson does not take the name of a member for one that has half a surrogate pair. */
public final class JsonBytes {

    private JsonBytes() {}

    /**
     * @throws JacksonException if the bytes are no JSON
     */
    public static JsonNode read(JsonMapper mapper, byte[] bytes) {
        try {
            return mapper.readTree(bytes);
        } catch (JacksonException e) {
            try {
                return mapper.readTree(
                        UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
            } catch (CharacterCodingException notText) {
                throw e;
            }
        }
    }
}
