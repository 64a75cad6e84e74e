package dev.runledger.graphql.scalars;

import graphql.GraphQLContext;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** UUIDs in full only: Java would take {@code 1-1-1-1-1} for one. */
final class UuidCoercing extends TextCoercing<UUID> {

    private static final Pattern FULL =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    UuidCoercing() {
        super("a UUID, like \"0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55\"");
    }

    @Override
    @Nullable
    UUID parse(String text) {
        return FULL.matcher(text).matches() ? UUID.fromString(text) : null;
    }

    @Override
    public String serialize(Object value, GraphQLContext context, Locale locale) {
        return value.toString();
    }
}
