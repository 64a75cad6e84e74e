package dev.runledger.graphql.scalars;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A scalar that is written as a string. What it refuses it refuses in words that name no class. */
abstract class TextCoercing<T> implements Coercing<T, String> {

    private final String expected;

    TextCoercing(String expected) {
        this.expected = expected;
    }

    /** The value of the text, or null if it is none. */
    abstract @Nullable T parse(String text);

    @Override
    public T parseValue(Object input, GraphQLContext context, Locale locale) {
        T value = input instanceof String text ? parse(text) : null;
        if (value == null) {
            throw new CoercingParseValueException("Expected " + expected);
        }
        return value;
    }

    @Override
    public T parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
        T value = input instanceof StringValue text ? parse(text.getValue()) : null;
        if (value == null) {
            throw new CoercingParseLiteralException("Expected " + expected);
        }
        return value;
    }

    @Override
    public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
        return StringValue.of(input.toString());
    }
}
