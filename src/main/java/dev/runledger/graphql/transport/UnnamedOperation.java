package dev.runledger.graphql.transport;

import graphql.ExecutionInput;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import org.springframework.stereotype.Component;

/** Takes an empty operation name for none: of several operations graphql-java would run the first, whichever that is. */
@Component
class UnnamedOperation extends SimplePerformantInstrumentation {

    @Override
    public ExecutionInput instrumentExecutionInput(
            ExecutionInput input, InstrumentationExecutionParameters parameters, InstrumentationState state) {
        String name = input.getOperationName();
        return name != null && name.isBlank() ? input.transform(changed -> changed.operationName(null)) : input;
    }
}
