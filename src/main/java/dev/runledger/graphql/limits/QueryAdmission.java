package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ErrorCode;
import dev.runledger.graphql.errors.RequestFailure;
import graphql.ExecutionResult;
import graphql.execution.ResultNodesInfo;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import graphql.language.OperationDefinition.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.graphql.server.WebGraphQlInterceptor;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.support.DefaultExecutionGraphQlResponse;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.stereotype.Component;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.ContextView;

/**
 * Admits queries a few at a time, fairly among keys and the light ones of a key first, and stops them when their time is over,
 * when nobody waits for the answer any more, or when the server stops. Mutations and subscriptions begin at once.
 */
@Component
class QueryAdmission implements WebGraphQlInterceptor, DisposableBean {

    /** The most fields that an answer may have, those of list elements counted each. */
    static final int MAX_RESULT_NODES = 250_000;

    static final int MAX_WAITING_OF_KEY = 100;

    private static final Duration LAST_QUERIES = Duration.ofSeconds(5);

    private final FairLine line = new FairLine(2 * QueryThreads.OF_KEY, QueryThreads.OF_KEY, MAX_WAITING_OF_KEY);
    private final Set<Admission> open = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(2, new CustomizableThreadFactory("query-deadline-"));
    private final Documents documents;
    private final QueryThreads threads;
    private final ObjectProvider<GraphQlSource> source;
    private final Duration limit;

    QueryAdmission(
            Documents documents,
            QueryThreads threads,
            ObjectProvider<GraphQlSource> source,
            @Value("${runledger.graphql.timeout:30s}") Duration limit) {
        this.documents = documents;
        this.threads = threads;
        this.source = source;
        this.limit = limit;
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
        Document document = documents.parse(request.getDocument());
        OperationDefinition operation = document == null ? null : operation(document, request.getOperationName());
        if (operation != null && operation.getOperation() != Operation.QUERY) {
            request.configureExecutionInput((input, builder) -> builder.graphQLContext(
                            Map.of(ResultNodesInfo.MAX_RESULT_NODES, MAX_RESULT_NODES))
                    .build());
            return chain.next(request);
        }
        int weight = operation == null ? 0 : QueryWeight.of(source.getObject().schema(), document, operation);
        return Mono.deferContextual(
                context -> Mono.create(sink -> new Admission(request, chain, context, sink).enter(weight)));
    }

    private static @Nullable OperationDefinition operation(Document document, @Nullable String name) {
        List<OperationDefinition> operations = document.getDefinitionsOfType(OperationDefinition.class);
        if (name == null || name.isEmpty()) {
            return operations.size() == 1 ? operations.get(0) : null;
        }
        return operations.stream()
                .filter(operation -> name.equals(operation.getName()))
                .findFirst()
                .orElse(null);
    }

    /** One query from its arrival to its answer. */
    private final class Admission {

        private final WebGraphQlRequest request;
        private final Chain chain;
        private final ContextView context;
        private final MonoSink<WebGraphQlResponse> sink;
        private final String key;
        private final QueryRun run;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile FairLine.@Nullable Ticket ticket;
        private volatile @Nullable Disposable execution;
        private volatile @Nullable Future<?> deadline;

        Admission(WebGraphQlRequest request, Chain chain, ContextView context, MonoSink<WebGraphQlResponse> sink) {
            this.request = request;
            this.chain = chain;
            this.context = context;
            this.sink = sink;
            this.key = key(context);
            this.run = new QueryRun(key, threads);
        }

        void enter(int weight) {
            request.configureExecutionInput((input, builder) -> builder.graphQLContext(
                            Map.of(QueryRun.class, run, ResultNodesInfo.MAX_RESULT_NODES, MAX_RESULT_NODES))
                    .build());
            open.add(this);
            sink.onCancel(() -> stop(ErrorCode.LIMIT_EXCEEDED.error("The client has gone")));
            deadline = timer.schedule(
                    () -> stop(
                            ErrorCode.LIMIT_EXCEEDED.error("The request took more than %d seconds; request less at once"
                                    .formatted(limit.toSeconds()))),
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                ticket = line.enter(key, weight, () -> run.execute(this::begin));
            } catch (RequestFailure full) {
                end(refusal(full.code().error(full.getMessage())), null);
            }
        }

        private void begin() {
            CodedError reason = run.reason();
            if (reason != null) {
                line.leave(key);
                end(refusal(reason), null);
                return;
            }
            execution = chain.next(request)
                    .contextWrite(context)
                    .doFinally(signal -> {
                        run.over();
                        line.leave(key);
                    })
                    .subscribe(response -> end(response, null), failure -> end(null, failure));
        }

        private void end(@Nullable WebGraphQlResponse response, @Nullable Throwable failure) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            open.remove(this);
            Future<?> timeout = deadline;
            if (timeout != null) {
                timeout.cancel(false);
            }
            CodedError reason = run.reason();
            if (reason != null) {
                sink.success(refusal(reason));
            } else if (response != null) {
                sink.success(response);
            } else {
                sink.error(failure);
            }
        }

        /** The client is answered at once; the place is free as soon as the execution has noticed. */
        void stop(CodedError reason) {
            run.stop(reason);
            FairLine.Ticket waiting = ticket;
            if (waiting != null) {
                line.giveUp(waiting);
            }
            end(refusal(reason), null);
        }

        private WebGraphQlResponse refusal(CodedError reason) {
            return new WebGraphQlResponse(new DefaultExecutionGraphQlResponse(
                    request.toExecutionInput(),
                    ExecutionResult.newExecutionResult().addError(reason).build()));
        }
    }

    /** Queries of the same key share its places. Which key it was, security leaves in the authentication's details. */
    private static String key(ContextView context) {
        Authentication caller = context.<SecurityContext>getOrEmpty(SecurityContext.class.getName())
                .map(SecurityContext::getAuthentication)
                .orElse(null);
        return caller == null ? "" : String.valueOf(caller.getDetails());
    }

    /** A stop waits for queries that end by themselves soon, and for no others. */
    @EventListener(ContextClosedEvent.class)
    void stopSoon() {
        timer.schedule(
                () -> open.forEach(query ->
                        query.stop(ErrorCode.UNAVAILABLE.error("The server is stopping; ask another, or later"))),
                LAST_QUERIES.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
    }
}
