package dev.runledger.security;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.stereotype.Component;

/** Knows whose key was presented, one of the configuration or one that an administrator made, and whose session it is. */
@Component
@ConditionalOnWebApplication
public class KeyAuthentication implements AuthenticationManager {

    private final ServiceKeys configured;
    private final StoredKeys stored;
    private final BrowserSessions sessions;
    private final OidcSettings oidc;

    KeyAuthentication(ServiceKeys configured, StoredKeys stored, BrowserSessions sessions, OidcSettings oidc) {
        this.configured = configured;
        this.stored = stored;
        this.sessions = sessions;
        this.oidc = oidc;
    }

    /** Whoever presented a key that an administrator made. */
    static final class StoredKeyCaller extends PreAuthenticatedAuthenticationToken {

        private final UUID keyId;

        StoredKeyCaller(StoredKeys.Valid key) {
            super(key.role(), "", key.role().authorities());
            keyId = key.id();
            setDetails("key " + key.name());
        }
    }

    @Override
    public Authentication authenticate(Authentication presented) {
        Authentication caller = find(ServiceKeys.sha256((String) presented.getCredentials()));
        if (caller == null) {
            throw new BadCredentialsException("Invalid service API key");
        }
        return caller;
    }

    private @Nullable Authentication find(byte[] digest) {
        Authentication caller = configured.find(digest);
        if (caller != null) {
            return caller;
        }
        StoredKeys.Valid found = stored.use(digest);
        return found == null ? null : new StoredKeyCaller(found);
    }

    /** Whose session it is, which is not used by that; null if what it rests on is not valid any more. */
    @Nullable
    Authentication holder(BrowserSessions.Session session) {
        if (session.person() != null) {
            return find(session.person());
        }
        Authentication caller = configured.find(session.keyDigest());
        StoredKeys.Valid found = caller == null ? stored.find(session.keyDigest()) : null;
        return found == null ? caller : new StoredKeyCaller(found);
    }

    /** Whoever has the session of a cookie, which is used; null if it is over, or what it rests on is not valid any more. */
    @Nullable
    Authentication ofSession(String cookie) {
        BrowserSessions.Session session = sessions.use(cookie);
        if (session == null) {
            return null;
        }
        Authentication caller = session.person() == null ? find(session.keyDigest()) : find(session.person());
        return caller == null ? null : new SessionCaller(caller, cookie);
    }

    /** By what the configuration says now about the person's groups. */
    private @Nullable Authentication find(Person person) {
        Role role = person.issuer().equals(oidc.issuer()) ? oidc.role(person.groups()) : null;
        if (role == null) {
            return null;
        }
        var caller = new PreAuthenticatedAuthenticationToken(role, "", role.authorities());
        caller.setDetails(person.caller());
        return caller;
    }

    /** Whoever has a session, by the name and role of the key or person. */
    static final class SessionCaller extends PreAuthenticatedAuthenticationToken {

        private final Authentication caller;
        private final String cookie;

        SessionCaller(Authentication caller, String cookie) {
            super(caller.getPrincipal(), "", caller.getAuthorities());
            this.caller = caller;
            this.cookie = cookie;
            setDetails(caller.getDetails());
        }
    }

    /** Of the key that an administrator made, with or without a session; null if it is none. */
    static @Nullable UUID keyIdOf(Authentication caller) {
        Authentication of = caller instanceof SessionCaller session ? session.caller : caller;
        return of instanceof StoredKeyCaller stored ? stored.keyId : null;
    }

    /** Whether a caller whose connection has been open for a while still may what it might then. */
    public boolean isStillValid(@Nullable Object caller) {
        if (caller instanceof SessionCaller of) {
            Authentication now = ofSession(of.cookie);
            return now != null && now.getPrincipal() == of.getPrincipal();
        }
        return !(caller instanceof StoredKeyCaller of) || stored.isValid(of.keyId);
    }
}
