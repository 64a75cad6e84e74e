package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Report;

/** A way to hand one report to the server. Never throws: whatever happens is an {@link Answer}. */
public interface Transport {

    Answer send(Report report);
}
