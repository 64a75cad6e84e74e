package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ExceptionTranslator;
import dev.runledger.graphql.errors.RequestFailure;
import graphql.ExecutionResult;
import java.time.Duration;
import java.util.Map;
import org.reactivestreams.Publisher;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.graphql.execution.SubscriptionPublisherException;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.webmvc.GraphQlSseHandler;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * GraphQL over server-sent events, one operation a request. Other than Spring's own it takes only what the plain endpoint
 * takes, answers queries too, says at once that a subscription is active, and lets no reader hold up another.
 */
@Component
@ConditionalOnWebApplication
class EventStreamEndpoint extends GraphQlSseHandler implements DisposableBean {

    private static final Duration FOR_EVER = Duration.ZERO;

    private final WebGraphQlHandler handler;
    private final PersistedQueries persisted;
    private final Duration keepAlive;

    /** Writing blocks while the reader does not read, so every stream has a thread of its own while it is written to. */
    private final Scheduler writers = Schedulers.newBoundedElastic(Integer.MAX_VALUE, 1, "event-stream", 10, true);

    EventStreamEndpoint(
            WebGraphQlHandler handler,
            PersistedQueries persisted,
            @Value("${spring.graphql.http.sse.keep-alive}") Duration keepAlive) {
        super(handler);
        this.handler = handler;
        this.persisted = persisted;
        this.keepAlive = keepAlive;
    }

    @Override
    public ServerResponse handleRequest(ServerRequest request) {
        try {
            return GraphQlBody.handle(
                    request,
                    persisted,
                    graphQlRequest -> prepareResponse(request, handler.handleRequest(graphQlRequest)));
        } catch (RequestFailure e) {
            return GraphQlBody.refuse(e, MediaType.APPLICATION_JSON);
        }
    }

    @Override
    protected ServerResponse prepareResponse(ServerRequest request, Mono<WebGraphQlResponse> response) {
        Flux<EventStream.Event> results = response.flatMapMany(EventStreamEndpoint::results)
                .onErrorResume(EventStreamEndpoint::lastResult)
                .map(EventStream.Event::of)
                .concatWithValues(EventStream.Event.COMPLETE);
        // The first of them is sent when the subscription is active: from there on nothing is missed.
        Flux<EventStream.Event> signsOfLife = Flux.interval(Duration.ZERO, keepAlive)
                .onBackpressureDrop()
                .map(tick -> EventStream.Event.SIGN_OF_LIFE);
        Flux<EventStream.Event> events = Flux.merge(1, results, signsOfLife)
                .takeUntil(event -> event.kind() == EventStream.Kind.COMPLETE)
                .publishOn(writers, 1);
        return ServerResponse.sse(stream -> events.subscribe(new EventStream(stream)), FOR_EVER);
    }

    private static Flux<Map<String, Object>> results(WebGraphQlResponse response) {
        if (response.getData() instanceof Publisher) {
            Publisher<ExecutionResult> results = response.getData();
            return Flux.from(results).map(ExecutionResult::toSpecification);
        }
        return Flux.just(response.toMap());
    }

    private static Mono<Map<String, Object>> lastResult(Throwable failure) {
        if (failure instanceof SubscriptionPublisherException known) {
            return Mono.just(known.toMap());
        }
        CodedError error = ExceptionTranslator.unexpected("in an event stream", failure);
        return Mono.just(
                ExecutionResult.newExecutionResult().addError(error).build().toSpecification());
    }

    @Override
    public void destroy() {
        writers.dispose();
    }
}
