package dev.runledger.graphql.transport;

import graphql.ExecutionResult;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataLoaderDispatchStrategy;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.FieldValueInfo;
import graphql.execution.SubscriptionExecutionStrategy;
import graphql.execution.instrumentation.dataloader.PerLevelDataLoaderDispatchStrategy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.dataloader.DataLoaderRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.graphql.autoconfigure.GraphQlSourceBuilderCustomizer;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import org.springframework.graphql.execution.DataFetcherExceptionResolver;
import org.springframework.graphql.execution.GraphQlSource;
import org.springframework.stereotype.Component;

/**
 * Gives each event of a subscription data loaders of its own. The one set that a subscription has otherwise answers later events with
 * what it loaded for earlier ones, and graphql-java keeps what each event took until the subscription ends.
 *
 * @see <a href="https://github.com/graphql-java/graphql-java/issues/4314">graphql-java 4314</a>
 */
@Component
class SubscriptionEvents implements GraphQlSourceBuilderCustomizer {

    private final ObjectProvider<DataFetcherExceptionResolver> exceptions;
    private final BatchLoaderRegistry loaders;

    SubscriptionEvents(ObjectProvider<DataFetcherExceptionResolver> exceptions, BatchLoaderRegistry loaders) {
        this.exceptions = exceptions;
        this.loaders = loaders;
    }

    @Override
    public void customize(GraphQlSource.SchemaResourceBuilder source) {
        List<DataFetcherExceptionResolver> resolvers =
                exceptions.orderedStream().toList();
        DataFetcherExceptionHandler handler = DataFetcherExceptionResolver.createExceptionHandler(resolvers);
        source.configureGraphQl(graphQl -> graphQl.subscriptionExecutionStrategy(new Execution(handler, loaders)));
    }

    private static final class Execution extends SubscriptionExecutionStrategy {

        private final BatchLoaderRegistry loaders;

        Execution(DataFetcherExceptionHandler exceptions, BatchLoaderRegistry loaders) {
            super(exceptions);
            this.loaders = loaders;
        }

        @Override
        public CompletableFuture<ExecutionResult> execute(
                ExecutionContext subscription, ExecutionStrategyParameters parameters) {
            subscription.setDataLoaderDispatcherStrategy(DataLoaderDispatchStrategy.NO_OP);
            return super.execute(subscription, parameters);
        }

        /** Called for the event itself; the strategy of queries completes what is below it. */
        @Override
        protected FieldValueInfo completeField(
                ExecutionContext event, ExecutionStrategyParameters parameters, Object value) {
            DataLoaderRegistry registry = new DataLoaderRegistry();
            loaders.registerDataLoaders(registry, event.getGraphQLContext());
            ExecutionContext own = event.transform(context -> context.dataLoaderRegistry(registry));
            DataLoaderDispatchStrategy dispatching = new PerLevelDataLoaderDispatchStrategy(own);
            own.setDataLoaderDispatcherStrategy(dispatching);
            dispatching.newSubscriptionExecution(parameters.getDeferredCallContext());
            FieldValueInfo completed = super.completeField(own, parameters, value);
            dispatching.subscriptionEventCompletionDone(parameters.getDeferredCallContext());
            return completed;
        }
    }
}
