package dev.runledger.reporter.delivery;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** How long to leave a server alone: 1 s, doubled with each failure in a row up to 5 minutes, times a random half to whole. */
final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final DoubleSupplier random;
    private int failures;

    /** @param random in [0, 1) */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    void succeeded() {
        failures = 0;
    }

    /** @param asked what the server asked for, kept in full if it is longer */
    Duration failed(@Nullable Duration asked) {
        double doubled = FIRST.toMillis() * Math.pow(2, failures++);
        double millis = Math.min(doubled, LONGEST.toMillis()) * (0.5 + random.getAsDouble() / 2);
        Duration wait = Duration.ofMillis((long) millis);
        return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
    }
}
