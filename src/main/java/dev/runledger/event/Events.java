package dev.runledger.event;

import dev.runledger.report.PlausibleTimes;
import java.net.URI;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.stereotype.Service;

/** Records events and finds them again. */
@Service
public class Events {

    private static final int MAX_KIND = 50;
    private static final int MAX_TEXT = 1_000;
    private static final int MAX_LINK = 2_000;
    private static final int MAX_ENVIRONMENT = 20;

    private static final String ADD = """
            INSERT INTO event (id, at, kind, text, link, environment, recorded_at, recorded_by)
            VALUES (:id, :at, :kind, :text, :link, :environment, :recorded_at, :recorded_by)
            ON CONFLICT (id) DO NOTHING
            """;

    private static final String FIND = """
            SELECT id, at, kind, text, link, environment, recorded_at, recorded_by
              FROM event
             WHERE id = :id
            """;

    /** An event without an environment is one of every environment. */
    private static final String SELECTED = """
            (CAST(:from AS timestamptz) IS NULL OR at >= :from)
               AND (CAST(:to AS timestamptz) IS NULL OR at < :to)
               AND (CAST(:kinds AS varchar[]) IS NULL OR kind = ANY (:kinds))
               AND (CAST(:environments AS varchar[]) IS NULL OR environment IS NULL OR environment = ANY (:environments))""";

    private static final String PAGE = """
            SELECT id, at, kind, text, link, environment, recorded_at, recorded_by
              FROM event
             WHERE %s
               AND (CAST(:position_at AS timestamptz) IS NULL OR (at, id) < (:position_at, :position_id))
             ORDER BY at DESC, id DESC
             LIMIT :limit
            """.formatted(SELECTED);

    private static final String NEAREST = """
            SELECT id, at, kind, text, link, environment, recorded_at, recorded_by
              FROM event
             WHERE %s
             ORDER BY abs(extract(epoch FROM at - CAST(:moment AS timestamptz))), id
             LIMIT :limit
            """.formatted(SELECTED);

    private static final String DELETE = "DELETE FROM event WHERE id = :id";

    private final JdbcClient jdbc;
    private final Clock clock;

    Events(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Another event was recorded under the id. */
    public static final class OtherEventException extends RuntimeException {
        OtherEventException(UUID id) {
            super("Another event is recorded under the id " + id);
        }
    }

    /**
     * Which events.
     *
     * @param kinds of these kinds; empty for any
     * @param environments of these, and events of every environment; empty for any
     */
    public record Selection(
            @Nullable Instant from, @Nullable Instant to, List<String> kinds, List<String> environments) {}

    /** Where a page begins: after this event. */
    public record Position(Instant at, UUID id) {}

    /**
     * Records an event. The same one again under its id changes nothing.
     *
     * @param id null for a new one
     * @param at null for now
     * @throws IllegalArgumentException naming what is out of bounds
     * @throws OtherEventException if another one is recorded under the id
     */
    public Event record(
            @Nullable UUID id,
            @Nullable Instant at,
            String kind,
            String text,
            @Nullable String link,
            @Nullable String environment,
            String caller) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant moment = at == null ? now : at.truncatedTo(ChronoUnit.MICROS);
        if (!PlausibleTimes.at(now).contain(moment)) {
            throw new IllegalArgumentException("at must be " + PlausibleTimes.WORDS);
        }
        Event event = new Event(
                id == null ? UUID.randomUUID() : id,
                moment.atOffset(ZoneOffset.UTC),
                checked("kind", kind, MAX_KIND),
                checked("text", text, MAX_TEXT),
                link == null ? null : address(link),
                environment == null ? null : checked("environment", environment, MAX_ENVIRONMENT),
                now.atOffset(ZoneOffset.UTC),
                caller);
        int added = jdbc.sql(ADD)
                .param("id", event.id())
                .param("at", event.at())
                .param("kind", event.kind())
                .param("text", event.text())
                .param("link", event.link(), Types.VARCHAR)
                .param("environment", event.environment(), Types.VARCHAR)
                .param("recorded_at", event.recordedAt())
                .param("recorded_by", event.recordedBy())
                .update();
        if (added == 1) {
            return event;
        }
        Event known = find(event.id());
        // Without a time, the one at which it was recorded first is meant.
        if (known == null || !known.says(event.at(at == null ? known.at() : event.at()))) {
            throw new OtherEventException(event.id());
        }
        return known;
    }

    /** The event of that id; null if there is none. */
    public @Nullable Event find(UUID id) {
        return jdbc.sql(FIND).param("id", id).query(Event.class).optional().orElse(null);
    }

    /** The latest of a selection, the latest first, from after a position on. */
    public List<Event> page(Selection selection, @Nullable Position position, int limit) {
        return selected(PAGE, selection)
                .param("position_at", position == null ? null : utc(position.at()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("position_id", position == null ? null : position.id(), Types.OTHER)
                .param("limit", limit)
                .query(Event.class)
                .list();
    }

    /** Those of a selection that are nearest to a moment, the nearest first. */
    public List<Event> nearest(Selection selection, Instant moment, int limit) {
        return selected(NEAREST, selection)
                .param("moment", utc(moment))
                .param("limit", limit)
                .query(Event.class)
                .list();
    }

    /** Deletes an event that was recorded by mistake; false if there is none. */
    public boolean delete(UUID id) {
        return jdbc.sql(DELETE).param("id", id).update() == 1;
    }

    private StatementSpec selected(String sql, Selection selection) {
        return jdbc.sql(sql)
                .param("from", selection.from() == null ? null : utc(selection.from()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("to", selection.to() == null ? null : utc(selection.to()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("kinds", array(selection.kinds()), Types.ARRAY)
                .param("environments", array(selection.environments()), Types.ARRAY);
    }

    private static String @Nullable [] array(List<String> texts) {
        return texts.isEmpty() ? null : texts.toArray(String[]::new);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static String checked(String name, String text, int most) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.codePointCount(0, stripped.length()) > most) {
            throw new IllegalArgumentException("%s must have 1 to %,d characters".formatted(name, most));
        }
        return stripped;
    }

    /** Pages make links of it: of the web, and no others, which could run a script. */
    private static String address(String link) {
        try {
            URI uri = URI.create(checked("link", link, MAX_LINK));
            if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
                    && uri.getHost() != null) {
                return uri.toString();
            }
        } catch (IllegalArgumentException e) {
            if (e.getCause() == null) {
                throw e;
            }
        }
        throw new IllegalArgumentException("link must be an address of http or https");
    }
}
