package dev.runledger.security;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a link shows.
 *
 * @param page of the dashboards, as its address has it; empty for the first one
 * @param filter of the runs, as GraphQL's RunFilter has it; what is left out does not restrict
 */
public record SharedView(String page, Map<String, Object> filter) {

    private static final Set<String> PERIOD = Set.of("from", "to", "lastDays");
    private static final Set<String> OF_EVENTS = Set.of("environments");

    /**
     * A filter that somebody asks with, narrowed to what the link shows: what the view's filter restricts, it restricts to the same, and its
     * period begins no earlier than the period before the view's, which pages compare with, and ends no later.
     *
     * @param asked null for none
     * @param ofEvents whether it is one of events, which know environments only
     */
    public Map<String, Object> narrow(@Nullable Map<String, Object> asked, boolean ofEvents, Instant now) {
        Map<String, Object> narrowed = new LinkedHashMap<>(asked == null ? Map.of() : asked);
        filter.forEach((field, value) -> {
            if (!PERIOD.contains(field) && (!ofEvents || OF_EVENTS.contains(field))) {
                narrowed.put(field, value);
            }
        });
        Instant earliest = earliest(now);
        Instant latest = moment(filter.get("to"));
        Instant from = narrowed.remove("lastDays") instanceof Number days
                ? now.minus(days.intValue(), ChronoUnit.DAYS)
                : moment(narrowed.get("from"));
        Instant to = moment(narrowed.get("to"));
        put(narrowed, "from", earliest != null && (from == null || from.isBefore(earliest)) ? earliest : from);
        put(narrowed, "to", latest != null && (to == null || to.isAfter(latest)) ? latest : to);
        if (from != null && latest != null && from.isAfter(latest)) {
            put(narrowed, "from", latest);
        }
        if (to != null && earliest != null && to.isBefore(earliest)) {
            put(narrowed, "to", earliest);
        }
        return narrowed;
    }

    private @Nullable Instant earliest(Instant now) {
        if (filter.get("lastDays") instanceof Number days) {
            return now.minus(2L * days.intValue(), ChronoUnit.DAYS);
        }
        Instant from = moment(filter.get("from"));
        if (from == null) {
            return null;
        }
        Instant to = moment(filter.get("to"));
        return from.minus(Duration.between(from, to == null ? now : to).abs());
    }

    private static void put(Map<String, Object> filter, String field, @Nullable Instant moment) {
        if (moment == null) {
            filter.remove(field);
        } else {
            filter.put(field, moment.atOffset(ZoneOffset.UTC).toString());
        }
    }

    /** What is no moment restricts nothing, and so is replaced by the view's bound. */
    private static @Nullable Instant moment(@Nullable Object text) {
        try {
            return text instanceof String string ? OffsetDateTime.parse(string).toInstant() : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
