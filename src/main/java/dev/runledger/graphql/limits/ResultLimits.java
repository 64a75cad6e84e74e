package dev.runledger.graphql.limits;

import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import graphql.execution.instrumentation.parameters.InstrumentationFieldCompleteParameters;
import graphql.execution.instrumentation.parameters.InstrumentationFieldFetchParameters;
import graphql.execution.instrumentation.parameters.InstrumentationFieldParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Ends an execution whose answer becomes too large, instead of filling it up with nulls, or whose fields fail too often. */
@Component
@Order(1)
class ResultLimits extends SimplePerformantInstrumentation {

    @Override
    public ExecutionInput instrumentExecutionInput(
            ExecutionInput input, InstrumentationExecutionParameters parameters, InstrumentationState state) {
        QueryRun run = input.getGraphQLContext().get(QueryRun.class);
        if (run != null) {
            run.began(input);
        }
        input.getGraphQLContext().put(AnswerSize.class, new AnswerSize());
        return input;
    }

    @Override
    public @Nullable InstrumentationContext<ExecutionResult> beginSubscribedFieldEvent(
            InstrumentationFieldParameters parameters, InstrumentationState state) {
        AnswerSize size = parameters.getExecutionContext().getGraphQLContext().get(AnswerSize.class);
        size.reset();
        return null;
    }

    @Override
    public @Nullable InstrumentationContext<Object> beginFieldCompletion(
            InstrumentationFieldCompleteParameters parameters, InstrumentationState state) {
        var execution = parameters.getExecutionContext();
        if (execution.getResultNodesInfo().isMaxResultNodesExceeded()) {
            throw QueryRun.abort(
                    execution.getGraphQLContext(),
                    "The answer has more than %d fields, those of list elements counted each; request less at once"
                            .formatted(QueryAdmission.MAX_RESULT_NODES));
        }
        QueryRun run = execution.getGraphQLContext().get(QueryRun.class);
        if (run != null) {
            run.produced(execution.getResultNodesInfo().getResultNodesCount());
        }
        return null;
    }

    @Override
    public @Nullable InstrumentationContext<Object> beginFieldFetch(
            InstrumentationFieldFetchParameters parameters, InstrumentationState state) {
        QueryRun run = parameters.getExecutionContext().getGraphQLContext().get(QueryRun.class);
        return run == null ? null : run.failures();
    }
}
