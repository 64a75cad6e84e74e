package dev.runledger.graphql.transport;

import graphql.execution.SubscriptionExecutionStrategy;
import java.util.Map;
import org.springframework.graphql.server.WebGraphQlInterceptor;
import org.springframework.graphql.server.WebGraphQlRequest;
import org.springframework.graphql.server.WebGraphQlResponse;
import org.springframework.graphql.server.WebSocketGraphQlRequest;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Names the WebSocket that a subscription came by, and keeps a subscription's results in the order of its changes. */
@Component
public class ConnectionContext implements WebGraphQlInterceptor {

    public static final String CONNECTION = "runledger.connection";

    @Override
    public Mono<WebGraphQlResponse> intercept(WebGraphQlRequest request, Chain chain) {
        request.configureExecutionInput((input, builder) -> {
            builder.graphQLContext(Map.of(SubscriptionExecutionStrategy.KEEP_SUBSCRIPTION_EVENTS_ORDERED, true));
            if (request instanceof WebSocketGraphQlRequest webSocket) {
                builder.graphQLContext(
                        Map.of(CONNECTION, webSocket.getSessionInfo().getId()));
            }
            return builder.build();
        });
        return chain.next(request);
    }
}
