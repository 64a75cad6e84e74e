package dev.runledger.graphql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.graphql.MediaTypes;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.webmvc.GraphQlHttpHandler;
import org.springframework.graphql.support.DefaultGraphQlRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * GraphQL over HTTP, stricter than Spring's own: a body must keep to a size and a shape, and is told so in GraphQL's terms
 * if it does not. Numbers in variables keep every digit. And the Accept header may have parameters.
 */
@Component
@ConditionalOnWebApplication
class GraphQlEndpoint extends GraphQlHttpHandler {

    static final int MAX_BODY_BYTES = 1 << 20;

    private static final String RETRY_AFTER_SECONDS = "2";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final WebGraphQlHandler handler;

    GraphQlEndpoint(WebGraphQlHandler handler) {
        super(handler);
        this.handler = handler;
    }

    @Override
    public ServerResponse handleRequest(ServerRequest request) {
        MediaType answer = answerType(request.headers().accept());
        byte[] bytes = body(request);
        if (bytes.length > MAX_BODY_BYTES) {
            return refuse(
                    HttpStatus.CONTENT_TOO_LARGE,
                    answer,
                    ErrorCode.LIMIT_EXCEEDED.error("The body has more than %d bytes".formatted(MAX_BODY_BYTES)));
        }
        JsonNode body = json(bytes);
        String fault = fault(body);
        if (fault != null) {
            return refuse(HttpStatus.BAD_REQUEST, answer, ErrorCode.BAD_REQUEST.error(fault));
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
        ServerRequest plain = ServerRequest.from(request)
                .headers(headers -> headers.setAccept(List.of(answer)))
                .build();
        return prepareResponse(plain, handler.handleRequest(graphQlRequest));
    }

    @Override
    protected ServerResponse prepareResponse(ServerRequest request, Mono<WebGraphQlResponse> response) {
        return super.prepareResponse(request, response.doOnNext(answer -> {
            if (answer.getErrors().stream().anyMatch(error -> error.getErrorType() == ErrorCode.UNAVAILABLE)) {
                answer.getResponseHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
        }));
    }

    /** The best of what the client accepts, without its parameters: JSON unless it names GraphQL's own type. */
    private static MediaType answerType(List<MediaType> accepted) {
        return accepted.stream()
                .filter(type -> type.getQualityValue() > 0)
                .sorted(Comparator.comparing(MediaType::getQualityValue).reversed())
                .filter(type -> type.isCompatibleWith(MediaType.APPLICATION_JSON)
                        || type.isCompatibleWith(MediaTypes.APPLICATION_GRAPHQL_RESPONSE))
                .findFirst()
                .filter(type -> type.equalsTypeAndSubtype(MediaTypes.APPLICATION_GRAPHQL_RESPONSE))
                .map(type -> MediaTypes.APPLICATION_GRAPHQL_RESPONSE)
                .orElse(MediaType.APPLICATION_JSON);
    }

    private static byte[] body(ServerRequest request) {
        try {
            return request.servletRequest().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static @Nullable String fault(@Nullable JsonNode request) {
        if (request == null) {
            return "The body is not valid JSON";
        }
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

    private static Map<String, Object> members(JsonNode object) {
        return object.isObject() ? JSON.treeToValue(object, new TypeReference<>() {}) : Map.of();
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static ServerResponse refuse(HttpStatus status, MediaType type, CodedError error) {
        return ServerResponse.status(status).contentType(type).body(Map.of("errors", List.of(error.toSpecification())));
    }
}
