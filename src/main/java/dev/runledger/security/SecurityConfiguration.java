package dev.runledger.security;

import dev.runledger.web.ResponseHeaders;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.graphql.autoconfigure.GraphQlCorsProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SubscriptionMapping;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
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
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

/** Which key may do what. Nothing but health and pages without data is open without a key. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication
@EnableMethodSecurity
@EnableConfigurationProperties(OidcSettings.class)
class SecurityConfiguration {

    static final String KEY_HEADER = "X-Service-Key";
    private static final String BEARER = "Bearer ";
    private static final String LINEAGE = "/api/v1/lineage";

    private static final String INVALID_KEY = "Invalid service API key";

    /** No key opens what is not there. */
    private static final AuthorizationDecision NOTHING_THERE = new AuthorizationDecision(false);

    private static final String NO_SUCH_PAGE = "/no-such-page";

    /** Below these addresses, what is not there or not allowed is said in JSON, whoever asks. */
    private static final List<String> FOR_PROGRAMS =
            List.of("/v1/", "/api/", "/v3/", "/graphql", "/session", "/actuator", "/assets/", "/swagger-ui/");

    private static final String[] OPEN = {
        "/actuator/health/**",
        "/status",
        "/",
        "/providers",
        "/prompt-versions",
        "/failures",
        "/runs",
        "/alerts",
        "/keys",
        "/audit",
        "/runs/*",
        "/sign-in",
        "/sign-in/*",
        "/index.html",
        "/favicon.ico",
        "/favicon.svg",
        "/assets/**",
        "/graphiql",
        "/docs",
        "/docs/**",
        "/swagger-ui.html",
        "/swagger-ui/**",
        "/v3/api-docs/**",
        "/v3/api-docs.yaml"
    };

    /** A request is observed as a whole; observing each filter of the chain as well takes longer than the filters do. */
    @Bean
    static SecurityObservationSettings noObservationOfFilters() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    SecurityFilterChain serviceKeyRequired(
            HttpSecurity http,
            KeyAuthentication keys,
            WrongKeys wrongKeys,
            CorsConfigurationSource otherOrigins,
            Environment environment) {
        return http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.defaultsDisabled().addHeaderWriter(ResponseHeaders::writeOnce))
                .cors(cors -> cors.configurationSource(otherOrigins))
                .addFilterBefore(serviceKeyFilter(keys, wrongKeys), AnonymousAuthenticationFilter.class)
                .addFilterBefore(new SessionFilter(keys), AnonymousAuthenticationFilter.class)
                .exceptionHandling(
                        faults -> faults.authenticationEntryPoint(invalidKey()).accessDeniedHandler(keyMayNot()))
                .authorizeHttpRequests(requests -> requests
                        // What was let in may go on inside, be it to say what went wrong.
                        .dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ASYNC, DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers(OPEN)
                        .permitAll()
                        // Its key may follow the handshake, see WebSocketKey.
                        .requestMatchers(SecurityConfiguration::opensWebSocket)
                        .permitAll()
                        .requestMatchers("/v1/admin/generation-runs/export")
                        .hasAuthority("runs:export")
                        .requestMatchers(HttpMethod.GET, "/v1/**")
                        .hasAuthority("runs:read")
                        .requestMatchers(HttpMethod.HEAD, "/v1/**")
                        .hasAuthority("runs:read")
                        .requestMatchers(HttpMethod.OPTIONS, "/v1/**", LINEAGE)
                        .authenticated()
                        .requestMatchers("/v1/**", LINEAGE)
                        .hasAuthority("runs:record")
                        .requestMatchers(request -> isOnManagementPort(request, environment))
                        .permitAll()
                        .requestMatchers("/actuator/prometheus")
                        .hasAuthority("metrics:read")
                        .requestMatchers("/session")
                        .authenticated()
                        // What an operation needs, its fields say.
                        .requestMatchers("/graphql")
                        .hasAnyAuthority("runs:read", "runs:record", "view:read")
                        .anyRequest()
                        .access((caller, request) -> NOTHING_THERE))
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

    /** Every query and subscription reads, whichever controller answers it. */
    @Bean
    static Advisor queriesRead() {
        return mayOnlyRead(QueryMapping.class);
    }

    @Bean
    static Advisor subscriptionsRead() {
        return mayOnlyRead(SubscriptionMapping.class);
    }

    private static Advisor mayOnlyRead(Class<? extends Annotation> mapping) {
        return new AuthorizationManagerBeforeMethodInterceptor(
                new AnnotationMatchingPointcut(null, mapping, true),
                // Of whoever was sent a link, SharedViews lets through what the link shows.
                AuthorityAuthorizationManager.hasAnyAuthority("runs:read", "view:read"));
    }

    /** Which pages of other origins may ask GraphQL, by {@code spring.graphql.cors}; none by default. */
    @Bean
    static CorsConfigurationSource otherOrigins(GraphQlCorsProperties properties) {
        UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
        CorsConfiguration configuration = properties.toCorsConfiguration();
        if (configuration != null) {
            source.registerCorsConfiguration("/graphql", configuration);
        }
        return source;
    }

    /**
     * What headers and parameters say is for those who read them to judge: text in UTF-8, which Tomcat reads as Latin-1, looks like
     * control characters here, and is refused only after the request was let in. Tomcat refuses what ends a header.
     */
    @Bean
    static HttpFirewall suspectsAddressesOnly() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderValues(value -> true);
        firewall.setAllowedParameterNames(name -> true);
        return firewall;
    }

    /** Requests that the firewall refuses come no further than to it, so it writes what filters would. */
    @Bean
    static RequestRejectedHandler suspiciousRequests() {
        return (request, response, rejected) -> {
            ResponseHeaders.write(request, response);
            refuse(response, HttpStatus.BAD_REQUEST, HttpStatus.BAD_REQUEST.getReasonPhrase());
        };
    }

    private static AuthenticationFilter serviceKeyFilter(KeyAuthentication keys, WrongKeys wrongKeys) {
        AuthenticationFilter filter = new AuthenticationFilter(keys, SecurityConfiguration::presentedKey);
        filter.setSuccessHandler((request, response, authentication) -> {});
        filter.setFailureHandler((request, response, fault) -> {
            Duration wait = wrongKeys.count(request.getRemoteAddr());
            if (wait == null) {
                refuse(response, HttpStatus.UNAUTHORIZED, INVALID_KEY);
            } else {
                response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, wait.toSeconds())));
                refuse(response, HttpStatus.TOO_MANY_REQUESTS, "Too many invalid service API keys from this address");
            }
        });
        return filter;
    }

    private static @Nullable Authentication presentedKey(HttpServletRequest request) {
        String key = key(request);
        return key == null ? null : new PreAuthenticatedAuthenticationToken("", key);
    }

    /** The key of a request; null if it has none. */
    static @Nullable String key(HttpServletRequest request) {
        String key = request.getHeader(KEY_HEADER);
        return key == null ? bearerToken(request.getHeader(HttpHeaders.AUTHORIZATION)) : key;
    }

    /** What OpenLineage's transports send a key in, and many other clients. */
    private static @Nullable String bearerToken(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    private static AuthenticationEntryPoint invalidKey() {
        return (request, response, fault) -> {
            if (opensNoPage(request)) {
                request.getRequestDispatcher(NO_SUCH_PAGE).forward(request, response);
            } else {
                refuse(response, HttpStatus.UNAUTHORIZED, INVALID_KEY);
            }
        };
    }

    /** Whether a browser opens, as a page, an address that is neither a page nor anything that programs ask for. */
    private static boolean opensNoPage(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return request.getMethod().equals("GET")
                && accepted != null
                && accepted.contains(MediaType.TEXT_HTML_VALUE)
                && FOR_PROGRAMS.stream().noneMatch(path::startsWith);
    }

    private static AccessDeniedHandler keyMayNot() {
        return (request, response, fault) -> {
            boolean isThere = !(fault instanceof AuthorizationDeniedException denied
                    && denied.getAuthorizationResult() == NOTHING_THERE);
            if (isThere) {
                refuse(response, HttpStatus.FORBIDDEN, "This key may not " + deed(request));
            } else if (opensNoPage(request)) {
                request.getRequestDispatcher(NO_SUCH_PAGE).forward(request, response);
            } else {
                refuse(response, HttpStatus.NOT_FOUND, HttpStatus.NOT_FOUND.getReasonPhrase());
            }
        };
    }

    private static String deed(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        if (!path.startsWith("/v1/") && !path.equals(LINEAGE)) {
            return "do this";
        }
        if (!List.of("GET", "HEAD").contains(request.getMethod())) {
            return "record runs";
        }
        return path.endsWith("/export") ? "save runs as a file" : "read runs";
    }

    private static void refuse(HttpServletResponse response, HttpStatus status, String detail) throws IOException {
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream()
                .write("{\"detail\": \"%s\"}".formatted(detail).getBytes(StandardCharsets.UTF_8));
    }
}
