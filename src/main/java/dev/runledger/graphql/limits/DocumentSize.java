package dev.runledger.graphql.limits;

import graphql.language.Directive;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures how much a document selects, with every fragment counted wherever it is spread, and aliases of one field as
 * what they are: the same field again.
 */
final class DocumentSize {

    static final int MAX_DEPTH = 20;
    static final int MAX_SELECTIONS = 1_000;
    static final int MAX_SAME_FIELD = 20;
    static final int MAX_DIRECTIVES = 5;

    private final Map<String, FragmentDefinition> fragments;
    private final Deque<String> openFragments = new ArrayDeque<>();
    private int selections;

    private DocumentSize(Document document) {
        this.fragments = new HashMap<>();
        document.getDefinitionsOfType(FragmentDefinition.class)
                .forEach(fragment -> fragments.put(fragment.getName(), fragment));
    }

    /** Names the first limit that the document exceeds; null if it stays within all. */
    static @Nullable String exceededLimit(Document document) {
        try {
            DocumentSize size = new DocumentSize(document);
            for (OperationDefinition operation : document.getDefinitionsOfType(OperationDefinition.class)) {
                size.checkDirectives(operation);
                operation.getVariableDefinitions().forEach(size::checkDirectives);
                size.measure(operation.getSelectionSet(), 1, new HashMap<>());
            }
            return null;
        } catch (Exceeded limit) {
            return limit.getMessage();
        }
    }

    private void measure(@Nullable SelectionSet set, int depth, Map<String, Integer> timesOfField) {
        if (set == null) {
            return;
        }
        if (depth > MAX_DEPTH) {
            throw new Exceeded("The document nests fields more than %d deep".formatted(MAX_DEPTH));
        }
        for (Selection<?> selection : set.getSelections()) {
            if (++selections > MAX_SELECTIONS) {
                throw new Exceeded(
                        "The document selects more than %d fields, fragments counted wherever they are spread"
                                .formatted(MAX_SELECTIONS));
            }
            checkDirectives((DirectivesContainer<?>) selection);
            if (selection instanceof Field field) {
                if (timesOfField.merge(field.getName(), 1, Integer::sum) > MAX_SAME_FIELD) {
                    throw new Exceeded(
                            "The document selects one field more than %d times beside each other, aliases included"
                                    .formatted(MAX_SAME_FIELD));
                }
                measure(field.getSelectionSet(), depth + 1, new HashMap<>());
            } else if (selection instanceof InlineFragment fragment) {
                measure(fragment.getSelectionSet(), depth, timesOfField);
            } else if (selection instanceof FragmentSpread spread) {
                measure(fragments.get(spread.getName()), depth, timesOfField);
            }
        }
    }

    /** Fragments that spread each other in a circle are left to the validation, which has better words for them. */
    private void measure(@Nullable FragmentDefinition fragment, int depth, Map<String, Integer> timesOfField) {
        if (fragment != null && !openFragments.contains(fragment.getName())) {
            openFragments.push(fragment.getName());
            checkDirectives(fragment);
            measure(fragment.getSelectionSet(), depth, timesOfField);
            openFragments.pop();
        }
    }

    private void checkDirectives(DirectivesContainer<?> element) {
        if (element.<Directive>getDirectives().size() > MAX_DIRECTIVES) {
            throw new Exceeded("The document puts more than %d directives on one element".formatted(MAX_DIRECTIVES));
        }
    }

    private static final class Exceeded extends RuntimeException {

        Exceeded(String limit) {
            super(limit, null, false, false);
        }
    }
}
