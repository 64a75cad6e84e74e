package dev.runledger.security;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** The rules at the doors. Nothing but health and pages without data opens without a key. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@EnableMethodSecurity
class SecurityConfiguration {

    static final String KEY_HEADER = "X-Service-Key";
    private static final String BEARER = "Bearer ";

    private static final String[] OPEN = {
        "/actuator/health/**",
        "/",
        "/providers",
        "/prompt-versions",
        "/failures",
        "/runs",
        "/runs/*",
        "/index.html",
        "/favicon.ico",
        "/favicon.svg",
        "/assets/**",
        "/graphiql/**",
        "/swagger-ui.html",
        "/swagger-ui/**",
        "/v3/api-docs/**",
        "/v3/api-docs.yaml"
    };

    /**
     * What a page may load and do: nothing from elsewhere, no inline script. Styles are inline where charts and editors
     * position things; an editor's workers and a chart's picture are made in the page.
     */
    private static final String CONTENT_SECURITY_POLICY = String.join(
            "; ",
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'");

    /** A request is observed as a whole; observing each filter of the chain as well takes longer than the filters do. */
    @Bean
    static SecurityObservationSettings noObservationOfFilters() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    SecurityFilterChain serviceKeyRequired(HttpSecurity http, ServiceKeys keys, Environment environment) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterBefore(serviceKeyFilter(keys), AnonymousAuthenticationFilter.class)
                .exceptionHandling(
                        faults -> faults.authenticationEntryPoint(invalidKey()).accessDeniedHandler(keyMayNot()))
                .authorizeHttpRequests(requests -> requests
                        // What a door has let in may go on inside, be it to say what went wrong.
                        .dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ASYNC, DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(OPEN)
                        .permitAll()
                        // Its key may follow the handshake, see WebSocketKey.
                        .requestMatchers(SecurityConfiguration::opensWebSocket)
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/v1/**")
                        .hasAuthority("runs:read")
                        .requestMatchers(HttpMethod.HEAD, "/v1/**")
                        .hasAuthority("runs:read")
                        .requestMatchers("/v1/**", "/api/v1/lineage")
                        .hasAuthority("runs:record")
                        .requestMatchers(request -> isOnManagementPort(request, environment))
                        .permitAll()
                        .requestMatchers("/actuator/prometheus")
                        .hasAuthority("metrics:read")
                        .requestMatchers("/graphql")
                        .hasAuthority("runs:read")
                        .anyRequest()
                        .denyAll())
                .build();
    }

    /** A port of its own is set to be reached by those who watch the server only, and serves nothing but what they need. */
    private static boolean isOnManagementPort(HttpServletRequest request, Environment environment) {
        String management = environment.getProperty("local.management.port");
        return management != null
                && !management.equals(environment.getProperty("local.server.port"))
                && management.equals(String.valueOf(request.getLocalPort()));
    }

    private static boolean opensWebSocket(HttpServletRequest request) {
        return request.getMethod().equals("GET")
                && request.getRequestURI().equals(request.getContextPath() + "/graphql")
                && "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
    }

    private static AuthenticationFilter serviceKeyFilter(ServiceKeys keys) {
        AuthenticationFilter filter = new AuthenticationFilter(keys, SecurityConfiguration::presentedKey);
        filter.setSuccessHandler((request, response, authentication) -> {});
        filter.setFailureHandler(new AuthenticationEntryPointFailureHandler(invalidKey()));
        return filter;
    }

    private static @Nullable Authentication presentedKey(HttpServletRequest request) {
        String key = request.getHeader(KEY_HEADER);
        if (key == null) {
            key = bearerToken(request.getHeader(HttpHeaders.AUTHORIZATION));
        }
        return key == null ? null : new PreAuthenticatedAuthenticationToken("", key);
    }

    /** What OpenLineage's transports send a key in, and many other clients. */
    private static @Nullable String bearerToken(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    private static AuthenticationEntryPoint invalidKey() {
        return (request, response, fault) -> refuse(response, HttpStatus.UNAUTHORIZED, "Invalid service API key");
    }

    private static AccessDeniedHandler keyMayNot() {
        return (request, response, fault) -> {
            boolean recording = !request.getRequestURI().equals(request.getContextPath() + "/graphql");
            refuse(response, HttpStatus.FORBIDDEN, "This key may not " + (recording ? "record runs" : "do this"));
        };
    }

    private static void refuse(HttpServletResponse response, HttpStatus status, String detail) throws IOException {
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream()
                .write("{\"detail\": \"%s\"}".formatted(detail).getBytes(StandardCharsets.UTF_8));
    }
}
