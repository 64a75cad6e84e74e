package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ErrorCode;
import dev.runledger.graphql.errors.RequestFailure;
import graphql.ExecutionResult;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.graphql.MediaTypes;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.webmvc.GraphQlHttpHandler;
import org.springframework.graphql.support.DefaultExecutionGraphQlResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * GraphQL over HTTP, stricter than Spring's own: a body must keep to a size and a shape, and is told so in GraphQL's terms
 * if it does not. Numbers in variables keep every digit. And the Accept header may have parameters.
 */
@Component
@ConditionalOnWebApplication
class GraphQlEndpoint extends GraphQlHttpHandler {

    private static final String RETRY_AFTER_SECONDS = "2";

    private final WebGraphQlHandler handler;

    private final PersistedQueries persisted;

    GraphQlEndpoint(WebGraphQlHandler handler, PersistedQueries persisted) {
        super(handler);
        this.handler = handler;
        this.persisted = persisted;
    }

    @Override
    public ServerResponse handleRequest(ServerRequest request) {
        MediaType answer = answerType(request.headers().accept());
        WebGraphQlRequest graphQlRequest;
        try {
            graphQlRequest = GraphQlBody.read(request, persisted);
        } catch (RequestFailure e) {
            return GraphQlBody.refuse(e, answer);
        }
        ServerRequest plain = ServerRequest.from(request)
                .headers(headers -> headers.setAccept(List.of(answer)))
                .build();
        return prepareResponse(plain, handler.handleRequest(graphQlRequest));
    }

    @Override
    protected ServerResponse prepareResponse(ServerRequest request, Mono<WebGraphQlResponse> response) {
        return super.prepareResponse(
                request, response.map(GraphQlEndpoint::finite).doOnNext(answer -> {
                    if (answer.getErrors().stream().anyMatch(error -> error.getErrorType() == ErrorCode.UNAVAILABLE)) {
                        answer.getResponseHeaders().set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                    }
                    if (GetRequests.refused(answer.getExecutionInput().getGraphQLContext())) {
                        answer.getResponseHeaders().setAllow(Set.of(HttpMethod.POST));
                    }
                }));
    }

    @Override
    protected HttpStatus selectResponseStatus(WebGraphQlResponse response, MediaType type) {
        return GetRequests.refused(response.getExecutionInput().getGraphQLContext())
                ? HttpStatus.METHOD_NOT_ALLOWED
                : super.selectResponseStatus(response, type);
    }

    private static WebGraphQlResponse finite(WebGraphQlResponse response) {
        if (!(response.getData() instanceof Publisher)) {
            return response;
        }
        CodedError error = ErrorCode.BAD_REQUEST.error(
                "A subscription is answered over server-sent events (Accept: text/event-stream) or a WebSocket");
        return new WebGraphQlResponse(new DefaultExecutionGraphQlResponse(
                response.getExecutionInput(),
                ExecutionResult.newExecutionResult().addError(error).build()));
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
}
