package dev.runledger.graphql.limits;

import dev.runledger.database.StatementScope;
import dev.runledger.graphql.errors.CodedError;
import dev.runledger.graphql.errors.ErrorCode;
import dev.runledger.graphql.errors.RequestFailure;
import graphql.ExecutionInput;
import graphql.GraphQLContext;
import graphql.execution.AbortExecutionException;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One query while it is answered: what it may still produce, and how it is stopped. It is found in the context of its execution,
 * and on the threads that work for it.
 */
public final class QueryRun {

    /** The most points of series, and buckets of timelines, of one document. */
    public static final int MAX_POINTS = 50_000;

    static final int MAX_FAILURES = 1_000;

    /** From so many fields on an answer is large: it takes a hundred megabytes until it is made into bytes. */
    private static final int LARGE_FIELDS = 50_000;

    private static final Semaphore LARGE_ANSWERS =
            new Semaphore((int) Math.max(1, Runtime.getRuntime().maxMemory() / (500L << 20)), true);

    private static final ThreadLocal<@Nullable QueryRun> CURRENT = new ThreadLocal<>();

    private final String key;
    private final QueryThreads threads;
    private final StatementScope statements = new StatementScope();
    private final AtomicReference<@Nullable CodedError> reason = new AtomicReference<>();
    private final AtomicInteger points = new AtomicInteger();
    private final Map<List<?>, FutureTask<Object>> found = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final InstrumentationContext<Object> noteFailure = SimpleInstrumentationContext.whenCompleted(this::note);
    private volatile @Nullable ExecutionInput execution;
    private volatile boolean large;

    QueryRun(String key, QueryThreads threads) {
        this.key = key;
        this.threads = threads;
    }

    /**
     * Counts points that are about to be produced for the query that this thread works for.
     *
     * @throws RequestFailure if the document has asked for too many
     */
    public static void countPoints(long more) {
        QueryRun run = CURRENT.get();
        if (run != null && run.points.addAndGet((int) Math.min(more, MAX_POINTS + 1)) > MAX_POINTS) {
            throw RequestFailure.limitExceeded(
                    "The document requests more than %d points of series and timelines; request fewer fields, a shorter period or a coarser granularity"
                            .formatted(MAX_POINTS));
        }
    }

    /**
     * What is looked up, once for all fields of the query that this thread works for: aliases of a field cost no more than one.
     *
     * @param what names the computation and has everything that it depends on
     */
    @SuppressWarnings("unchecked")
    public static <T extends @Nullable Object> T once(List<?> what, Supplier<T> lookUp) {
        QueryRun run = CURRENT.get();
        if (run == null) {
            return lookUp.get();
        }
        FutureTask<Object> mine = new FutureTask<>(lookUp::get);
        FutureTask<Object> known = run.found.putIfAbsent(what, mine);
        if (known == null) {
            mine.run();
            known = mine;
        }
        try {
            return (T) known.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Does a part of the work on one of the key's threads. */
    public void execute(Runnable work) {
        threads.execute(key, () -> {
            CURRENT.set(this);
            try {
                statements.run(work);
            } finally {
                CURRENT.remove();
            }
        });
    }

    void began(ExecutionInput input) {
        execution = input;
        if (reason.get() != null) {
            input.cancel();
        }
    }

    /** Stops the work: nothing more is looked up, and statements that are running are cancelled. */
    void stop(CodedError why) {
        if (reason.compareAndSet(null, why)) {
            ExecutionInput input = execution;
            if (input != null) {
                input.cancel();
            }
            statements.cancel();
        }
    }

    /** What to throw from within an execution that is to end here. */
    static AbortExecutionException abort(GraphQLContext context, String limit) {
        CodedError error = ErrorCode.LIMIT_EXCEEDED.error(limit);
        QueryRun run = context.get(QueryRun.class);
        if (run != null) {
            run.stop(error);
        }
        return new AbortExecutionException(List.of(error));
    }

    /** Waits, as soon as the answer is large, until there is memory for one more large answer. */
    void produced(int fields) {
        if (fields > LARGE_FIELDS && !large) {
            awaitMemory();
        }
    }

    private synchronized void awaitMemory() {
        if (large) {
            return;
        }
        try {
            while (!LARGE_ANSWERS.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                if (reason.get() != null) {
                    throw new AbortExecutionException("Stopped while it waited for memory");
                }
            }
            large = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AbortExecutionException("Interrupted");
        }
    }

    /** Gives back what the execution held, which is over. */
    void over() {
        if (large) {
            large = false;
            LARGE_ANSWERS.release();
        }
    }

    /** Takes note of fields that fail. */
    InstrumentationContext<Object> failures() {
        return noteFailure;
    }

    private void note(@Nullable Object fetched, @Nullable Throwable failure) {
        if (failure != null && failures.incrementAndGet() > MAX_FAILURES) {
            stop(ErrorCode.LIMIT_EXCEEDED.error(
                    "The answer has more than %d errors; request fewer fields at once until they are right"
                            .formatted(MAX_FAILURES)));
        }
    }

    /** Why it was stopped; null if it was not. */
    @Nullable
    CodedError reason() {
        return reason.get();
    }
}
