package dev.runledger.security;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;

/**
 * A sign-in that has begun: what the browser keeps in a cookie until it comes back from the issuer, so that any instance can end what
 * another one began. The three secrets are random; that the cookie and the address hold the same state says that one browser did both.
 *
 * @param to where the person was, from the root of the pages
 */
record SignInAttempt(String state, String nonce, String verifier, String to) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");

    /** A path and its query of characters that an address may have. */
    private static final Pattern PATH = Pattern.compile("/(?!/)[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1500}");

    private static final String START = "/";

    static SignInAttempt begin(@Nullable String to) {
        return new SignInAttempt(secret(), secret(), secret(), checked(to));
    }

    /** What the cookie holds; null if it is none of ours. */
    static @Nullable SignInAttempt of(@Nullable String cookie) {
        String[] parts = cookie == null ? new String[0] : cookie.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        for (int i = 0; i < 3; i++) {
            if (!SECRET.matcher(parts[i]).matches()) {
                return null;
            }
        }
        try {
            String to = new String(Base64.getUrlDecoder().decode(parts[3]), StandardCharsets.UTF_8);
            return new SignInAttempt(parts[0], parts[1], parts[2], checked(to));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** An address of this server, whatever a link asked for. */
    private static String checked(@Nullable String to) {
        return to == null || !PATH.matcher(to).matches() ? START : to;
    }

    String cookie() {
        return String.join(
                ".",
                state,
                nonce,
                verifier,
                Base64.getUrlEncoder().withoutPadding().encodeToString(to.getBytes(StandardCharsets.UTF_8)));
    }

    /** What the issuer is asked. It learns digests of nonce and verifier, whose originals only the browser and this server know. */
    OAuth2AuthorizationRequest request(ClientRegistration issuer, String redirectUri) {
        return OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri(issuer.getProviderDetails().getAuthorizationUri())
                .clientId(issuer.getClientId())
                .redirectUri(redirectUri)
                .scopes(issuer.getScopes())
                .state(state)
                .attributes(Map.of(
                        OAuth2ParameterNames.REGISTRATION_ID,
                        issuer.getRegistrationId(),
                        OidcParameterNames.NONCE,
                        nonce,
                        PkceParameterNames.CODE_VERIFIER,
                        verifier))
                .additionalParameters(Map.of(
                        OidcParameterNames.NONCE,
                        digest(nonce),
                        PkceParameterNames.CODE_CHALLENGE,
                        digest(verifier),
                        PkceParameterNames.CODE_CHALLENGE_METHOD,
                        "S256"))
                .build();
    }

    private static String digest(String secret) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(ServiceKeys.sha256(secret));
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
