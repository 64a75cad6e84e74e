package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.RequestFailure;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Counts the subscriptions that are open, and refuses more than a connection, a key or this server can have. */
@Component
public class SubscriptionLimits {

    public static final int MAX_OF_CONNECTION = 20;

    private final int max;
    private final Map<String, Integer> openByConnection = new HashMap<>();
    private final Map<String, Integer> openByKey = new HashMap<>();
    private int open;

    SubscriptionLimits(@Value("${runledger.live.max-subscriptions}") int max) {
        this.max = max;
    }

    /** What one key may have of what a server has. */
    public static int halfOf(int max) {
        return (max + 1) / 2;
    }

    /** The same stream, if there is room for it when it is subscribed to. */
    public <T> Flux<T> within(String key, @Nullable String connection, Flux<T> stream) {
        return Flux.using(
                () -> {
                    enter(key, connection);
                    return stream;
                },
                entered -> entered,
                entered -> leave(key, connection));
    }

    private synchronized void enter(String key, @Nullable String connection) {
        if (open >= max) {
            throw RequestFailure.limitExceeded(
                    "This server has %d subscriptions, as many as it can have; try again later".formatted(max));
        }
        int ofKey = openByKey.getOrDefault(key, 0);
        if (ofKey >= halfOf(max)) {
            throw RequestFailure.limitExceeded(
                    "This key has %d subscriptions, as many as it can have of this server's %d".formatted(ofKey, max));
        }
        if (connection != null) {
            int already = openByConnection.getOrDefault(connection, 0);
            if (already >= MAX_OF_CONNECTION) {
                throw RequestFailure.limitExceeded(
                        "This connection has %d subscriptions, as many as it can have".formatted(MAX_OF_CONNECTION));
            }
            openByConnection.put(connection, already + 1);
        }
        openByKey.put(key, ofKey + 1);
        open++;
    }

    private synchronized void leave(String key, @Nullable String connection) {
        open--;
        openByKey.computeIfPresent(key, (id, count) -> count > 1 ? count - 1 : null);
        if (connection != null) {
            openByConnection.computeIfPresent(connection, (id, count) -> count > 1 ? count - 1 : null);
        }
    }
}
