package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ErrorCode;
import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.web.ClientConnection;
import graphql.ExecutionResult;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.graphql.MediaTypes;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.webmvc.GraphQlHttpHandler;
import org.springframework.graphql.support.DefaultExecutionGraphQlResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * GraphQL over HTTP, stricter than Spring's own: a body must keep to a size and a shape, with an error in GraphQL's terms
 * if it does not. Numbers in variables keep every digit. And the Accept header may have parameters.
 */
@Component
@ConditionalOnWebApplication
class GraphQlEndpoint extends GraphQlHttpHandler {

    private static final String RETRY_AFTER_SECONDS = "2";

    /** A request has a deadline of its own, with an error in GraphQL's terms. */
    private static final Duration NEVER = Duration.ZERO;

    private static final Duration LOOK_FOR_CLIENT = Duration.ofSeconds(1);

    private final WebGraphQlHandler handler;
    private final PersistedQueries persisted;
    private final Answers answers;

    GraphQlEndpoint(WebGraphQlHandler handler, PersistedQueries persisted, Answers answers) {
        super(handler);
        this.handler = handler;
        this.persisted = persisted;
        this.answers = answers;
    }

    @Override
    public ServerResponse handleRequest(ServerRequest request) {
        MediaType answer = answerType(request.headers().accept());
        try {
            return GraphQlBody.handle(request, persisted, graphQlRequest -> {
                ServerRequest plain = ServerRequest.from(request)
                        .headers(headers -> headers.setAccept(List.of(answer)))
                        .build();
                return prepareResponse(plain, handler.handleRequest(graphQlRequest));
            });
        } catch (RequestFailure e) {
            return GraphQlBody.refuse(e, answer);
        }
    }

    /** The answer is made into bytes where it was worked out, which gives back what it was made of before it is read. */
    @Override
    protected ServerResponse prepareResponse(ServerRequest request, Mono<WebGraphQlResponse> response) {
        MediaType type = request.headers().accept().get(0);
        Unread unread = new Unread();
        WebAsyncUtils.getAsyncManager(request.servletRequest()).registerDeferredResultInterceptor(unread, unread);
        Mono<ServerResponse> answer = response.map(GraphQlEndpoint::finite).map(found -> {
            HttpHeaders headers = found.getResponseHeaders();
            if (found.getErrors().stream().anyMatch(error -> error.getErrorType() == ErrorCode.UNAVAILABLE)) {
                headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            if (GetRequests.refused(found.getExecutionInput().getGraphQLContext())) {
                headers.setAllow(Set.of(HttpMethod.POST));
            }
            byte[] bytes = unread.bytes(found);
            return ServerResponse.status(unread.refused ? refusalStatus(type) : selectResponseStatus(found, type))
                    .headers(all -> all.putAll(headers))
                    .contentType(type)
                    .contentLength(bytes.length)
                    .build((servletRequest, servletResponse) -> {
                        servletResponse.getOutputStream().write(bytes);
                        return null;
                    });
        });
        return ServerResponse.async(whileTheClientWaits(request, answer).toFuture(), NEVER);
    }

    private static HttpStatus refusalStatus(MediaType type) {
        return type.equals(MediaTypes.APPLICATION_GRAPHQL_RESPONSE) ? HttpStatus.BAD_REQUEST : HttpStatus.OK;
    }

    /** Stops working out the answer when the client has gone. */
    private static Mono<ServerResponse> whileTheClientWaits(ServerRequest request, Mono<ServerResponse> answer) {
        ClientConnection connection = ClientConnection.of(request.servletRequest());
        if (connection == null) {
            return answer;
        }
        Mono<Long> gone = Flux.interval(LOOK_FOR_CLIENT)
                .onBackpressureDrop()
                .filter(tick -> connection.isGone())
                .next();
        return answer.takeUntilOther(gone)
                .switchIfEmpty(
                        Mono.fromSupplier(() -> ServerResponse.noContent().build()))
                .doOnNext(ready -> connection.release());
    }

    /** The bytes of one answer until its exchange is over, however it ends. */
    private final class Unread implements DeferredResultProcessingInterceptor {

        private final AtomicInteger size = new AtomicInteger();
        private volatile boolean refused;

        byte[] bytes(WebGraphQlResponse response) {
            byte[] bytes;
            try {
                bytes = answers.bytes(response.toMap());
            } catch (RequestFailure e) {
                refused = true;
                bytes = answers.bytes(
                        Map.of("errors", List.of(e.code().error(e.getMessage()).toSpecification())));
            }
            size.set(bytes.length);
            return bytes;
        }

        @Override
        public <T> void afterCompletion(NativeWebRequest request, DeferredResult<T> result) {
            answers.forget(size.getAndSet(0));
        }
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
