package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one report that was sent. */
public sealed interface Answer {

    /** It is in the ledger, now or since an earlier try. */
    record Recorded() implements Answer {}

    /**
     * Try again later.
     *
     * @param retryAfter how long the server asked to be left alone
     * @param serverIsAway whether the next report would fare the same
     */
    record NotNow(String why, @Nullable Duration retryAfter, boolean serverIsAway) implements Answer {}

    /** It will never be taken as it is. */
    record Refused(Reason reason) implements Answer {

        /** Another end of the run stands. */
        boolean isConflict() {
            return reason.status() != null && reason.status() == 409;
        }
    }
}
