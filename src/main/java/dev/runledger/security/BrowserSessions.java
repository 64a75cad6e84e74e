package dev.runledger.security;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/**
 * The sessions of browsers that presented a key once, or whose people signed in with an issuer. They are kept in the database, so that
 * each instance knows them and a restart ends none. A session ends when it is signed out, was not used for {@link #IDLE}, is older than
 * {@link #LONGEST} or {@link #LONGEST_OF_PERSON}, or when what it rests on is not valid any more.
 */
@Service
@ConditionalOnWebApplication
class BrowserSessions {

    static final Duration IDLE = Duration.ofHours(12);
    static final Duration LONGEST = Duration.ofDays(7);

    /** A working day: so long may it take until somebody whom the issuer gave less, or nothing, has that here. */
    static final Duration LONGEST_OF_PERSON = Duration.ofHours(12);

    /** For so long an instance does not look again: a page sends many requests at once. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private static final Duration BETWEEN_RENEWALS = Duration.ofMinutes(5);
    private static final int REMEMBERED = 1_000;
    private static final int SECRET_BYTES = 32;

    private static final String ADD = """
            INSERT INTO browser_session
                (id, digest, key_digest, issuer, subject, name, groups, id_token, created_at, expires_at)
            VALUES (:id, :digest, :keyDigest, :issuer, :subject, :name, :groups, :idToken, :now, :expiresAt)
            """;

    private static final String SELECT = """
            SELECT id, key_digest, issuer, subject, name, groups, created_at, expires_at
              FROM browser_session
             WHERE expires_at > :now
            """;

    private static final String FIND = SELECT + " AND digest = :digest";

    private static final String RENEW_PERSON = """
            UPDATE browser_session SET name = :name, groups = :groups WHERE issuer = :issuer AND subject = :subject
            """;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > REMEMBERED;
        }
    };

    BrowserSessions(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * A session that is not over.
     *
     * @param keyDigest of the key that it rests on; null if it is that of a person
     * @param person whom it rests on; null if it is that of a key
     */
    record Session(
            UUID id,
            byte @Nullable [] keyDigest,
            @Nullable Person person,
            OffsetDateTime createdAt,
            OffsetDateTime expiresAt) {

        Duration longest() {
            return person == null ? LONGEST : LONGEST_OF_PERSON;
        }
    }

    private record Known(Session session, Instant at) {}

    /** Makes a session for whoever has just presented a key. Returns what the cookie holds. */
    String create(byte[] keyDigest) {
        return create(keyDigest, null, null, IDLE);
    }

    /**
     * Makes a session for whoever has just signed in. All sessions of the same person get what the issuer has said now. Returns what the
     * cookie holds.
     */
    String create(Person person, String idToken) {
        jdbc.sql(RENEW_PERSON)
                .param("name", person.name())
                .param("groups", person.groups().toArray(String[]::new))
                .param("issuer", person.issuer())
                .param("subject", person.subject())
                .update();
        return create(null, person, idToken, LONGEST_OF_PERSON);
    }

    private String create(
            byte @Nullable [] keyDigest, @Nullable Person person, @Nullable String idToken, Duration validFor) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String cookie = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        OffsetDateTime now = now();
        jdbc.sql(ADD)
                .param("id", UUID.randomUUID())
                .param("digest", ServiceKeys.sha256(cookie))
                .param("keyDigest", keyDigest, Types.BINARY)
                .param("issuer", person == null ? null : person.issuer(), Types.VARCHAR)
                .param("subject", person == null ? null : person.subject(), Types.VARCHAR)
                .param("name", person == null ? null : person.name(), Types.VARCHAR)
                .param("groups", person == null ? null : person.groups().toArray(String[]::new), Types.ARRAY)
                .param("idToken", idToken, Types.VARCHAR)
                .param("now", now)
                .param("expiresAt", now.plus(validFor))
                .update();
        return cookie;
    }

    /** The session of a cookie, which is used; null if it is none or over. */
    @Nullable
    Session use(String cookie) {
        Instant now = clock.instant();
        String digest = Base64.getEncoder().encodeToString(ServiceKeys.sha256(cookie));
        synchronized (known) {
            Known before = known.get(digest);
            if (before != null && before.at().plus(FRESH).isAfter(now)) {
                return before.session();
            }
        }
        Session session = jdbc.sql(FIND)
                .param("digest", ServiceKeys.sha256(cookie))
                .param("now", now())
                .query(BrowserSessions::session)
                .optional()
                .orElse(null);
        synchronized (known) {
            if (session == null) {
                known.remove(digest);
            } else {
                known.put(digest, new Known(session, now));
            }
        }
        if (session != null) {
            renew(session);
        }
        return session;
    }

    private void renew(Session session) {
        OffsetDateTime last = session.createdAt().plus(session.longest());
        OffsetDateTime next = now().plus(IDLE);
        OffsetDateTime until = next.isAfter(last) ? last : next;
        if (until.isAfter(session.expiresAt().plus(BETWEEN_RENEWALS))) {
            jdbc.sql("UPDATE browser_session SET expires_at = :until WHERE id = :id")
                    .param("until", until)
                    .param("id", session.id())
                    .update();
        }
    }

    /** Ends a session: at once here, within seconds on other instances. Returns the issuer's token of the person, null if it has none. */
    @Nullable
    String end(String cookie) {
        synchronized (known) {
            known.remove(Base64.getEncoder().encodeToString(ServiceKeys.sha256(cookie)));
        }
        return jdbc.sql("DELETE FROM browser_session WHERE digest = :digest RETURNING id_token")
                .param("digest", ServiceKeys.sha256(cookie))
                .query((row, number) -> Optional.ofNullable(row.getString("id_token")))
                .optional()
                .flatMap(token -> token)
                .orElse(null);
    }

    /** The sessions that are not over, the latest first. */
    List<Session> all(int limit) {
        return jdbc.sql(SELECT + " ORDER BY created_at DESC, id LIMIT :limit")
                .param("now", now())
                .param("limit", limit)
                .query(BrowserSessions::session)
                .list();
    }

    /** The session by its id; null if there is none, or it is over. */
    @Nullable
    Session find(UUID id) {
        return jdbc.sql(SELECT + " AND id = :id")
                .param("now", now())
                .param("id", id)
                .query(BrowserSessions::session)
                .optional()
                .orElse(null);
    }

    /** Ends a session: at once here, within seconds on other instances. */
    void end(UUID id) {
        jdbc.sql("DELETE FROM browser_session WHERE id = :id").param("id", id).update();
        synchronized (known) {
            known.values().removeIf(each -> each.session().id().equals(id));
        }
    }

    /** Ends all sessions of a person: within seconds on every instance. */
    void endAll(Person person) {
        jdbc.sql("DELETE FROM browser_session WHERE issuer = :issuer AND subject = :subject")
                .param("issuer", person.issuer())
                .param("subject", person.subject())
                .update();
    }

    private static Session session(ResultSet row, int number) throws SQLException {
        String subject = row.getString("subject");
        Person person = subject == null
                ? null
                : new Person(row.getString("issuer"), subject, row.getString("name"), List.of((String[])
                        row.getArray("groups").getArray()));
        return new Session(
                row.getObject("id", UUID.class),
                row.getBytes("key_digest"),
                person,
                row.getObject("created_at", OffsetDateTime.class),
                row.getObject("expires_at", OffsetDateTime.class));
    }

    @Scheduled(fixedDelayString = "PT10M", initialDelayString = "PT1M")
    void forgetEnded() {
        jdbc.sql("DELETE FROM browser_session WHERE expires_at <= :now")
                .param("now", now())
                .update();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
