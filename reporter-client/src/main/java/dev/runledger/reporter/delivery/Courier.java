package dev.runledger.reporter.delivery;

import dev.runledger.reporter.spool.Report;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Delivers beside the pipeline, in a daemon thread that exists once there is something to do. */
public final class Courier {

    private enum State {
        /** Nothing to do until there is news. */
        IDLE,
        DELIVERING,
        /** Until the rest is over, or there is news. */
        WAITING,
        /** Until the rest is over. */
        RESTING,
        STOPPED
    }

    private static final System.Logger LOG = System.getLogger(Courier.class.getName());
    private static final int MOST_HOMELESS = 100;

    private final @Nullable Delivery delivery;
    private final Transport transport;
    private final Deque<Report> homeless = new ArrayDeque<>();
    private State state = State.IDLE;
    private boolean asked;
    private long restUntil;
    private @Nullable Thread thread;

    /** @param delivery null if there is no spool: then only what could not be written is delivered */
    public Courier(@Nullable Delivery delivery, Transport transport) {
        this.delivery = delivery;
        this.transport = transport;
    }

    /** There may be something to deliver. Returns at once. */
    public synchronized void nudge() {
        asked = true;
        if (thread == null && state != State.STOPPED) {
            thread = new Thread(this::run, "runledger-courier");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    /** Tries once to deliver a report that could not be written to disk. Returns at once. */
    public synchronized void deliverOnce(Report report) {
        if (homeless.size() == MOST_HOMELESS) {
            lost(homeless.removeFirst(), "too many wait in memory");
        }
        homeless.addLast(report);
        nudge();
    }

    /** Waits until all is delivered, the server turns out to be away, or the time is over; then begins no more. */
    public synchronized void finish(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        while (!interrupted && thread != null && (state == State.DELIVERING || asked && mayDeliver())) {
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
        state = State.STOPPED;
        notifyAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean mayDeliver() {
        return state == State.IDLE || state == State.WAITING;
    }

    private void run() {
        try {
            while (awaitTurn()) {
                deliverHomeless();
                rest(delivery == null ? null : delivery.pass());
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "The courier stopped; what waits is in the spool", e);
            finish(Duration.ZERO);
        }
    }

    /** True when it is time to deliver, false once there will be no more. */
    private synchronized boolean awaitTurn() throws InterruptedException {
        while (state != State.STOPPED) {
            boolean restIsOver = state != State.IDLE && restUntil - System.nanoTime() <= 0;
            if (restIsOver || asked && mayDeliver()) {
                asked = false;
                state = State.DELIVERING;
                return true;
            }
            if (state == State.IDLE) {
                wait();
            } else {
                wait((restUntil - System.nanoTime()) / 1_000_000 + 1);
            }
        }
        return false;
    }

    /** Null: nothing is left to do until someone asks. */
    private synchronized void rest(Delivery.@Nullable Rest rest) {
        if (state != State.STOPPED) {
            state = rest == null ? State.IDLE : rest.endsWithNews() ? State.WAITING : State.RESTING;
        }
        if (rest != null) {
            restUntil = System.nanoTime() + rest.time().toNanos();
        }
        notifyAll();
    }

    private void deliverHomeless() {
        for (Report report = nextHomeless(); report != null; report = nextHomeless()) {
            Answer answer = transport.send(report);
            if (!(answer instanceof Answer.Recorded)) {
                lost(report, answer.toString());
            }
        }
    }

    private synchronized @Nullable Report nextHomeless() {
        return homeless.pollFirst();
    }

    private static void lost(Report report, String why) {
        LOG.log(
                System.Logger.Level.WARNING,
                "Lost the {0} of run {1}, which could not be written to disk: {2}",
                report.kind().word(),
                report.runId(),
                why);
    }
}
