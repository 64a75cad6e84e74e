package dev.runledger.security;

import dev.runledger.audit.AuditLog;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Keeps a browser signed in: for pages, which then need not keep a key. */
@Hidden
@RestController
@ConditionalOnWebApplication
@RequestMapping("/session")
class SessionController {

    private final BrowserSessions sessions;
    private final SignOutAtIssuer issuer;
    private final AuditLog audit;

    SessionController(BrowserSessions sessions, SignOutAtIssuer issuer, AuditLog audit) {
        this.sessions = sessions;
        this.issuer = issuer;
        this.audit = audit;
    }

    /**
     * Who is signed in.
     *
     * @param name of the key or person
     */
    record SignedIn(String name, Role role) {

        static SignedIn of(Authentication caller) {
            return new SignedIn(String.valueOf(caller.getDetails()), (Role) caller.getPrincipal());
        }
    }

    @GetMapping
    SignedIn current(Authentication caller) {
        return SignedIn.of(caller);
    }

    /** Makes a session of a key in a header, which no page of another origin can send. */
    @PostMapping
    ResponseEntity<@Nullable SignedIn> signIn(HttpServletRequest request, Authentication caller) {
        String key = SecurityConfiguration.key(request);
        if (key == null) {
            return ResponseEntity.status(HttpStatus.CONFLICT).build();
        }
        String cookie = sessions.create(ServiceKeys.sha256(key));
        audit.add(String.valueOf(caller.getDetails()), "signIn", null, null);
        return ResponseEntity.status(HttpStatus.CREATED)
                .header(HttpHeaders.SET_COOKIE, cookie(request, cookie, BrowserSessions.LONGEST.toSeconds()))
                .body(SignedIn.of(caller));
    }

    /**
     * Who is signed out.
     *
     * @param continueAt where the browser is signed out of the issuer, too
     */
    record SignedOut(String continueAt) {

        /** Without the token of the person in it: it is logged at TRACE. */
        @Override
        public String toString() {
            return "SignedOut[]";
        }
    }

    @DeleteMapping
    ResponseEntity<@Nullable SignedOut> signOut(HttpServletRequest request, Authentication caller) {
        String cookie = SessionFilter.cookie(request);
        String continueAt = null;
        if (cookie != null) {
            String idToken = sessions.end(cookie);
            continueAt = idToken == null ? null : issuer.address(request, idToken);
            audit.add(String.valueOf(caller.getDetails()), "signOut", null, null);
        }
        return ResponseEntity.status(continueAt == null ? HttpStatus.NO_CONTENT : HttpStatus.OK)
                .header(HttpHeaders.SET_COOKIE, cookie(request, "", 0))
                .body(continueAt == null ? null : new SignedOut(continueAt));
    }

    private static String cookie(HttpServletRequest request, String value, long seconds) {
        return SessionFilter.cookie(request, SessionFilter.COOKIE, value, "Strict", seconds);
    }
}
