package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.RequestFailure;
import graphql.ExecutionResult;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationCreateStateParameters;
import graphql.execution.instrumentation.parameters.InstrumentationFieldFetchParameters;
import graphql.execution.instrumentation.parameters.InstrumentationFieldParameters;
import graphql.schema.DataFetcher;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Stops to look things up for a request that has gone on for too long. A single look-up ends by the transaction's time-out. */
@Component
@Order(2)
public class RequestDeadline extends SimplePerformantInstrumentation {

    private final Duration limit;

    public RequestDeadline(@Value("${runledger.graphql.timeout:30s}") Duration limit) {
        this.limit = limit;
    }

    private static final class Started implements InstrumentationState {
        private volatile long nanoTime = System.nanoTime();
    }

    @Override
    public InstrumentationState createState(InstrumentationCreateStateParameters parameters) {
        return new Started();
    }

    /** A subscription goes on for as long as it likes; each of its results has the time of a request. */
    @Override
    public InstrumentationContext<ExecutionResult> beginSubscribedFieldEvent(
            InstrumentationFieldParameters parameters, InstrumentationState state) {
        ((Started) state).nanoTime = System.nanoTime();
        return SimpleInstrumentationContext.noOp();
    }

    @Override
    public DataFetcher<?> instrumentDataFetcher(
            DataFetcher<?> fetcher, InstrumentationFieldFetchParameters parameters, InstrumentationState state) {
        if (parameters.isTrivialDataFetcher()) {
            return fetcher;
        }
        return environment -> {
            if (System.nanoTime() - ((Started) state).nanoTime > limit.toNanos()) {
                throw RequestFailure.limitExceeded(
                        "The request took more than %d seconds; request less at once".formatted(limit.toSeconds()));
            }
            return fetcher.get(environment);
        };
    }
}
