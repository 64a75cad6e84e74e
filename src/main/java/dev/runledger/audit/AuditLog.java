package dev.runledger.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The log of what administrators did, who signed in and which keys were refused. The database refuses to change an entry. */
@Service
public class AuditLog {

    private static final int MAX_NAME = 200;

    private static final String ADD = """
            INSERT INTO audit_entry (at, actor, action, subject, details, before, after)
            VALUES (:at, :actor, :action, :subject, CAST(:details AS jsonb), CAST(:before AS jsonb), CAST(:after AS jsonb))
            """;

    private static final String SELECTED = """
            (CAST(:action AS varchar) IS NULL OR action = :action)
               AND (CAST(:actor AS varchar) IS NULL OR actor = :actor)
               AND (CAST(:subject AS varchar) IS NULL OR subject = :subject)
               AND (CAST(:from AS timestamptz) IS NULL OR at >= :from)
               AND (CAST(:to AS timestamptz) IS NULL OR at < :to)""";

    private static final String PAGE = """
            SELECT seq, at, actor, action, subject, details, before, after
              FROM audit_entry
             WHERE %s
               AND seq < :position
             ORDER BY seq DESC
             LIMIT :limit
            """.formatted(SELECTED);

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    AuditLog(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** Which entries: what is null does not restrict. */
    public record Selection(
            @Nullable String action,
            @Nullable String actor,
            @Nullable String subject,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime to) {}

    /** Adds an entry, in the caller's transaction if there is one. It must hold no secret. */
    public void add(String actor, String action, @Nullable String subject, @Nullable JsonNode details) {
        add(actor, action, subject, details, null, null);
    }

    /** Adds an entry with what was there before and after. */
    public void add(
            String actor,
            String action,
            @Nullable String subject,
            @Nullable JsonNode details,
            @Nullable JsonNode before,
            @Nullable JsonNode after) {
        jdbc.sql(ADD)
                .param("at", clock.instant().atOffset(ZoneOffset.UTC))
                .param("actor", shortened(actor))
                .param("action", action)
                .param("subject", subject == null ? null : shortened(subject), Types.VARCHAR)
                .param("details", text(details), Types.VARCHAR)
                .param("before", text(before), Types.VARCHAR)
                .param("after", text(after), Types.VARCHAR)
                .update();
    }

    /**
     * The latest entries of a selection, the latest first.
     *
     * @param position only entries whose number is lower; null for none
     */
    public List<AuditEntry> page(Selection selection, @Nullable Long position, int limit) {
        return jdbc.sql(PAGE)
                .param("action", selection.action())
                .param("actor", selection.actor())
                .param("subject", selection.subject())
                .param("from", selection.from())
                .param("to", selection.to())
                .param("position", position == null ? Long.MAX_VALUE : position)
                .param("limit", limit)
                .query(this::entry)
                .list();
    }

    private AuditEntry entry(ResultSet row, int number) throws SQLException {
        return new AuditEntry(
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                tree(row.getString("details")),
                tree(row.getString("before")),
                tree(row.getString("after")));
    }

    private @Nullable JsonNode tree(@Nullable String text) {
        return text == null ? null : json.readTree(text);
    }

    /** PostgreSQL stores no U+0000. */
    private static @Nullable String text(@Nullable JsonNode node) {
        return node == null ? null : node.toString().replace("\\u0000", "\\ufffd");
    }

    private static String shortened(String name) {
        String text = name.replace('\0', '\ufffd');
        return text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME);
    }
}
