package dev.runledger.reporter.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition rather than for a time. */
public final class Await {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Await() {}

    public static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still waiting: " + what);
            }
            Thread.sleep(5);
        }
    }
}
