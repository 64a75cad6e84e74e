package dev.runledger.graphql.transport;

import dev.runledger.graphql.limits.SubscriptionLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.graphql.autoconfigure.GraphQlCorsProperties;
import org.springframework.boot.graphql.autoconfigure.GraphQlProperties;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.graphql.server.WebGraphQlHandler;
import org.springframework.graphql.server.webmvc.GraphQlWebSocketHandler;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * GraphQL over WebSocket, by the protocol {@code graphql-transport-ws}. Other than Spring's own it has room for so many
 * connections only, at most half of them of one key, and answers a message of another shape by closing the connection with the
 * reason. Connections that have not shown a key yet are counted apart: when there are too many, the oldest goes.
 */
@Component
@ConditionalOnWebApplication
class WebSocketEndpoint extends GraphQlWebSocketHandler {

    private static final int INVALID_MESSAGE = 4400;
    private static final Set<String> TYPES = Set.of("connection_init", "ping", "pong", "subscribe", "complete");

    private static final CloseStatus NO_ROOM =
            CloseStatus.SERVICE_OVERLOAD.withReason("This server has no room for more connections");

    private final int max;
    private final Map<String, WebSocketSession> connections = new ConcurrentHashMap<>();
    private final Map<String, WebSocketSession> withoutKey = new LinkedHashMap<>();
    private final Map<String, String> keys = new HashMap<>();

    @SuppressWarnings({"unchecked", "rawtypes"})
    WebSocketEndpoint(
            WebGraphQlHandler handler,
            GraphQlProperties properties,
            GraphQlCorsProperties otherOrigins,
            JsonMapper json,
            @Value("${runledger.live.max-connections}") int max) {
        super(
                handler,
                (HttpMessageConverter) new JacksonJsonHttpMessageConverter(json),
                properties.getWebsocket().getConnectionInitTimeout(),
                properties.getWebsocket().getKeepAlive(),
                Objects.requireNonNullElseGet(otherOrigins.toCorsConfiguration(), CorsConfiguration::new));
        this.max = max;
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) {
        connections.put(session.getId(), session);
        WebSocketSession oldest = null;
        boolean full;
        synchronized (keys) {
            full = keys.size() >= max;
            withoutKey.put(session.getId(), session);
            if (withoutKey.size() > max) {
                oldest = withoutKey.values().iterator().next();
                withoutKey.remove(oldest.getId());
            }
        }
        if (full) {
            close(session, NO_ROOM);
        } else {
            super.afterConnectionEstablished(session);
        }
        if (oldest != null) {
            close(
                    oldest,
                    CloseStatus.SERVICE_OVERLOAD.withReason("This server has no room for connections without a key"));
        }
    }

    /** Counts a connection to the key that it has just shown, or closes it if there is no room for it. */
    private void identify(WebSocketSession session) {
        String key = session.getAttributes().values().stream()
                .filter(SecurityContext.class::isInstance)
                .map(context -> ((SecurityContext) context).getAuthentication())
                .filter(Objects::nonNull)
                .map(caller -> String.valueOf(caller.getDetails()))
                .findFirst()
                .orElse(null);
        if (key == null) {
            return;
        }
        CloseStatus refusal = null;
        synchronized (keys) {
            withoutKey.remove(session.getId());
            if (!connections.containsKey(session.getId()) || keys.containsKey(session.getId())) {
                return;
            }
            if (keys.size() >= max) {
                refusal = NO_ROOM;
            } else if (Collections.frequency(keys.values(), key) >= SubscriptionLimits.halfOf(max)) {
                refusal = CloseStatus.SERVICE_OVERLOAD.withReason("This key has %d connections, as many as it can have"
                        .formatted(SubscriptionLimits.halfOf(max)));
            } else {
                keys.put(session.getId(), key);
            }
        }
        if (refusal != null) {
            close(session, refusal);
        }
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
        String fault = fault(GraphQlBody.json(message.getPayload().getBytes(StandardCharsets.UTF_8)));
        if (fault == null) {
            super.handleTextMessage(session, message);
            identify(session);
        } else {
            close(session, new CloseStatus(INVALID_MESSAGE, fault));
        }
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
        connections.remove(session.getId());
        synchronized (keys) {
            withoutKey.remove(session.getId());
            keys.remove(session.getId());
        }
        super.afterConnectionClosed(session, status);
    }

    /** The web server would drop the connections without a word, or the client's library think that all is over. */
    @EventListener(ContextClosedEvent.class)
    void goAway() {
        connections.values().forEach(session -> close(session, CloseStatus.GOING_AWAY));
    }

    private static @Nullable String fault(@Nullable JsonNode message) {
        if (message == null || !message.isObject()) {
            return "The message is not a JSON object";
        }
        if (!TYPES.contains(message.path("type").stringValue(""))) {
            return "type must be one of the protocol's message types";
        }
        JsonNode id = message.path("id");
        JsonNode payload = message.path("payload");
        if ("subscribe".equals(message.path("type").stringValue())) {
            return id.isString() ? GraphQlBody.fault(payload) : "id must be a string";
        }
        if (!id.isMissingNode() && !id.isString()) {
            return "id must be a string";
        }
        return payload.isMissingNode() || payload.isNull() || payload.isObject()
                ? null
                : "payload must be a JSON object";
    }

    private static void close(WebSocketSession session, CloseStatus status) {
        try {
            session.close(status);
        } catch (IOException e) {
            // It is closed already, then.
        }
    }
}
