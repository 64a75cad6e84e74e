package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Report;
import org.jspecify.annotations.Nullable;

/** Loads the HTTP client when there is something to send, in the thread that sends: that takes longer than a report may. */
final class LazyTransport implements Transport {

    private final Backend backend;
    private @Nullable Transport connected;

    LazyTransport(Backend backend) {
        this.backend = backend;
    }

    @Override
    public String backend() {
        return backend.fingerprint();
    }

    @Override
    public synchronized Answer send(Report report) {
        if (connected == null) {
            connected = backend.open();
        }
        return connected.send(report);
    }
}
