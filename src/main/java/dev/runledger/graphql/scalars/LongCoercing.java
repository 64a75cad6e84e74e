package dev.runledger.graphql.scalars;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.Value;
import graphql.scalars.ExtendedScalars;
import graphql.schema.Coercing;
import java.math.BigInteger;
import java.util.Locale;

/** Whole numbers of 64 bits in what is sent; in answers as large as sums become. */
final class LongCoercing implements Coercing<Object, Object> {

    private static final Coercing<?, ?> SENT = ExtendedScalars.GraphQLLong.getCoercing();

    @Override
    public Object serialize(Object value, GraphQLContext context, Locale locale) {
        return value instanceof BigInteger ? value : SENT.serialize(value, context, locale);
    }

    @Override
    public Object parseValue(Object input, GraphQLContext context, Locale locale) {
        return SENT.parseValue(input, context, locale);
    }

    @Override
    public Object parseLiteral(Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
        return SENT.parseLiteral(input, variables, context, locale);
    }

    @Override
    public Value<?> valueToLiteral(Object input, GraphQLContext context, Locale locale) {
        return SENT.valueToLiteral(input, context, locale);
    }
}
