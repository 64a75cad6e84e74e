package dev.runledger.graphql;

import static java.util.stream.Collectors.joining;

import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputValueDefinition;
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
import java.util.stream.IntStream;

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

    /** A document that is right in its structure, of random fields under aliases, with arguments as odd as their types allow. */
    String any() {
        return IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(i ->
                        "f%d: %s".formatted(i, any(oneOf(schema.getQueryType().getFieldDefinitions()), 6)))
                .collect(joining(" ", "{ ", " }"));
    }

    private String any(GraphQLFieldDefinition field, int depth) {
        String call = field.getName() + odd(field.getArguments());
        if (!(GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLObjectType type)) {
            return call;
        }
        List<GraphQLFieldDefinition> fields = type.getFieldDefinitions().stream()
                .filter(inner ->
                        depth > 1 || !(GraphQLTypeUtil.unwrapAll(inner.getType()) instanceof GraphQLObjectType))
                .toList();
        String selection = IntStream.range(0, fields.isEmpty() ? 0 : 1 + random.nextInt(4))
                .mapToObj(i -> "a%d: %s".formatted(i, any(oneOf(fields), depth - 1)))
                .collect(joining(" "));
        return "%s { __typename %s }".formatted(call, selection);
    }

    private String odd(List<? extends GraphQLInputValueDefinition> arguments) {
        String given = arguments.stream()
                .filter(argument -> random.nextInt(3) == 0 || isNeeded(argument))
                .map(argument -> argument.getName() + ": " + odd((GraphQLType) argument.getType()))
                .collect(joining(", "));
        return given.isEmpty() ? "" : "(%s)".formatted(given);
    }

    private static boolean isNeeded(GraphQLInputValueDefinition input) {
        return GraphQLTypeUtil.isNonNull((GraphQLType) input.getType())
                && !(input instanceof GraphQLArgument argument && argument.hasSetDefaultValue())
                && !(input instanceof GraphQLInputObjectField field && field.hasSetDefaultValue());
    }

    private String odd(GraphQLType type) {
        if (type instanceof GraphQLNonNull nonNull) {
            return oddValue(nonNull.getWrappedType());
        }
        return random.nextInt(8) == 0 ? "null" : oddValue(type);
    }

    private String oddValue(GraphQLType type) {
        if (type instanceof GraphQLList list) {
            return IntStream.range(0, random.nextInt(3))
                    .mapToObj(i -> odd(list.getWrappedType()))
                    .collect(joining(", ", "[", "]"));
        }
        if (type instanceof GraphQLInputObjectType input) {
            return odd(input.getFieldDefinitions())
                    .replaceFirst("^\\(", "{")
                    .replaceFirst("\\)$", "}")
                    .replaceFirst("^$", "{}");
        }
        if (type instanceof GraphQLEnumType) {
            return drawn(type);
        }
        return oneOf(
                switch (GraphQLTypeUtil.simplePrint(type)) {
                    case "Int", "Long" -> List.of("1", "0", "-1", "20", "100", "2147483647", "-2147483648");
                    case "Float" ->
                        List.of(
                                "0.5",
                                "0",
                                "1",
                                "-1",
                                "1e308",
                                "5e-324",
                                "0.95",
                                "0.9999999999999999",
                                "0.999999999999999999",
                                "-0.0");
                    case "Boolean" -> List.of("true", "false");
                    case "DateTime" ->
                        List.of(
                                "\"2026-01-01\"",
                                "\"1970-01-01T00:00:00Z\"",
                                "\"2026-03-29T02:30:00+01:00\"",
                                "\"9999-12-31T23:59:59.999999Z\"",
                                "\"0001-01-01T00:00:00Z\"",
                                "\"2026-02-30T00:00:00Z\"");
                    case "UUID" ->
                        List.of(
                                "\"0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55\"",
                                "\"00000000-0000-0000-0000-000000000000\"",
                                "\"1\"");
                    default ->
                        List.of(
                                "\"v1\"",
                                "\"v2\"",
                                "\"\"",
                                "\" \"",
                                "\"UTC\"",
                                "\"Pacific/Apia\"",
                                "\"\\u0000\"",
                                "\"%_'\\\\\"",
                                "\"\uD83D\uDCA5\"");
                });
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
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
