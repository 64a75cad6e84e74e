package dev.runledger.graphql.limits;

import graphql.language.Document;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLNamedOutputType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Estimates how many fields an answer will have, if every list has {@value #LENGTH} elements; enough to let light queries go first. */
final class QueryWeight {

    private static final int LENGTH = 20;
    private static final int MAX = 1_000_000_000;

    private final GraphQLSchema schema;
    private final Map<String, FragmentDefinition> fragments = new HashMap<>();
    private final Set<String> openFragments = new HashSet<>();

    private QueryWeight(GraphQLSchema schema, Document document) {
        this.schema = schema;
        document.getDefinitionsOfType(FragmentDefinition.class)
                .forEach(fragment -> fragments.put(fragment.getName(), fragment));
    }

    /** @param document within the limits of {@link DocumentSize}, and not necessarily valid */
    static int of(GraphQLSchema schema, Document document, OperationDefinition query) {
        return new QueryWeight(schema, document).weigh(query.getSelectionSet(), schema.getQueryType());
    }

    private int weigh(@Nullable SelectionSet set, @Nullable Object type) {
        if (set == null) {
            return 0;
        }
        long weight = 0;
        for (Selection<?> selection : set.getSelections()) {
            weight += weigh(selection, type);
        }
        return (int) Math.min(weight, MAX);
    }

    private long weigh(Selection<?> selection, @Nullable Object type) {
        if (selection instanceof Field field) {
            GraphQLFieldDefinition definition =
                    type instanceof GraphQLFieldsContainer container ? container.getField(field.getName()) : null;
            if (definition == null) {
                return 1;
            }
            GraphQLNamedOutputType unwrapped = (GraphQLNamedOutputType) GraphQLTypeUtil.unwrapAll(definition.getType());
            boolean list = GraphQLTypeUtil.isList(GraphQLTypeUtil.unwrapNonNull(definition.getType()));
            return (1L + weigh(field.getSelectionSet(), unwrapped)) * (list ? LENGTH : 1);
        }
        if (selection instanceof InlineFragment fragment) {
            return weigh(fragment.getSelectionSet(), type(fragment.getTypeCondition(), type));
        }
        if (selection instanceof FragmentSpread spread
                && fragments.containsKey(spread.getName())
                && openFragments.add(spread.getName())) {
            FragmentDefinition fragment = fragments.get(spread.getName());
            long weight = weigh(fragment.getSelectionSet(), type(fragment.getTypeCondition(), type));
            openFragments.remove(spread.getName());
            return weight;
        }
        return 0;
    }

    private @Nullable Object type(graphql.language.@Nullable TypeName condition, @Nullable Object otherwise) {
        return condition == null ? otherwise : schema.getType(condition.getName());
    }
}
