package dev.runledger.rest;

import dev.runledger.report.Fault;
import dev.runledger.web.JsonBytes;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a request's body as JSON with every number as it was written, the ones that JSON does not know included. */
final class JsonBody {

    /** Python's json module writes NaN and Infinity: they are let through here, for the field to be named that holds one. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonBody() {}

    /**
     * @throws RequestFaultException if the body is empty or no JSON
     * @throws HttpMediaTypeNotSupportedException if it says that it is something else
     */
    static JsonNode of(HttpServletRequest request) throws IOException, HttpMediaTypeNotSupportedException {
        refuseOtherTypes(request.getContentType());
        byte[] bytes = request.getInputStream().readAllBytes();
        if (bytes.length == 0) {
            throw fault("missing", "Field required");
        }
        try {
            JsonNode body = JsonBytes.read(JSON, bytes);
            if (body == null || body.isMissingNode()) {
                throw fault("missing", "Field required");
            }
            return body;
        } catch (JacksonException e) {
            throw fault("json_invalid", "JSON decode error");
        }
    }

    private static void refuseOtherTypes(@Nullable String contentType) throws HttpMediaTypeNotSupportedException {
        if (contentType == null) {
            return;
        }
        try {
            MediaType type = MediaType.parseMediaType(contentType);
            if (!type.getSubtype().equals("json") && !type.getSubtype().endsWith("+json")) {
                throw new HttpMediaTypeNotSupportedException(type, List.of(MediaType.APPLICATION_JSON));
            }
        } catch (InvalidMediaTypeException e) {
            throw new HttpMediaTypeNotSupportedException("The content type cannot be read");
        }
    }

    private static RequestFaultException fault(String type, String message) {
        return new RequestFaultException("body", List.of(new Fault(List.of(), type, message)));
    }
}
