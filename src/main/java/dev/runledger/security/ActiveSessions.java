package dev.runledger.security;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Service;

/** The browsers that are signed in, for administrators, who may end a session. */
@Service
@ConditionalOnWebApplication
public class ActiveSessions {

    private static final int MAX_SHOWN = 1_000;

    private final BrowserSessions sessions;
    private final KeyAuthentication keys;

    ActiveSessions(BrowserSessions sessions, KeyAuthentication keys) {
        this.sessions = sessions;
        this.keys = keys;
    }

    /**
     * A session, without what opens it.
     *
     * @param holder of which key or person it is
     */
    public record ActiveSession(
            UUID id, String holder, Role role, OffsetDateTime createdAt, OffsetDateTime expiresAt) {}

    /** Those that are neither over nor rest on a key or a group that is not valid any more, the latest first. */
    public List<ActiveSession> all() {
        return sessions.all(MAX_SHOWN).stream()
                .map(this::active)
                .filter(Objects::nonNull)
                .toList();
    }

    /** The session by its id; null if there is none. */
    public @Nullable ActiveSession find(UUID id) {
        BrowserSessions.Session session = sessions.find(id);
        return session == null ? null : active(session);
    }

    /** Ends a session: at once here, within seconds on other instances. Returns what it was, null if there is none. */
    public @Nullable ActiveSession end(UUID id) {
        ActiveSession session = find(id);
        sessions.end(id);
        return session;
    }

    private @Nullable ActiveSession active(BrowserSessions.Session session) {
        Authentication holder = keys.holder(session);
        return holder == null
                ? null
                : new ActiveSession(
                        session.id(),
                        String.valueOf(holder.getDetails()),
                        (Role) holder.getPrincipal(),
                        session.createdAt(),
                        session.expiresAt());
    }
}
