package dev.runledger.security;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.WebSocketGraphQlInterceptor;
import org.springframework.graphql.server.WebSocketGraphQlRequest;
import org.springframework.graphql.server.WebSocketSessionInfo;
import org.springframework.security.access.AccessDeniedException;
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
@ConditionalOnWebApplication
class WebSocketKey implements WebSocketGraphQlInterceptor {

    private static final String CALLER = WebSocketKey.class.getName();

    private final ServiceKeys keys;

    WebSocketKey(ServiceKeys keys) {
        this.keys = keys;
    }

    @Override
    public Mono<Object> handleConnectionInitialization(WebSocketSessionInfo connection, Map<String, Object> payload) {
        return Mono.fromCallable(() -> caller(connection, payload.get(SecurityConfiguration.KEY_HEADER)))
                .doOnNext(caller -> connection.getAttributes().put(CALLER, new SecurityContextImpl(caller)))
                .then(Mono.empty());
    }

    private Authentication caller(WebSocketSessionInfo connection, @Nullable Object key) {
        Authentication caller = key == null
                ? (Authentication) connection.getPrincipal().block()
                : keys.authenticate(new PreAuthenticatedAuthenticationToken("", key.toString()));
        if (caller == null
                || !AuthorityUtils.authorityListToSet(caller.getAuthorities()).contains("runs:read")) {
            throw new AccessDeniedException("No key that may read");
        }
        return caller;
    }

    @Override
    public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
        if (!(request instanceof WebSocketGraphQlRequest webSocketRequest)) {
            return chain.next(request);
        }
        Object caller = webSocketRequest.getSessionInfo().getAttributes().get(CALLER);
        return chain.next(request).contextWrite(context -> context.put(SecurityContext.class.getName(), caller));
    }
}
