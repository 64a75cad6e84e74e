package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Passes over a spool, and how long to rest between them. */
public final class Delivery {

    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Spool spool;
    private final Transport transport;
    private final Backoff backoff;
    private int delivered;
    private int refused;
    private @Nullable String lastFailure;

    public Delivery(Spool spool, Transport transport) {
        this(spool, transport, Backoff.standard());
    }

    Delivery(Spool spool, Transport transport, Backoff backoff) {
        this.spool = spool;
        this.transport = transport;
        this.backoff = backoff;
    }

    /** Delivers what there is; null if nothing is left to try, else how long to rest before the next pass. */
    @Nullable
    Duration pass() throws InterruptedException {
        try {
            Pass.Outcome outcome = Pass.over(spool, transport);
            if (outcome.busy()) {
                return spool.queue().names().isEmpty() ? null : LOOK_AGAIN;
            }
            delivered += outcome.delivered();
            refused += outcome.refused();
            if (outcome.delivered() + outcome.refused() > 0) {
                backoff.succeeded();
            }
            if (outcome.failure() == null) {
                lastFailure = null;
                return null;
            }
            lastFailure = outcome.failure().why();
            LOG.log(System.Logger.Level.DEBUG, "Not delivered for now: {0}", lastFailure);
            return backoff.failed(outcome.failure().retryAfter());
        } catch (IOException e) {
            lastFailure = "the spool " + spool.root() + " fails: " + e;
            LOG.log(System.Logger.Level.WARNING, lastFailure);
            return backoff.failed(null);
        }
    }

    /** What became of a spool that was emptied as far as possible. */
    public record Result(
            int delivered, int refused, @Nullable String lastFailure) {}

    /** Delivers until nothing is left to try or the time is over, resting in between as the server needs it. */
    public Result deliverAll(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        Duration rest = pass();
        while (rest != null && System.nanoTime() + rest.toNanos() < deadline) {
            Thread.sleep(rest.toMillis());
            rest = pass();
        }
        return new Result(delivered, refused, lastFailure);
    }
}
