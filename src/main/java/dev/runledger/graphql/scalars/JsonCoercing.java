package dev.runledger.graphql.scalars;

import dev.runledger.graphql.limits.AnswerSize;
import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.EnumValue;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.NullValue;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.scalars.ExtendedScalars;
import graphql.schema.Coercing;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Any JSON value. Unlike the one of graphql-java-extended-scalars, it takes a null within a list for what it is. */
final class JsonCoercing implements Coercing<Object, Object> {

    @Override
    public Object serialize(Object value, GraphQLContext context, Locale locale) {
        if (value instanceof JsonNode json) {
            AnswerSize.count(context, json);
        }
        return value;
    }

    @Override
    public Object parseValue(Object input, GraphQLContext context, Locale locale) {
        return input;
    }

    @Override
    public @Nullable Object parseLiteral(
            Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
        return json(input, variables);
    }

    @Override
    public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
        return ExtendedScalars.Json.getCoercing().valueToLiteral(input, context, locale);
    }

    private static @Nullable Object json(Value<?> literal, CoercedVariables variables) {
        if (literal instanceof ObjectValue object) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            object.getObjectFields().forEach(field -> members.put(field.getName(), json(field.getValue(), variables)));
            return members;
        } else if (literal instanceof ArrayValue array) {
            return array.getValues().stream()
                    .map(element -> json(element, variables))
                    .toList();
        } else if (literal instanceof StringValue text) {
            return text.getValue();
        } else if (literal instanceof IntValue number) {
            return number.getValue();
        } else if (literal instanceof FloatValue number) {
            return number.getValue();
        } else if (literal instanceof BooleanValue truth) {
            return truth.isValue();
        } else if (literal instanceof EnumValue name) {
            return name.getName();
        } else if (literal instanceof VariableReference variable) {
            return variables.get(variable.getName());
        } else if (literal instanceof NullValue) {
            return null;
        }
        throw new IllegalArgumentException("Not a GraphQL literal: " + literal.getClass());
    }
}
