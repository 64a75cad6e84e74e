package dev.runledger.graphql.transport;

import dev.runledger.graphql.errors.ErrorCode;
import graphql.GraphQLContext;
import graphql.execution.AbortExecutionException;
import graphql.execution.ExecutionContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import graphql.language.OperationDefinition.Operation;
import java.util.List;
import java.util.Map;
import org.springframework.core.annotation.Order;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.stereotype.Component;

/** Sees that GET changes nothing: it may be sent again, ahead of time or by a link, and so answers no mutation. */
@Component
@Order(4)
class GetRequests extends SimplePerformantInstrumentation {

    private static final String IS_GET = "runledger.get";
    private static final String REFUSED = "runledger.get.refused";

    static WebGraphQlRequest mark(WebGraphQlRequest request) {
        request.configureExecutionInput(
                (input, builder) -> builder.graphQLContext(Map.of(IS_GET, true)).build());
        return request;
    }

    /** Whether the operation was refused because it came by GET. */
    static boolean refused(GraphQLContext context) {
        return context.hasKey(REFUSED);
    }

    @Override
    public ExecutionContext instrumentExecutionContext(
            ExecutionContext execution, InstrumentationExecutionParameters parameters, InstrumentationState state) {
        GraphQLContext context = execution.getGraphQLContext();
        if (context.hasKey(IS_GET) && execution.getOperationDefinition().getOperation() == Operation.MUTATION) {
            context.put(REFUSED, true);
            throw new AbortExecutionException(
                    List.of(ErrorCode.BAD_REQUEST.error("GET answers queries only; send mutations by POST")));
        }
        return execution;
    }
}
