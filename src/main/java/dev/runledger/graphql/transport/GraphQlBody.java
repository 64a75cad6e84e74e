package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.web.JsonBytes;
import dev.runledger.web.LargeBody;
import dev.runledger.web.QueryParameters;
import dev.runledger.web.SlowBodyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.support.DefaultGraphQlRequest;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The size and shape that a GraphQL request must have, and the error if it has not. */
final class GraphQlBody {

    static final int MAX_BYTES = 1 << 20;
    static final int MAX_VALUES = 20_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private GraphQlBody() {}

    /**
     * Reads a request and has it handled, waiting for room in memory if it is large.
     *
     * @throws RequestFailure if the body is too large, or no request
     */
    static ServerResponse handle(
            ServerRequest request, PersistedQueries persisted, Function<WebGraphQlRequest, ServerResponse> handler) {
        byte[] bytes = request.method() == HttpMethod.GET ? new byte[0] : bytes(request);
        try (LargeBody room = LargeBody.of(bytes.length)) {
            return handler.apply(read(request, bytes, persisted));
        }
    }

    private static WebGraphQlRequest read(ServerRequest request, byte[] bytes, PersistedQueries persisted) {
        boolean isGet = request.method() == HttpMethod.GET;
        JsonNode body = persisted.complete(isGet ? parameters(request) : body(bytes));
        String fault = fault(body);
        if (fault != null) {
            throw RequestFailure.badRequest(fault);
        }
        WebGraphQlRequest graphQlRequest = new WebGraphQlRequest(
                request.uri(),
                request.headers().asHttpHeaders(),
                null,
                request.remoteAddress().orElse(null),
                request.attributes(),
                new DefaultGraphQlRequest(
                        body.path("query").stringValue(),
                        body.path("operationName").stringValue(null),
                        members(body.path("variables")),
                        members(body.path("extensions"))),
                UUID.randomUUID().toString(),
                LocaleContextHolder.getLocale());
        return isGet ? GetRequests.mark(graphQlRequest) : graphQlRequest;
    }

    static ServerResponse refuse(RequestFailure failure, MediaType type) {
        HttpStatus status = switch (failure.code()) {
            case LIMIT_EXCEEDED -> HttpStatus.CONTENT_TOO_LARGE;
            // Not a failure: the client sends the text next.
            case PERSISTED_QUERY_NOT_FOUND -> HttpStatus.OK;
            default -> HttpStatus.BAD_REQUEST;
        };
        CodedError error = failure.code().error(failure.getMessage());
        return ServerResponse.status(status).contentType(type).body(Map.of("errors", List.of(error.toSpecification())));
    }

    private static JsonNode body(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw RequestFailure.limitExceeded("The body has more than %d bytes".formatted(MAX_BYTES));
        }
        refuseManyValues(bytes);
        JsonNode body = json(bytes);
        if (body == null) {
            throw RequestFailure.badRequest("The body is not valid JSON");
        }
        return body;
    }

    /** A request by GET: its parts are parameters, objects among them as JSON. */
    private static JsonNode parameters(ServerRequest request) {
        ObjectNode body = JSON.createObjectNode();
        QueryParameters parameters = QueryParameters.of(request.servletRequest());
        for (String name : List.of("query", "operationName")) {
            if (parameters.has(name)) {
                body.put(name, text(parameters, name));
            }
        }
        for (String name : List.of("variables", "extensions")) {
            String value = parameters.has(name) ? text(parameters, name) : "";
            if (StringUtils.hasText(value)) {
                JsonNode object = json(value.getBytes(StandardCharsets.UTF_8));
                if (object == null) {
                    throw RequestFailure.badRequest(name + " is not valid JSON");
                }
                body.set(name, object);
            }
        }
        return body;
    }

    /** A query waits for its turn with its variables in memory, where a value takes far more room than in the body. */
    private static void refuseManyValues(byte[] bytes) {
        if (bytes.length <= MAX_VALUES) {
            return;
        }
        boolean mutation = false;
        int values = 0;
        try (JsonParser parser = JSON.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                values += token.isScalarValue() || token.isStructStart() ? 1 : 0;
                // A report as a variable may have many.
                mutation |= token == JsonToken.VALUE_STRING
                        && "query".equals(parser.currentName())
                        && parser.getString().contains("mutation");
            }
        } catch (JacksonException e) {
            return;
        }
        if (values > MAX_VALUES && !mutation) {
            throw RequestFailure.limitExceeded(
                    "The body has more than %d JSON values; only mutations can have more".formatted(MAX_VALUES));
        }
    }

    private static String text(QueryParameters parameters, String name) {
        String text = parameters.text(name);
        if (text == null) {
            throw RequestFailure.badRequest(name + " is not percent-encoded UTF-8");
        }
        return text;
    }

    static @Nullable JsonNode json(byte[] bytes) {
        try {
            return JsonBytes.read(JSON, bytes);
        } catch (JacksonException e) {
            return null;
        }
    }

    /** What is wrong with the shape of a request; null if nothing is. */
    static @Nullable String fault(JsonNode request) {
        if (request.isArray()) {
            return "The body is a list; one request at a time is answered, as a JSON object";
        }
        if (!request.isObject()) {
            return "The body must be a JSON object";
        }
        if (!request.path("query").isString()) {
            return "query must be a string that holds the GraphQL document";
        }
        if (!isAbsent(request.path("operationName"))
                && !request.path("operationName").isString()) {
            return "operationName must be a string";
        }
        for (String name : List.of("variables", "extensions")) {
            if (!isAbsent(request.path(name)) && !request.path(name).isObject()) {
                return name + " must be a JSON object";
            }
        }
        return null;
    }

    private static byte[] bytes(ServerRequest request) {
        try {
            return request.servletRequest().getInputStream().readNBytes(MAX_BYTES + 1);
        } catch (SlowBodyException e) {
            throw RequestFailure.limitExceeded(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> members(JsonNode object) {
        return object.isObject() ? JSON.treeToValue(object, new TypeReference<>() {}) : Map.of();
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}
