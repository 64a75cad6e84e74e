package dev.runledger.graphql.limits;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.security.KeyAuthentication;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Counts the subscriptions that are open, refuses more than a connection, a key or this server can have, and ends those of callers
 * whose key was revoked or has expired, or whose session is over.
 */
@Component
public class SubscriptionLimits {

    public static final int MAX_OF_CONNECTION = 20;

    /** As often as an instance learns of revoked keys. */
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(2);

    private final int max;
    private final ObjectProvider<KeyAuthentication> keys;
    private final Map<String, Integer> openByConnection = new HashMap<>();
    private final Map<String, Integer> openByKey = new HashMap<>();
    private int open;

    SubscriptionLimits(@Value("${runledger.live.max-subscriptions}") int max, ObjectProvider<KeyAuthentication> keys) {
        this.max = max;
        this.keys = keys;
    }

    /** What one key may have of what a server has. */
    public static int halfOf(int max) {
        return (max + 1) / 2;
    }

    /** The same stream, if there is room for it when it is subscribed to, for as long as its caller may read. */
    public <T> Flux<T> within(Authentication caller, @Nullable String connection, Flux<T> stream) {
        String key = String.valueOf(caller.getDetails());
        return Flux.using(
                () -> {
                    enter(key, connection);
                    return stream.takeUntilOther(refusal(caller));
                },
                entered -> entered,
                entered -> leave(key, connection));
    }

    private Mono<Long> refusal(Authentication caller) {
        return Flux.interval(BETWEEN_CHECKS, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .filter(tick -> !mayStillRead(caller))
                .next()
                .flatMap(
                        tick -> Mono.error(new BadCredentialsException("The key was revoked, or the session is over")));
    }

    private boolean mayStillRead(Authentication caller) {
        try {
            return keys.getObject().isStillValid(caller);
        } catch (DataAccessException e) {
            // Nobody knows while the database is away.
            return true;
        }
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
