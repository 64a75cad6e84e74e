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
     * @param status the HTTP status; null if there was no answer
     * @param retryAfter how long the server asked to be left alone
     * @param serverIsAway whether the next report would fare the same
     */
    record NotNow(
            String why, @Nullable Integer status, @Nullable Duration retryAfter, boolean serverIsAway)
            implements Answer {

        static NotNow away(String why) {
            return new NotNow(why, null, null, true);
        }
    }

    /** It will never be taken as it is. */
    record Refused(Reason reason) implements Answer {

        /** Another end of the run is stored. */
        boolean isConflict() {
            return is(409);
        }

        /** The key or the path is refused, not the report. */
        boolean isAboutTheBackend() {
            return is(401) || is(403) || is(404) || is(405);
        }

        private boolean is(int status) {
            return reason.status() != null && reason.status() == status;
        }
    }
}
