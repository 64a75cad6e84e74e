package dev.runledger.reporter.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * Hands signals on to a child, each once. A terminal's Ctrl-C, or a kill of the whole process group, reaches the child by itself;
 * a signal that was sent to this process alone does not. To tell them apart there is a third process in the group, which does
 * nothing but die of what the whole group gets.
 *
 * <p>SIGQUIT is the JVM's own and cannot be handed on.
 */
final class SignalRelay {

    private static final List<String> SIGNALS = List.of(
            "TERM", "INT", "HUP", "USR1", "USR2", "ALRM", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "STKFLT");
    private static final int KILLED_BY = 128;
    private static final long MILLIS_TO_DIE = 150;

    private final Queue<Signal> early = new ArrayDeque<>();
    private @Nullable Process child;
    private @Nullable Process witness;

    private SignalRelay() {}

    static SignalRelay install() {
        SignalRelay relay = new SignalRelay();
        relay.witness = startWitness();
        for (String name : SIGNALS) {
            try {
                Signal.handle(new Signal(name), relay::receive);
            } catch (IllegalArgumentException e) {
                // The JVM was told to leave this signal alone (-Xrs), or the system has none: then nothing is to be
                // handed on.
            }
        }
        return relay;
    }

    synchronized void to(Process child) {
        this.child = child;
        early.forEach(signal -> send(signal.getName()));
        early.clear();
    }

    /** The child has ended. */
    synchronized void stop() {
        child = null;
        if (witness != null) {
            witness.destroyForcibly();
        }
    }

    private synchronized void receive(Signal signal) {
        boolean hasWholeGroup = hasWholeGroupGot(signal);
        if (hasWholeGroup) {
            witness = startWitness();
        }
        if (child == null) {
            early.add(signal);
        } else if (!hasWholeGroup) {
            send(signal.getName());
        }
    }

    private boolean hasWholeGroupGot(Signal signal) {
        try {
            return witness != null
                    && witness.waitFor(MILLIS_TO_DIE, TimeUnit.MILLISECONDS)
                    && witness.exitValue() == KILLED_BY + signal.getNumber();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends with this process, however that ends: then its input ends. */
    private static @Nullable Process startWitness() {
        try {
            return new ProcessBuilder("cat")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return null;
        }
    }

    private void send(String name) {
        if (child == null || !child.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -s " + name + " " + child.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            child.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
