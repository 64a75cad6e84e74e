package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.RequestFailure;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Counts the subscriptions that are open, and refuses more than a connection or this server can have. */
@Component
public class SubscriptionLimits {

    public static final int MAX_OF_CONNECTION = 20;

    private final int max;
    private final Map<String, Integer> openByConnection = new HashMap<>();
    private int open;

    SubscriptionLimits(@Value("${runledger.live.max-subscriptions}") int max) {
        this.max = max;
    }

    /** The same stream, if there is room for it when it is subscribed to. */
    public <T> Flux<T> within(@Nullable String connection, Flux<T> stream) {
        return Flux.using(
                () -> {
                    enter(connection);
                    return stream;
                },
                entered -> entered,
                entered -> leave(connection));
    }

    private synchronized void enter(@Nullable String connection) {
        if (open >= max) {
            throw RequestFailure.limitExceeded(
                    "This server has %d subscriptions, as many as it can have; try again later".formatted(max));
        }
        if (connection != null) {
            int already = openByConnection.getOrDefault(connection, 0);
            if (already >= MAX_OF_CONNECTION) {
                throw RequestFailure.limitExceeded(
                        "This connection has %d subscriptions, as many as it can have".formatted(MAX_OF_CONNECTION));
            }
            openByConnection.put(connection, already + 1);
        }
        open++;
    }

    private synchronized void leave(@Nullable String connection) {
        open--;
        if (connection != null) {
            openByConnection.computeIfPresent(connection, (id, count) -> count > 1 ? count - 1 : null);
        }
    }
}
