package dev.runledger.security;

import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Links that show one page to whoever has no key, until they expire or their key is revoked. */
@Service
public class SharedViews {

    private static final String OF_KEY = """
            SELECT shared_view.page, shared_view.filter::text AS filter
              FROM shared_view JOIN service_key ON service_key.id = shared_view.key_id
             WHERE service_key.id = :key AND service_key.revoked_at IS NULL
            """;

    private final StoredKeys keys;
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final TransactionTemplate transaction;

    SharedViews(StoredKeys keys, JdbcClient jdbc, JsonMapper json, TransactionTemplate transaction) {
        this.keys = keys;
        this.jdbc = jdbc;
        this.json = json;
        this.transaction = transaction;
    }

    private record Row(String page, String filter) {}

    /** Makes a key that reads the view and nothing else. */
    public StoredKeys.Created create(String name, SharedView view, OffsetDateTime expiresAt, String by) {
        StoredKeys.Created created = transaction.execute(status -> add(name, view, expiresAt, by));
        // Those who read the keys anew meanwhile did not find this one.
        keys.refresh();
        return created;
    }

    private StoredKeys.Created add(String name, SharedView view, OffsetDateTime expiresAt, String by) {
        StoredKeys.Created created = keys.create(name, Role.GUEST, expiresAt, by);
        UUID id = created.serviceKey().id();
        jdbc.sql("INSERT INTO shared_view (key_id, page, filter) VALUES (:id, :page, CAST(:filter AS jsonb))")
                .param("id", id)
                .param("page", view.page())
                .param("filter", json.writeValueAsString(view.filter()))
                .update();
        return created;
    }

    /** Whether somebody may read a shared view only. */
    public static boolean isGuest(@Nullable Authentication caller) {
        return caller != null && caller.getPrincipal() == Role.GUEST;
    }

    /** What a guest may read; null if their key has no view. */
    public @Nullable SharedView of(Authentication guest) {
        Row row = jdbc.sql(OF_KEY)
                .param("key", KeyAuthentication.keyIdOf(guest), Types.OTHER)
                .query(Row.class)
                .optional()
                .orElse(null);
        return row == null
                ? null
                : new SharedView(
                        row.page(),
                        json.readValue(row.filter(), new TypeReference<LinkedHashMap<String, Object>>() {}));
    }
}
