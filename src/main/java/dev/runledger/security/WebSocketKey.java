package dev.runledger.security;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.core.annotation.Order;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.WebSocketGraphQlInterceptor;
import org.springframework.graphql.server.WebSocketGraphQlRequest;
import org.springframework.graphql.server.WebSocketSessionInfo;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Takes the key of a WebSocket from {@code connection_init}, since browsers set no headers on a handshake; if it is not
 * there, from the handshake. Without a valid one, the connection is closed before anything was asked.
 */
@Component
@Order(0)
@ConditionalOnWebApplication
class WebSocketKey implements WebSocketGraphQlInterceptor {

    private static final Set<String> GRAPHQL = Set.of("runs:read", "runs:record");
    private static final String CALLER = WebSocketKey.class.getName();

    private final KeyAuthentication keys;
    private final WrongKeys wrongKeys;

    WebSocketKey(KeyAuthentication keys, WrongKeys wrongKeys) {
        this.keys = keys;
        this.wrongKeys = wrongKeys;
    }

    @Override
    public Mono<Object> handleConnectionInitialization(WebSocketSessionInfo connection, Map<String, Object> payload) {
        return Mono.fromCallable(() -> caller(connection, payload.get(SecurityConfiguration.KEY_HEADER)))
                .onErrorResume(BadCredentialsException.class, fault -> refuse(connection, fault))
                .doOnNext(caller -> connection.getAttributes().put(CALLER, new SecurityContextImpl(caller)))
                .then(Mono.empty());
    }

    private Authentication caller(WebSocketSessionInfo connection, @Nullable Object key) {
        Authentication caller = key == null
                ? (Authentication) connection.getPrincipal().block()
                : keys.authenticate(new PreAuthenticatedAuthenticationToken("", key.toString()));
        if (caller == null
                || AuthorityUtils.authorityListToSet(caller.getAuthorities()).stream()
                        .noneMatch(GRAPHQL::contains)) {
            throw new AccessDeniedException("No key that may read or record");
        }
        return caller;
    }

    /** Counts a wrong key; from an address with too many of them, the connection is closed a while later. */
    private <T> Mono<T> refuse(WebSocketSessionInfo connection, BadCredentialsException fault) {
        InetSocketAddress address = connection.getRemoteAddress();
        Duration wait = wrongKeys.count(address == null ? "" : address.getHostString());
        return wait == null ? Mono.error(fault) : Mono.delay(wait).then(Mono.error(fault));
    }

    @Override
    public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
        if (!(request instanceof WebSocketGraphQlRequest webSocketRequest)) {
            return chain.next(request);
        }
        Object caller = webSocketRequest.getSessionInfo().getAttributes().get(CALLER);
        if (!(caller instanceof SecurityContext known) || !keys.isStillValid(known.getAuthentication())) {
            return Mono.error(new BadCredentialsException("The key was revoked"));
        }
        return chain.next(request).contextWrite(context -> context.put(SecurityContext.class.getName(), caller));
    }
}
