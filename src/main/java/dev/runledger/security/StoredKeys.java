package dev.runledger.security;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/**
 * The keys that administrators made. Each instance keeps the digests of the valid ones and reads them anew every two seconds, so that
 * requests take no statement and a revocation is known everywhere within seconds.
 */
@Service
public class StoredKeys {

    /** How many keys may be valid at once. */
    public static final int MAX_KEYS = 500;

    private static final int SECRET_BYTES = 24;
    private static final int MAX_NAME = 100;
    private static final List<String> ROLES =
            Arrays.stream(Role.values()).map(Role::name).toList();

    private static final String SELECT = """
            SELECT id, name, role, created_at, created_by, expires_at, revoked_at, last_used_at FROM service_key
            """;

    private static final String VALID = """
            SELECT id, name, role, digest, expires_at
              FROM service_key
             WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
               AND role IN (:roles)
             ORDER BY created_at
            """;

    private static final String ADD = """
            INSERT INTO service_key (id, name, role, digest, created_at, created_by, expires_at)
            VALUES (:id, :name, :role, :digest, :now, :by, :expiresAt)
            """;

    private static final Logger log = LoggerFactory.getLogger(StoredKeys.class);

    /** A key without the key itself. */
    public record ServiceKey(
            UUID id,
            String name,
            Role role,
            OffsetDateTime createdAt,
            String createdBy,
            @Nullable OffsetDateTime expiresAt,
            @Nullable OffsetDateTime revokedAt,
            @Nullable OffsetDateTime lastUsedAt) {}

    /**
     * A key that was just made.
     *
     * @param key shown this once
     */
    public record Created(ServiceKey serviceKey, String key) {}

    record Valid(
            UUID id,
            String name,
            Role role,
            byte[] digest,
            @Nullable OffsetDateTime expiresAt) {}

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Set<UUID> used = ConcurrentHashMap.newKeySet();
    private volatile List<Valid> valid = List.of();
    private boolean isStale;

    StoredKeys(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** All keys, the latest first, revoked ones included. */
    public List<ServiceKey> all() {
        return jdbc.sql(SELECT + "ORDER BY revoked_at IS NOT NULL, created_at DESC, id LIMIT 1000")
                .query(ServiceKey.class)
                .list();
    }

    /** The key by its id; null if there is none. */
    public @Nullable ServiceKey find(UUID id) {
        return jdbc.sql(SELECT + "WHERE id = :id")
                .param("id", id)
                .query(ServiceKey.class)
                .optional()
                .orElse(null);
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public Created create(String name, Role role, @Nullable OffsetDateTime expiresAt, String by) {
        checkName(name);
        checkFuture(expiresAt);
        refresh();
        if (valid.size() >= MAX_KEYS) {
            throw new IllegalArgumentException("There are %d keys, which is the most there can be".formatted(MAX_KEYS));
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String key = "rl_%s_%s"
                .formatted(
                        role.lowerCase(),
                        Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
        UUID id = UUID.randomUUID();
        try {
            jdbc.sql(ADD)
                    .param("id", id)
                    .param("name", name)
                    .param("role", role.name())
                    .param("digest", ServiceKeys.sha256(key))
                    .param("now", now())
                    .param("by", by)
                    .param("expiresAt", expiresAt)
                    .update();
        } catch (DuplicateKeyException e) {
            throw nameTaken(name);
        }
        refresh();
        return new Created(find(id), key);
    }

    /** Gives a key another name. Returns it, null if there is none. */
    public @Nullable ServiceKey rename(UUID id, String name) {
        checkName(name);
        try {
            jdbc.sql("UPDATE service_key SET name = :name WHERE id = :id")
                    .param("name", name)
                    .param("id", id)
                    .update();
        } catch (DuplicateKeyException e) {
            throw nameTaken(name);
        }
        refresh();
        return find(id);
    }

    /** Has a key expire, or not any more if it is null. Returns it, null if there is none. */
    public @Nullable ServiceKey expire(UUID id, @Nullable OffsetDateTime expiresAt) {
        checkFuture(expiresAt);
        jdbc.sql("UPDATE service_key SET expires_at = :expiresAt WHERE id = :id")
                .param("expiresAt", expiresAt)
                .param("id", id)
                .update();
        refresh();
        return find(id);
    }

    /** Revokes a key for good. Returns it, null if there is none. */
    public @Nullable ServiceKey revoke(UUID id) {
        jdbc.sql("UPDATE service_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
                .param("now", now())
                .param("id", id)
                .update();
        refresh();
        return find(id);
    }

    /** The valid key with that digest, which is used; null if there is none. */
    @Nullable
    Valid use(byte[] digest) {
        Valid found = find(digest);
        if (found != null) {
            used.add(found.id());
        }
        return found;
    }

    /** The valid key with that digest; null if there is none. */
    @Nullable
    Valid find(byte[] digest) {
        Valid found = null;
        for (Valid key : valid) {
            if (MessageDigest.isEqual(key.digest(), digest)) {
                found = key;
            }
        }
        return found == null || isExpired(found) ? null : found;
    }

    boolean isValid(UUID id) {
        return valid.stream().anyMatch(key -> key.id().equals(id) && !isExpired(key));
    }

    private boolean isExpired(Valid key) {
        return key.expiresAt() != null && !key.expiresAt().toInstant().isAfter(clock.instant());
    }

    @Scheduled(fixedDelayString = "PT2S", initialDelayString = "PT0S")
    void keepFresh() {
        try {
            refresh();
            isStale = false;
        } catch (DataAccessException e) {
            if (!isStale) {
                log.warn("Stored keys cannot be read, those known last are taken: {}", e.toString());
            }
            isStale = true;
        }
    }

    /** What one reads is not replaced by what another has read before it. */
    synchronized void refresh() {
        valid = jdbc.sql(VALID)
                .param("now", now())
                // A newer version that runs beside this one may know more.
                .param("roles", ROLES)
                .query(Valid.class)
                .list();
    }

    /** One statement a minute, however many requests there are. */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    void noteUse() {
        List<UUID> ids = List.copyOf(used);
        if (!ids.isEmpty()) {
            used.removeAll(ids);
            jdbc.sql("UPDATE service_key SET last_used_at = :now WHERE id IN (:ids)")
                    .param("now", now())
                    .param("ids", ids)
                    .update();
        }
    }

    private void checkFuture(@Nullable OffsetDateTime expiresAt) {
        Instant now = clock.instant();
        if (expiresAt != null && !expiresAt.toInstant().isAfter(now)) {
            throw new IllegalArgumentException("expiresAt is %s, it must be later than now".formatted(expiresAt));
        }
    }

    private static void checkName(String name) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("name must have 1 to %d characters".formatted(MAX_NAME));
        }
    }

    private static IllegalArgumentException nameTaken(String name) {
        return new IllegalArgumentException("name: there is a key named %s already".formatted(name));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
