package dev.runledger.reporter.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** How long to wait after failures in a row: doubled with each up to a longest, times a random half to whole. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private final DoubleSupplier random;

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

    /** @param failures in a row, at least 1 */
    Duration after(int failures) {
        double doubled = first.toNanos() * Math.pow(2, Math.max(failures, 1) - 1);
        double nanos = Math.min(doubled, longest.toNanos()) * (0.5 + random.getAsDouble() / 2);
        return Duration.ofNanos((long) nanos);
    }
}
