package dev.runledger.graphql.scalars;

import dev.runledger.report.UuidText;
import graphql.GraphQLContext;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** UUIDs in full only. */
final class UuidCoercing extends TextCoercing<UUID> {

    UuidCoercing() {
        super("a UUID, like \"0190c1f2-7d3a-7c1e-9b1a-2f4f3c0d9e55\"");
    }

    @Override
    @Nullable
    UUID parse(String text) {
        return UuidText.parse(text);
    }

    @Override
    public String serialize(Object value, GraphQLContext context, Locale locale) {
        return value.toString();
    }
}
