package dev.runledger.graphql.scalars;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.EnumValue;
import graphql.language.StringValue;
import graphql.language.Value;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Something by its name: written as a string, or without quotes as the value of an enum is, which these once were. */
final class NameCoercing<T> extends TextCoercing<T> {

    private final Function<String, @Nullable T> named;
    private final Function<T, String> name;

    NameCoercing(String expected, Function<String, @Nullable T> named, Function<T, String> name) {
        super(expected);
        this.named = named;
        this.name = name;
    }

    @Override
    @Nullable
    T parse(String text) {
        return named.apply(text);
    }

    @Override
    public T parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
        Value<?> text = input instanceof EnumValue literal ? StringValue.of(literal.getName()) : input;
        return super.parseLiteral(text, variables, context, locale);
    }

    @Override
    @SuppressWarnings("unchecked")
    public String serialize(Object value, GraphQLContext context, Locale locale) {
        return name.apply((T) value);
    }
}
