package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Report;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Delivers beside the pipeline, in a daemon thread that exists once there is something to do. */
public final class Courier {

    private static final System.Logger LOG = System.getLogger(Courier.class.getName());
    private static final int MOST_UNKEPT = 100;

    private final @Nullable Delivery delivery;
    private final Transport transport;
    private final Consumer<Report> onLost;
    private final Deque<Report> unkept = new ArrayDeque<>();
    private boolean news;
    private boolean busy;
    private boolean stopped;
    private Delivery.@Nullable Rest rest;
    private long restUntil;
    private @Nullable Thread thread;

    /**
     * @param delivery null if there is no spool: then only what could not be written is delivered
     * @param onLost is told of a report that could neither be written nor delivered
     */
    public Courier(@Nullable Delivery delivery, Transport transport, Consumer<Report> onLost) {
        this.delivery = delivery;
        this.transport = transport;
        this.onLost = onLost;
    }

    /** There may be something to deliver. Returns at once. */
    public synchronized void nudge() {
        news = true;
        if (thread == null && !stopped) {
            thread = new Thread(this::run, "runledger-courier");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    /** Tries once to deliver a report that could not be written to disk, whatever it is waiting for. Returns at once. */
    public synchronized void deliverOnce(Report report) {
        if (stopped) {
            lost(report, "the reporter is closed");
            return;
        }
        if (unkept.size() == MOST_UNKEPT) {
            lost(unkept.removeFirst(), "too many wait in memory");
        }
        unkept.addLast(report);
        nudge();
    }

    /** Waits until all is delivered, the server turns out to be away, or the time is over; then begins no more. */
    public synchronized void finish(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        while (!interrupted && thread != null && !stopped && (busy || isDueAtTheEnd())) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        stopped = true;
        while (!unkept.isEmpty()) {
            lost(unkept.removeFirst(), "the process ended");
        }
        notifyAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (awaitTurn()) {
                deliverUnkept();
                if (beginPass()) {
                    endPass(delivery == null ? null : delivery.pass());
                }
                endTurn();
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "The courier stopped; what waits is in the spool", e);
            finish(Duration.ZERO);
        }
    }

    /** There is no time to rest between reports that fail and those that may not. */
    private boolean isDueAtTheEnd() {
        if (rest != null && rest.othersMayFare()) {
            restUntil = System.nanoTime();
            notifyAll();
        }
        return isDue();
    }

    private boolean isDue() {
        return !unkept.isEmpty() || isPassDue();
    }

    private boolean isPassDue() {
        return rest == null ? news : news && rest.endsWithNews() || restUntil - System.nanoTime() <= 0;
    }

    /** True when it is time to deliver, false once there will be no more. */
    private synchronized boolean awaitTurn() throws InterruptedException {
        while (!stopped && !isDue()) {
            if (rest == null) {
                wait();
            } else {
                wait(Math.max(1, (restUntil - System.nanoTime()) / 1_000_000 + 1));
            }
        }
        busy = !stopped;
        return busy;
    }

    private synchronized boolean beginPass() {
        boolean due = isPassDue();
        news &= !due;
        return due;
    }

    private synchronized void endPass(Delivery.@Nullable Rest after) {
        rest = after;
        restUntil = System.nanoTime() + (after == null ? 0 : after.time().toNanos());
    }

    private synchronized void endTurn() {
        busy = false;
        notifyAll();
    }

    private void deliverUnkept() {
        for (Report report = nextUnkept(); report != null; report = nextUnkept()) {
            Answer answer = transport.send(report);
            if (!(answer instanceof Answer.Recorded)) {
                lost(report, answer.toString());
            }
        }
    }

    private synchronized @Nullable Report nextUnkept() {
        return unkept.pollFirst();
    }

    private void lost(Report report, String why) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Lost the {0} of run {1}, which could not be written to disk: {2}",
                report.kind().word(),
                report.runId(),
                why);
        onLost.accept(report);
    }
}
