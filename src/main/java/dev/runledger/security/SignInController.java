package dev.runledger.security;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.runledger.audit.AuditLog;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationResponse;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Signs people in by OpenID Connect: sends their browser to the issuer, and makes a session when it comes back. */
@Hidden
@RestController
@ConditionalOnWebApplication
@RequestMapping("/sign-in")
class SignInController {

    /** Sent along when the issuer sends the browser back, as a strict one were not. */
    private static final String COOKIE = "runledger_sign_in";

    private static final String CALLBACK = "/sign-in/callback";
    private static final Duration MAX_TIME = Duration.ofMinutes(10);

    /** An issuer that is slow, or asked in vain by anybody, must not take the threads that reports need. */
    private static final int AT_ONCE = 4;

    private final Semaphore turns = new Semaphore(AT_ONCE);
    private final OidcSettings settings;
    private final OidcIssuer issuer;
    private final PublicAddress here;
    private final BrowserSessions sessions;
    private final RefusedSignIns refused;
    private final AuditLog audit;
    private final JsonMapper json;

    SignInController(
            OidcSettings settings,
            OidcIssuer issuer,
            PublicAddress here,
            BrowserSessions sessions,
            RefusedSignIns refused,
            AuditLog audit,
            JsonMapper json) {
        this.settings = settings;
        this.issuer = issuer;
        this.here = here;
        this.sessions = sessions;
        this.refused = refused;
        this.audit = audit;
        this.json = json;
    }

    /** What became of a sign-in, as the page is told by the address; it has words for each. */
    private enum Outcome {
        DONE,
        UNREACHABLE,
        BUSY,
        EXPIRED,
        REFUSED,
        NO_ROLE;

        String fragment() {
            return "#sign-in=" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Whom to sign in with.
     *
     * @param name null if by key only
     */
    record With(@Nullable String name) {}

    @GetMapping("/with")
    With with() {
        return new With(settings.isOn() ? settings.issuerName() : null);
    }

    @GetMapping
    ResponseEntity<Void> begin(HttpServletRequest request, @RequestParam @Nullable String to) {
        SignInAttempt attempt = SignInAttempt.begin(to);
        if (!settings.isOn()) {
            return redirect(here.of(request, attempt.to()));
        }
        return inTurn(request, attempt.to(), () -> {
            String address = attempt.request(issuer.registration(), here.of(request, CALLBACK))
                    .getAuthorizationRequestUri();
            return redirect(address, kept(request, attempt.cookie(), MAX_TIME));
        });
    }

    @GetMapping("/callback")
    ResponseEntity<Void> end(
            HttpServletRequest request,
            @RequestParam @Nullable String state,
            @RequestParam @Nullable String code,
            @RequestParam @Nullable String error) {
        SignInAttempt attempt = SignInAttempt.of(SessionFilter.cookie(request, COOKIE));
        if (!settings.isOn() || attempt == null || state == null || !isSame(attempt.state(), state)) {
            return outcome(request, Outcome.EXPIRED, "/");
        }
        if (error != null || code == null) {
            refused.count(request.getRemoteAddr(), "The issuer says " + error);
            return outcome(request, Outcome.REFUSED, attempt.to());
        }
        return inTurn(request, attempt.to(), () -> {
            String callback = here.of(request, CALLBACK);
            OidcUser user = issuer.person(new OAuth2AuthorizationExchange(
                    attempt.request(issuer.registration(), callback),
                    OAuth2AuthorizationResponse.success(code)
                            .redirectUri(callback)
                            .state(state)
                            .build()));
            return signIn(request, Person.of(user, settings), user, attempt.to());
        });
    }

    private ResponseEntity<Void> signIn(HttpServletRequest request, Person person, OidcUser user, String to) {
        Role role = settings.role(person.groups());
        if (role == null) {
            sessions.endAll(person);
            refused.count(person.caller(), "None of the groups in the claim %s has a role".formatted(settings.claim()));
            return outcome(request, Outcome.NO_ROLE, to);
        }
        String cookie = sessions.create(person, user.getIdToken().getTokenValue());
        audit.add(
                person.caller(),
                "signIn",
                null,
                json.createObjectNode()
                        .put("role", role.name())
                        .put("issuer", person.issuer())
                        .put("subject", person.subject()));
        String session = SessionFilter.cookie(
                request, SessionFilter.COOKIE, cookie, "Strict", BrowserSessions.LONGEST_OF_PERSON.toSeconds());
        return redirect(here.of(request, to) + Outcome.DONE.fragment(), forgotten(request), session);
    }

    private ResponseEntity<Void> inTurn(HttpServletRequest request, String to, Supplier<ResponseEntity<Void>> work) {
        if (!turns.tryAcquire()) {
            return outcome(request, Outcome.BUSY, to);
        }
        try {
            return work.get();
        } catch (OidcIssuer.IssuerAwayException e) {
            return outcome(request, Outcome.UNREACHABLE, to);
        } catch (AuthenticationException e) {
            refused.count(request.getRemoteAddr(), String.valueOf(e.getMessage()));
            return outcome(request, Outcome.REFUSED, to);
        } finally {
            turns.release();
        }
    }

    private ResponseEntity<Void> outcome(HttpServletRequest request, Outcome outcome, String to) {
        return redirect(here.of(request, to) + outcome.fragment(), forgotten(request));
    }

    private static ResponseEntity<Void> redirect(String address, String... cookies) {
        return ResponseEntity.status(HttpStatus.FOUND)
                .header(HttpHeaders.LOCATION, address)
                .header(HttpHeaders.SET_COOKIE, cookies)
                .build();
    }

    private static String kept(HttpServletRequest request, String value, Duration time) {
        return SessionFilter.cookie(request, COOKIE, value, "Lax", time.toSeconds());
    }

    private static String forgotten(HttpServletRequest request) {
        return kept(request, "", Duration.ZERO);
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(US_ASCII), other.getBytes(US_ASCII));
    }
}
