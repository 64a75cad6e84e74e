package dev.runledger.graphql.transport;

import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationFieldFetchParameters;
import graphql.language.Field;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Looks up several fields of Query side by side: a page asks for twenty, each waiting for the database. Not more at once than
 * keep the processors busy, so that reporting finds connections and its share of time however many ask.
 */
@Component
@Order(3)
class ParallelQuestions extends SimplePerformantInstrumentation implements DisposableBean {

    private final ExecutorService executor = Executors.newFixedThreadPool(
            1 + Runtime.getRuntime().availableProcessors(), new CustomizableThreadFactory("question-"));

    @Override
    public void destroy() {
        executor.shutdown();
    }

    @Override
    public DataFetcher<?> instrumentDataFetcher(
            DataFetcher<?> fetcher, InstrumentationFieldFetchParameters parameters, InstrumentationState state) {
        var environment = parameters.getEnvironment();
        List<?> selections =
                environment.getOperationDefinition().getSelectionSet().getSelections();
        boolean alone = selections.size() == 1 && selections.get(0) instanceof Field;
        boolean question =
                environment.getParentType() == environment.getGraphQLSchema().getQueryType();
        return question && !alone && !parameters.isTrivialDataFetcher() ? asked -> lookUp(fetcher, asked) : fetcher;
    }

    private CompletableFuture<Object> lookUp(DataFetcher<?> fetcher, DataFetchingEnvironment asked) {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                Object found = fetcher.get(asked);
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
