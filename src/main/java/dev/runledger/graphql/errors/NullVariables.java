package dev.runledger.graphql.errors;

import graphql.ExecutionResult;
import graphql.execution.AbortExecutionException;
import graphql.execution.ExecutionContext;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecuteOperationParameters;
import graphql.introspection.Introspection;
import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.Directive;
import graphql.language.DirectivesContainer;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.InlineFragment;
import graphql.language.ObjectValue;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLCompositeType;
import graphql.schema.GraphQLDirective;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Refuses null in a place that must not have it, by the place's name. Validation accepts a nullable variable where there is a
 * default; that the variable is null shows only then, and graphql-java answers as if it were our fault.
 */
@Component
class NullVariables extends SimplePerformantInstrumentation {

    @Override
    public @Nullable InstrumentationContext<ExecutionResult> beginExecuteOperation(
            InstrumentationExecuteOperationParameters parameters, InstrumentationState state) {
        ExecutionContext context = parameters.getExecutionContext();
        Set<String> nulls = context.getCoercedVariables().toMap().entrySet().stream()
                .filter(variable -> variable.getValue() == null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        if (!nulls.isEmpty()) {
            new Search(context.getGraphQLSchema(), nulls).search(context);
        }
        return SimpleInstrumentationContext.noOp();
    }

    private record Search(GraphQLSchema schema, Set<String> nulls) {

        /** The operation and all fragments, each once. */
        void search(ExecutionContext context) {
            GraphQLCompositeType root = switch (context.getOperationDefinition().getOperation()) {
                case QUERY -> schema.getQueryType();
                case MUTATION -> schema.getMutationType();
                case SUBSCRIPTION -> schema.getSubscriptionType();
            };
            directives(context.getOperationDefinition());
            selections(context.getOperationDefinition().getSelectionSet(), root);
            for (FragmentDefinition fragment : context.getFragmentsByName().values()) {
                selections(
                        fragment.getSelectionSet(),
                        type(fragment.getTypeCondition().getName()));
            }
        }

        private void selections(@Nullable SelectionSet set, GraphQLCompositeType type) {
            for (Selection<?> selection : set == null ? List.<Selection<?>>of() : set.getSelections()) {
                directives((DirectivesContainer<?>) selection);
                if (selection instanceof InlineFragment inline) {
                    selections(
                            inline.getSelectionSet(),
                            inline.getTypeCondition() == null
                                    ? type
                                    : type(inline.getTypeCondition().getName()));
                } else if (selection instanceof Field field) {
                    GraphQLFieldDefinition definition = Introspection.getFieldDef(schema, type, field.getName());
                    arguments(field.getArguments(), definition.getArguments());
                    if (GraphQLTypeUtil.unwrapAll(definition.getType()) instanceof GraphQLCompositeType answer) {
                        selections(field.getSelectionSet(), answer);
                    }
                }
            }
        }

        private void directives(DirectivesContainer<?> element) {
            for (Directive directive : element.getDirectives()) {
                GraphQLDirective definition = schema.getDirective(directive.getName());
                arguments(directive.getArguments(), definition.getArguments());
            }
        }

        private void arguments(List<Argument> given, List<GraphQLArgument> definitions) {
            for (Argument argument : given) {
                definitions.stream()
                        .filter(definition -> definition.getName().equals(argument.getName()))
                        .forEach(definition -> value(argument.getName(), argument.getValue(), definition.getType()));
            }
        }

        private void value(String place, Value<?> value, GraphQLType type) {
            if (value instanceof VariableReference variable) {
                if (GraphQLTypeUtil.isNonNull(type) && nulls.contains(variable.getName())) {
                    throw new AbortExecutionException(
                            List.of(ErrorCode.BAD_REQUEST.error("%s must not be null; it is of type %s"
                                    .formatted(place, GraphQLTypeUtil.simplePrint(type)))));
                }
                return;
            }
            GraphQLType bare = GraphQLTypeUtil.unwrapNonNull(type);
            if (value instanceof ArrayValue list) {
                GraphQLType element = GraphQLTypeUtil.isList(bare) ? GraphQLTypeUtil.unwrapOne(bare) : bare;
                list.getValues().forEach(each -> value(place, each, element));
            } else if (value instanceof ObjectValue object
                    && GraphQLTypeUtil.unwrapAll(bare) instanceof GraphQLInputObjectType input) {
                object.getObjectFields().forEach(field -> {
                    GraphQLInputObjectField definition = input.getFieldDefinition(field.getName());
                    value(place + "." + field.getName(), field.getValue(), definition.getType());
                });
            }
        }

        private GraphQLCompositeType type(String name) {
            return (GraphQLCompositeType) schema.getType(name);
        }
    }
}
