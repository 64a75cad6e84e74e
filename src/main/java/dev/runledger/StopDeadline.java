package dev.runledger;

import java.util.concurrent.TimeUnit;

/** Ends the process, as {@code kill -9} would, if a stop is not through in time, whatever it is that still runs. */
final class StopDeadline {

    private static final int SECONDS = 27;
    private static final int EXIT_CODE_OF_SIGTERM = 143;

    private StopDeadline() {}

    /** From now on a stop takes no longer. */
    static void arm() {
        Thread deadline = new Thread(StopDeadline::halt, "stop-deadline");
        deadline.setDaemon(true);
        Runtime.getRuntime().addShutdownHook(new Thread(deadline::start, "stop-deadline-start"));
    }

    private static void halt() {
        try {
            TimeUnit.SECONDS.sleep(SECONDS);
            Runtime.getRuntime().halt(EXIT_CODE_OF_SIGTERM);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
