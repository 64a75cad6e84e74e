package dev.runledger.reporter.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** How long to leave a server alone: doubled with each failure in a row up to a longest, times a random half to whole. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private final DoubleSupplier random;
    private int failures;

    /** @param random in [0, 1) */
    Backoff(Duration first, Duration longest, DoubleSupplier random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** From a second to five minutes. */
    static Backoff standard() {
        return new Backoff(
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    void succeeded() {
        failures = 0;
    }

    /** @param asked what the server asked for, kept in full if it is longer */
    Duration failed(@Nullable Duration asked) {
        double doubled = first.toMillis() * Math.pow(2, failures++);
        double millis = Math.min(doubled, longest.toMillis()) * (0.5 + random.getAsDouble() / 2);
        Duration wait = Duration.ofMillis((long) millis);
        return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
    }
}
