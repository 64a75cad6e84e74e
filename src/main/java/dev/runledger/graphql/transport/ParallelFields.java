package dev.runledger.graphql.transport;

import dev.runledger.graphql.limits.QueryRun;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationFieldFetchParameters;
import graphql.language.Field;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Looks up several fields of Query in parallel: a page selects twenty, each waiting for the database. */
@Component
@Order(3)
class ParallelFields extends SimplePerformantInstrumentation {

    @Override
    public DataFetcher<?> instrumentDataFetcher(
            DataFetcher<?> fetcher, InstrumentationFieldFetchParameters parameters, InstrumentationState state) {
        var environment = parameters.getEnvironment();
        List<?> selections =
                environment.getOperationDefinition().getSelectionSet().getSelections();
        boolean alone = selections.size() == 1 && selections.get(0) instanceof Field;
        boolean root =
                environment.getParentType() == environment.getGraphQLSchema().getQueryType();
        QueryRun run = environment.getGraphQlContext().get(QueryRun.class);
        return run != null && root && !alone && !parameters.isTrivialDataFetcher()
                ? fetching -> lookUp(run, fetcher, fetching)
                : fetcher;
    }

    private static CompletableFuture<Object> lookUp(
            QueryRun run, DataFetcher<?> fetcher, DataFetchingEnvironment fetching) {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        run.execute(() -> {
            try {
                Object found = fetcher.get(fetching);
                if (found instanceof CompletionStage<?> later) {
                    later.whenComplete((value, failure) -> {
                        if (failure == null) {
                            answer.complete(value);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
                } else {
                    answer.complete(found);
                }
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
