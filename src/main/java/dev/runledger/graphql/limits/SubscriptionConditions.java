package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.ErrorCode;
import graphql.execution.AbortExecutionException;
import graphql.execution.instrumentation.InstrumentationContext;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimpleInstrumentationContext;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.OperationDefinition.Operation;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Refuses {@code @skip} and {@code @include} on the one field of a subscription, as the specification has it: graphql-java's own
 * rule fails where nothing is left.
 *
 * @see <a href="https://spec.graphql.org/draft/#sec-Single-root-field">Single root field</a>
 */
@Component
@Order(2)
class SubscriptionConditions extends SimplePerformantInstrumentation {

    private static final Set<String> CONDITIONS = Set.of("skip", "include");

    @Override
    public InstrumentationContext<Document> beginParse(
            InstrumentationExecutionParameters parameters, InstrumentationState state) {
        return SimpleInstrumentationContext.whenCompleted((document, fault) -> {
            if (document != null && hasCondition(document)) {
                throw new AbortExecutionException(List.of(ErrorCode.BAD_REQUEST.error(
                        "The field of a subscription may have neither @skip nor @include")));
            }
        });
    }

    private static boolean hasCondition(Document document) {
        Map<String, FragmentDefinition> fragments = document.getDefinitionsOfType(FragmentDefinition.class).stream()
                .collect(Collectors.toMap(FragmentDefinition::getName, fragment -> fragment, (first, second) -> first));
        return document.getDefinitionsOfType(OperationDefinition.class).stream()
                .filter(operation -> operation.getOperation() == Operation.SUBSCRIPTION)
                .anyMatch(operation -> hasCondition(operation.getSelectionSet(), fragments, new HashSet<>()));
    }

    private static boolean hasCondition(
            @Nullable SelectionSet selections, Map<String, FragmentDefinition> fragments, Set<String> seen) {
        if (selections == null) {
            return false;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof DirectivesContainer<?> container
                    && container.getDirectives().stream()
                            .anyMatch(directive -> CONDITIONS.contains(directive.getName()))) {
                return true;
            }
            SelectionSet inner = null;
            if (selection instanceof InlineFragment inline) {
                inner = inline.getSelectionSet();
            } else if (selection instanceof FragmentSpread spread
                    && seen.add(spread.getName())
                    && fragments.containsKey(spread.getName())) {
                inner = fragments.get(spread.getName()).getSelectionSet();
            }
            if (hasCondition(inner, fragments, seen)) {
                return true;
            }
        }
        return false;
    }
}
