package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Retry;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.spool.SpoolLock;
import dev.runledger.reporter.spool.UnreadableReportException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/**
 * One way through the spool. First come the runs that have not failed yet, in order; then, one by one, those that have and whose
 * time has come. So what the server cannot take never holds up what it can.
 */
final class Pass {

    private static final Duration PACE = Duration.ofMillis(20);
    private static final int FAILURES_THAT_MEAN_THE_SERVER = 3;

    private final Spool spool;
    private final Transport transport;
    private final Backoff backoff;
    private final Clock clock;
    private final boolean everythingIsDue;
    private final Map<ReportName, Retry> retries;
    private final Set<UUID> triedInVain = new HashSet<>();
    private final Set<ReportName> unreadableHere = new HashSet<>();
    private final List<ReportName> failedSinceRecorded = new ArrayList<>();
    private int recorded;
    private int refused;
    private int failuresInARow;
    private boolean freshFailed;
    private boolean over;
    private Answer.@Nullable NotNow lastFailure;
    private long lastSend = System.nanoTime() - PACE.toNanos();

    private Pass(Spool spool, Transport transport, Backoff backoff, Clock clock, boolean everythingIsDue)
            throws IOException {
        this.spool = spool;
        this.transport = transport;
        this.backoff = backoff;
        this.clock = clock;
        this.everythingIsDue = everythingIsDue;
        this.retries = new TreeMap<>(spool.retries().all());
    }

    /**
     * What a pass did.
     *
     * @param busy another process or thread is delivering, so this one did not try
     * @param endedEarly it ended before everything that was due had been tried
     * @param freshFailed a report failed that had not failed before
     * @param lastFailure why reports were left waiting; null if none was tried in vain
     * @param nextAttemptAt when the first of those that failed is due; null if none failed
     */
    record Outcome(
            boolean busy,
            int recorded,
            int refused,
            boolean endedEarly,
            boolean freshFailed,
            Answer.@Nullable NotNow lastFailure,
            @Nullable Instant nextAttemptAt) {

        static final Outcome BUSY = new Outcome(true, 0, 0, false, false, null, null);
    }

    /** @param everythingIsDue whether to try what has failed even before its time */
    static Outcome over(Spool spool, Transport transport, Backoff backoff, Clock clock, boolean everythingIsDue)
            throws IOException, InterruptedException {
        spool.openRuns().adopt();
        try (SpoolLock right = spool.tryDrain()) {
            if (right == null) {
                return Outcome.BUSY;
            }
            spool.tidy();
            String backend = transport.backend();
            if (backend != null) {
                spool.quarantine().requeueOfOtherBackends(backend);
            }
            Pass pass = new Pass(spool, transport, backoff, clock, everythingIsDue);
            while (pass.continues()) {}
            return pass.outcome();
        }
    }

    private Outcome outcome() {
        Instant next = retries.values().stream()
                .map(Retry::nextAttemptAt)
                .min(Comparator.naturalOrder())
                .orElse(null);
        return new Outcome(false, recorded, refused, over, freshFailed, lastFailure, next);
    }

    /** Offers what is fresh, or else the one that is due first; true if there may be more to do. */
    private boolean continues() throws IOException, InterruptedException {
        List<ReportName> fresh = new ArrayList<>();
        List<ReportName> failed = new ArrayList<>();
        sort(fresh, failed);
        for (ReportName name : fresh) {
            if (over) {
                return false;
            }
            if (!triedInVain.contains(name.runId())) {
                offer(name);
            }
        }
        if (!fresh.isEmpty()) {
            return !over;
        }
        Instant now = clock.instant();
        ReportName due = failed.stream()
                .filter(name ->
                        everythingIsDue || !retries.get(name).nextAttemptAt().isAfter(now))
                .min(Comparator.comparing((ReportName name) -> retries.get(name).nextAttemptAt())
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
        if (due != null) {
            offer(due);
        }
        return due != null && !over;
    }

    /** A run's oldest report decides where the run belongs; its later reports wait for it. */
    private void sort(List<ReportName> fresh, List<ReportName> failed) throws IOException {
        Set<UUID> waiting = new HashSet<>(triedInVain);
        for (ReportName name : spool.queue().names()) {
            if (unreadableHere.contains(name) || waiting.contains(name.runId())) {
                continue;
            }
            if (retries.containsKey(name)) {
                failed.add(name);
                waiting.add(name.runId());
            } else {
                fresh.add(name);
            }
        }
    }

    private void offer(ReportName name) throws IOException, InterruptedException {
        Report report;
        try {
            report = spool.queue().read(name);
        } catch (UnreadableReportException e) {
            spool.quarantine().add(name, Reason.unreadable(String.valueOf(e.getMessage())));
            retries.remove(name);
            return;
        }
        if (report == null) {
            unreadableHere.add(name);
            retries.remove(name);
            return;
        }
        keepPace();
        Answer answer = transport.send(report);
        if (answer instanceof Answer.NotNow failure) {
            failed(name, failure);
            return;
        }
        failuresInARow = 0;
        retries.remove(name);
        if (answer instanceof Answer.Refused refusal && !(report.adopted() && refusal.isConflict())) {
            refused++;
            spool.quarantine().add(name, refusal.reason().of(refusal.isAboutTheBackend() ? transport.backend() : null));
        } else {
            recorded++;
            spool.queue().remove(name);
            othersWereRecorded();
        }
    }

    private void failed(ReportName name, Answer.NotNow failure) throws IOException {
        Retry before = retries.get(name);
        lastFailure = failure;
        triedInVain.add(name.runId());
        failuresInARow++;
        freshFailed |= before == null;
        boolean serverIsWell = recorded > 0;
        over = failuresInARow == FAILURES_THAT_MEAN_THE_SERVER
                || failure.retryAfter() != null
                || failure.serverIsAway() && !(before != null && serverIsWell);
        Instant now = clock.instant();
        if (before != null && before.isGivenUp(now) && (!failure.serverIsAway() || serverIsWell)) {
            retries.remove(name);
            // The next report of the run takes its place.
            triedInVain.remove(name.runId());
            refused++;
            spool.quarantine().add(name, new Reason(failure.status(), StringNode.valueOf(failure.why()), null, true));
            return;
        }
        Retry after = Retry.after(before, now, backoff::after, !failure.serverIsAway(), serverIsWell, failure.why());
        put(name, after);
        failedSinceRecorded.add(name);
    }

    /** What failed in this pass before another report was recorded is known to be at fault itself. */
    private void othersWereRecorded() throws IOException {
        for (ReportName name : failedSinceRecorded) {
            Retry retry = retries.get(name);
            if (retry != null && retry.aloneSince() == null) {
                put(name, retry.alone(clock.instant()));
            }
        }
        failedSinceRecorded.clear();
    }

    private void put(ReportName name, Retry retry) throws IOException {
        retries.put(name, retry);
        spool.retries().put(name, retry);
    }

    private void keepPace() throws InterruptedException {
        long wait = lastSend + PACE.toNanos() - System.nanoTime();
        if (wait > 0) {
            Thread.sleep(Duration.ofNanos(wait).toMillis() + 1);
        }
        lastSend = System.nanoTime();
    }
}
