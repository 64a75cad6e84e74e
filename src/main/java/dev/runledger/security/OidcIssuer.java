package dev.runledger.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.authentication.OAuth2LoginAuthenticationToken;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcAuthorizationCodeAuthenticationProvider;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.userinfo.DefaultOAuth2UserService;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationExchange;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestTemplate;

/**
 * The issuer that people sign in with. It is asked for its addresses when the first of them does: a server whose issuer is away takes
 * reports.
 */
@Component
@ConditionalOnWebApplication
class OidcIssuer {

    private static final Logger log = LoggerFactory.getLogger(OidcIssuer.class);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(10);

    private static final ParameterizedTypeReference<Map<String, Object>> METADATA =
            new ParameterizedTypeReference<>() {};

    private final OidcSettings settings;
    private final Clock clock;
    private final ClientHttpRequestFactory http;
    private @Nullable Known known;
    private Instant nextAttempt = Instant.MIN;

    OidcIssuer(OidcSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        var requests = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(CONNECT).build());
        requests.setReadTimeout(ANSWER);
        http = requests;
    }

    /** The issuer cannot be asked, or is not what was configured. */
    static final class IssuerAwayException extends RuntimeException {

        IssuerAwayException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private record Known(ClientRegistration registration, AuthenticationProvider provider) {}

    /** @throws IssuerAwayException if it does not say where it is */
    ClientRegistration registration() {
        return known().registration();
    }

    /**
     * Changes a code into the person that it stands for.
     *
     * @throws IssuerAwayException if it does not say where it is
     * @throws AuthenticationException if it refuses the code, or its answer is not to be believed
     */
    OidcUser person(OAuth2AuthorizationExchange exchange) {
        Known issuer = known();
        var login = (OAuth2LoginAuthenticationToken)
                issuer.provider().authenticate(new OAuth2LoginAuthenticationToken(issuer.registration(), exchange));
        return (OidcUser) login.getPrincipal();
    }

    private synchronized Known known() {
        if (known == null) {
            Instant now = clock.instant();
            if (now.isBefore(nextAttempt)) {
                throw new IssuerAwayException("%s was away a moment ago".formatted(settings.issuer()), null);
            }
            try {
                known = discover();
            } catch (RestClientException | IllegalArgumentException e) {
                nextAttempt = now.plus(BETWEEN_ATTEMPTS);
                log.warn("Nobody can sign in with {}: {}", settings.issuer(), e.toString());
                throw new IssuerAwayException("%s is away".formatted(settings.issuer()), e);
            }
        }
        return known;
    }

    private Known discover() {
        URI where = URI.create(settings.issuer().replaceFirst("/$", "") + "/.well-known/openid-configuration");
        Map<String, Object> metadata = RestClient.builder()
                .requestFactory(http)
                .build()
                .get()
                .uri(where)
                .retrieve()
                .body(METADATA);
        if (metadata == null || !settings.issuer().equals(metadata.get("issuer"))) {
            throw new IllegalArgumentException(
                    "It says that it is %s".formatted(metadata == null ? null : metadata.get("issuer")));
        }
        ClientRegistration registration = ClientRegistrations.fromOidcConfiguration(metadata)
                .clientId(settings.clientId())
                .clientSecret(settings.clientSecret())
                .scope(settings.scopes())
                .build();
        return new Known(registration, provider(registration));
    }

    private AuthenticationProvider provider(ClientRegistration registration) {
        var users = new DefaultOAuth2UserService();
        RestTemplate requests = new RestTemplate(http);
        requests.setErrorHandler(new OAuth2ErrorResponseErrorHandler());
        users.setRestOperations(requests);
        var people = new OidcUserService();
        people.setOauth2UserService(users);
        var provider = new OidcAuthorizationCodeAuthenticationProvider(tokens(), people);
        JwtDecoder decoder = decoder(registration);
        provider.setJwtDecoderFactory(of -> decoder);
        return provider;
    }

    private OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> tokens() {
        var tokens = new RestClientAuthorizationCodeTokenResponseClient();
        tokens.setRestClient(RestClient.builder()
                .requestFactory(http)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build());
        return tokens;
    }

    /** By the issuer's public keys only, whichever kind it has. */
    private JwtDecoder decoder(ClientRegistration registration) {
        var provider = registration.getProviderDetails();
        Object offered = provider.getConfigurationMetadata().get("id_token_signing_alg_values_supported");
        List<SignatureAlgorithm> algorithms = offered instanceof List<?> names
                ? names.stream()
                        .map(name -> SignatureAlgorithm.from(String.valueOf(name)))
                        .filter(algorithm -> algorithm != null)
                        .toList()
                : List.of();
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(provider.getJwkSetUri())
                .jwsAlgorithms(all -> all.addAll(algorithms.isEmpty() ? List.of(SignatureAlgorithm.RS256) : algorithms))
                .restOperations(new RestTemplate(http))
                .build();
        decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                new JwtTimestampValidator(), new OidcIdTokenValidator(registration)));
        decoder.setClaimSetConverter(OidcIdTokenDecoderFactory.createDefaultClaimTypeConverter());
        return decoder;
    }
}
