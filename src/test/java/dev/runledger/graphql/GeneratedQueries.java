package dev.runledger.graphql;

import static java.util.stream.Collectors.joining;

import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Documents made from the schema itself, so that what is added to it is asked, too. */
final class GeneratedQueries {

    private static final int DEPTH = 5;

    private final GraphQLSchema schema;
    private final Random random;

    GeneratedQueries(GraphQLSchema schema, Random random) {
        this.schema = schema;
        this.random = random;
    }

    /** A query whose argument is null by a variable, which validation allows as the argument has a default. */
    record NullArgument(String document, String argument) {

        @Override
        public String toString() {
            return document;
        }
    }

    /** One document for each query of the schema, with all that can be selected; arguments that must be given are drawn. */
    List<String> everything() {
        return schema.getQueryType().getFieldDefinitions().stream()
                .map(field -> "{ %s }".formatted(whole(field, DEPTH, Set.of())))
                .toList();
    }

    /** One document for each argument of a query, or of a field somewhere in its answer, that has a default and may not be null. */
    List<NullArgument> nullArguments() {
        List<NullArgument> all = new ArrayList<>();
        addNullArguments(schema.getQueryType(), "query($x: %s) { ", "", Set.of(), all);
        return all;
    }

    private void addNullArguments(
            GraphQLFieldsContainer type, String prefix, String suffix, Set<String> within, List<NullArgument> all) {
        for (GraphQLFieldDefinition field : type.getFieldDefinitions()) {
            for (GraphQLArgument argument : field.getArguments()) {
                if (argument.hasSetDefaultValue() && GraphQLTypeUtil.isNonNull(argument.getType())) {
                    String given = given(field, argument.getName(), "$x");
                    String nullable = GraphQLTypeUtil.simplePrint(GraphQLTypeUtil.unwrapOne(argument.getType()));
                    all.add(new NullArgument(
                            (prefix + "%s }%s").formatted(nullable, field.getName() + given + leaf(field), suffix),
                            argument.getName()));
                }
            }
            if (GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLObjectType answer
                    && !within.contains(answer.getName())) {
                addNullArguments(
                        answer,
                        prefix + field.getName() + given(field, "", "").replace("%", "%%") + " { ",
                        suffix + " }",
                        with(within, answer.getName()),
                        all);
            }
        }
    }

    private static String leaf(GraphQLFieldDefinition field) {
        return GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLObjectType ? " { __typename }" : "";
    }

    private String whole(GraphQLFieldDefinition field, int depth, Set<String> within) {
        String call = field.getName() + given(field, "", "");
        if (!(GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLObjectType type)) {
            return call;
        }
        Set<String> path = with(within, type.getName());
        String selection = type.getFieldDefinitions().stream()
                .filter(inner -> !(GraphQLTypeUtil.unwrapAll(inner.getType()) instanceof GraphQLObjectType answer)
                        || depth > 1 && !path.contains(answer.getName()))
                .map(inner -> whole(inner, depth - 1, path))
                .collect(joining(" "));
        return "%s { __typename %s }".formatted(call, selection);
    }

    /** The arguments that must be given, and one more if it is named. */
    private String given(GraphQLFieldDefinition field, String name, String value) {
        String arguments = field.getArguments().stream()
                .filter(argument -> argument.getName().equals(name)
                        || GraphQLTypeUtil.isNonNull(argument.getType()) && !argument.hasSetDefaultValue())
                .map(argument -> argument.getName() + ": "
                        + (argument.getName().equals(name) ? value : drawn(argument.getType())))
                .collect(joining(", "));
        return arguments.isEmpty() ? "" : "(%s)".formatted(arguments);
    }

    private String drawn(GraphQLType type) {
        if (type instanceof GraphQLNonNull nonNull) {
            return drawn(nonNull.getWrappedType());
        }
        if (type instanceof GraphQLList list) {
            return "[%s, %s]".formatted(drawn(list.getWrappedType()), drawn(list.getWrappedType()));
        }
        if (type instanceof GraphQLEnumType names) {
            return names.getValues()
                    .get(random.nextInt(names.getValues().size()))
                    .getName();
        }
        if (type instanceof GraphQLInputObjectType input) {
            return input.getFieldDefinitions().stream()
                    .filter(field -> GraphQLTypeUtil.isNonNull(field.getType()) && !field.hasSetDefaultValue())
                    .map(field -> field.getName() + ": " + drawn(field.getType()))
                    .collect(joining(", ", "{", "}"));
        }
        return switch (GraphQLTypeUtil.simplePrint(type)) {
            case "Int", "Long" -> "1";
            case "Float" -> "0.5";
            case "Boolean" -> "true";
            case "DateTime" -> "\"2026-01-01T00:00:00Z\"";
            case "UUID" -> "\"0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55\"";
            default -> random.nextBoolean() ? "\"v1\"" : "\"v2\"";
        };
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> all = new TreeSet<>(names);
        all.add(name);
        return all;
    }
}
