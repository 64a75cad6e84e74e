package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Report;
import org.jspecify.annotations.Nullable;

/** A way to hand one report to the server. Never throws: whatever happens is an {@link Answer}. */
public interface Transport {

    Answer send(Report report);

    /** Which server and key it sends with, in short; null if another would not fare better. */
    default @Nullable String backend() {
        return null;
    }
}
