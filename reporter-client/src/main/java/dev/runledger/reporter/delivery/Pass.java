package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.spool.SpoolLock;
import dev.runledger.reporter.spool.UnreadableReportException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/** One way through the spool: everything that waits is offered to the server in order, until nothing is left or the server is away. */
final class Pass {

    private static final Duration PACE = Duration.ofMillis(20);
    private static final int FAILURES_THAT_MEAN_THE_SERVER = 3;

    private final Spool spool;
    private final Transport transport;
    private final Set<UUID> notNow = new HashSet<>();
    private final Set<ReportName> unreadableHere = new HashSet<>();
    private int delivered;
    private int refused;
    private int failuresInARow;
    private Answer.@Nullable NotNow lastFailure;
    private long lastSend = System.nanoTime() - PACE.toNanos();

    private Pass(Spool spool, Transport transport) {
        this.spool = spool;
        this.transport = transport;
    }

    /**
     * What a pass did.
     *
     * @param busy another process or thread is delivering, so this one did not try
     * @param failure why reports were left waiting; null if none was
     */
    record Outcome(boolean busy, int delivered, int refused, Answer.@Nullable NotNow failure) {}

    static Outcome over(Spool spool, Transport transport) throws IOException, InterruptedException {
        spool.openRuns().adopt();
        try (SpoolLock right = spool.tryDrain()) {
            if (right == null) {
                return new Outcome(true, 0, 0, null);
            }
            spool.tidy();
            Pass pass = new Pass(spool, transport);
            while (pass.continues()) {}
            return new Outcome(false, pass.delivered, pass.refused, pass.lastFailure);
        }
    }

    /** Offers what is listed now; true if there may be more to do. */
    private boolean continues() throws IOException, InterruptedException {
        List<ReportName> names = spool.queue().names().stream()
                .filter(name -> !notNow.contains(name.runId()) && !unreadableHere.contains(name))
                .toList();
        for (ReportName name : names) {
            if (!notNow.contains(name.runId()) && !offer(name)) {
                return false;
            }
        }
        return !names.isEmpty();
    }

    /** False if the server is away. */
    private boolean offer(ReportName name) throws IOException, InterruptedException {
        Report report;
        try {
            report = spool.queue().read(name);
        } catch (UnreadableReportException e) {
            spool.quarantine().add(name, new Reason(null, StringNode.valueOf(e.getMessage())));
            return true;
        }
        if (report == null) {
            unreadableHere.add(name);
            return true;
        }
        keepPace();
        Answer answer = transport.send(report);
        if (answer instanceof Answer.NotNow failure) {
            notNow.add(name.runId());
            lastFailure = failure;
            return !failure.serverIsAway() && ++failuresInARow < FAILURES_THAT_MEAN_THE_SERVER;
        }
        failuresInARow = 0;
        if (answer instanceof Answer.Refused refusal && !(report.adopted() && refusal.isConflict())) {
            spool.quarantine().add(name, refusal.reason());
            refused++;
        } else {
            spool.queue().remove(name);
            delivered++;
        }
        return true;
    }

    private void keepPace() throws InterruptedException {
        long wait = lastSend + PACE.toNanos() - System.nanoTime();
        if (wait > 0) {
            Thread.sleep(Duration.ofNanos(wait).toMillis() + 1);
        }
        lastSend = System.nanoTime();
    }
}
