package dev.runledger.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponentsBuilder;

/** Where whoever signed in with an issuer is signed out there, too (OpenID Connect RP-Initiated Logout 1.0). */
@Component
@ConditionalOnWebApplication
class SignOutAtIssuer {

    private final OidcIssuer issuer;
    private final PublicAddress here;

    SignOutAtIssuer(OidcIssuer issuer, PublicAddress here) {
        this.issuer = issuer;
        this.here = here;
    }

    /** Null if the issuer is away, or offers none. */
    @Nullable
    String address(HttpServletRequest request, String idToken) {
        try {
            var registration = issuer.registration();
            Object endpoint =
                    registration.getProviderDetails().getConfigurationMetadata().get("end_session_endpoint");
            return endpoint == null
                    ? null
                    : UriComponentsBuilder.fromUriString(endpoint.toString())
                            .queryParam("id_token_hint", "{token}")
                            .queryParam("client_id", "{client}")
                            .queryParam("post_logout_redirect_uri", "{back}")
                            .encode()
                            .buildAndExpand(Map.of(
                                    "token", idToken,
                                    "client", registration.getClientId(),
                                    "back", here.of(request, "/")))
                            .toUriString();
        } catch (OidcIssuer.IssuerAwayException e) {
            return null;
        }
    }
}
