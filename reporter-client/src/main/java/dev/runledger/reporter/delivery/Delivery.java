package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Passes over a spool, and how long to rest between them. */
public final class Delivery {

    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Spool spool;
    private final Transport transport;
    private final Backoff backoff;
    private final Clock clock;
    private int recorded;
    private int refused;
    private int passesEndedEarly;
    private @Nullable String lastFailure;

    public Delivery(Spool spool, Transport transport) {
        this(spool, transport, Backoff.standard(), Clock.systemUTC());
    }

    Delivery(Spool spool, Transport transport, Backoff backoff, Clock clock) {
        this.spool = spool;
        this.transport = transport;
        this.backoff = backoff;
        this.clock = clock;
    }

    /**
     * A rest between two passes.
     *
     * @param endsWithNews whether a new report ends it: it will not fare as those that failed
     * @param othersMayFare whether the server answers, and there may be reports that have not been tried yet
     */
    record Rest(Duration time, boolean endsWithNews, boolean othersMayFare) {}

    /** Delivers what there is; null if nothing is left to try, else how long to rest before the next pass. */
    @Nullable
    Rest pass() throws InterruptedException {
        return pass(false);
    }

    private @Nullable Rest pass(boolean everythingIsDue) throws InterruptedException {
        try {
            Pass.Outcome outcome = Pass.over(spool, transport, backoff, clock, everythingIsDue);
            return outcome.busy() ? restWhileBusy() : rest(outcome);
        } catch (IOException e) {
            lastFailure = "the spool " + spool.root() + " fails: " + e;
            LOG.log(System.Logger.Level.WARNING, lastFailure);
            return new Rest(backoff.after(++passesEndedEarly), false, false);
        }
    }

    /** News end it: whoever was delivering then may have ended meanwhile, and the last news of a process are the end of its run. */
    private @Nullable Rest restWhileBusy() throws IOException {
        return spool.queue().names().isEmpty() ? null : new Rest(LOOK_AGAIN, true, false);
    }

    private @Nullable Rest rest(Pass.Outcome outcome) {
        recorded += outcome.recorded();
        refused += outcome.refused();
        if (outcome.recorded() + outcome.refused() > 0 || !outcome.endedEarly()) {
            passesEndedEarly = 0;
        }
        Answer.NotNow failure = outcome.lastFailure();
        lastFailure = failure == null ? null : failure.why();
        if (failure != null) {
            LOG.log(System.Logger.Level.DEBUG, "Not delivered for now: {0}", lastFailure);
        }
        if (outcome.endedEarly() && failure != null) {
            Duration wait = backoff.after(++passesEndedEarly);
            Duration asked = failure.retryAfter();
            boolean isAsked = asked != null && asked.compareTo(wait) > 0;
            return new Rest(
                    isAsked ? asked : wait,
                    asked == null && !outcome.freshFailed(),
                    asked == null && outcome.freshFailed() && !failure.serverIsAway());
        }
        if (outcome.nextAttemptAt() == null) {
            return null;
        }
        Duration untilDue = Duration.between(clock.instant(), outcome.nextAttemptAt());
        return new Rest(untilDue.isNegative() ? Duration.ZERO : untilDue, true, false);
    }

    /** What became of a spool that was emptied as far as possible. */
    public record Result(
            int delivered, int refused, @Nullable String lastFailure) {}

    /** Delivers until nothing is left to try or the time is over, resting in between as the server needs it. */
    public Result deliverAll(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Rest rest = pass(true);
        while (rest != null && System.nanoTime() + rest.time().toNanos() < deadline) {
            Thread.sleep(rest.time().toMillis() + 1);
            rest = pass(false);
        }
        return new Result(recorded, refused, lastFailure);
    }
}
