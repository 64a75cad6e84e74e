package dev.runledger.graphql.scalars;

import dev.runledger.report.IsoTime;
import graphql.GraphQLContext;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times as the ledger keeps them, to the microsecond, and as reporters write them. */
final class DateTimeCoercing extends TextCoercing<OffsetDateTime> {

    DateTimeCoercing() {
        super("an ISO 8601 date and time, like \"2026-11-20T03:00:00.123456Z\"");
    }

    @Override
    @Nullable
    OffsetDateTime parse(String text) {
        return IsoTime.parse(text);
    }

    @Override
    public String serialize(Object value, GraphQLContext context, Locale locale) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : (OffsetDateTime) value);
    }
}
