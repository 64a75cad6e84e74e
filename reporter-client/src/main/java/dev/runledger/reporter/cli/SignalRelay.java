package dev.runledger.reporter.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/** Hands the signals that end a process on to a child, so that the child decides what becomes of them. */
final class SignalRelay {

    private final Queue<String> early = new ArrayDeque<>();
    private @Nullable Process child;

    private SignalRelay() {}

    static SignalRelay install() {
        SignalRelay relay = new SignalRelay();
        for (String name : new String[] {"TERM", "INT", "HUP"}) {
            try {
                Signal.handle(new Signal(name), signal -> relay.receive(signal.getName()));
            } catch (IllegalArgumentException e) {
                // The JVM was told to leave this signal alone (-Xrs), or the system has none: then nothing is to be
                // handed on.
            }
        }
        return relay;
    }

    synchronized void to(Process child) {
        this.child = child;
        early.forEach(this::send);
        early.clear();
    }

    private synchronized void receive(String name) {
        if (child == null) {
            early.add(name);
        } else if (!name.equals("INT") || System.console() == null) {
            send(name);
        }
        // A terminal sends Ctrl-C to the child as well, and twice would be once too often.
    }

    private void send(String name) {
        if (child == null || !child.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            child.destroy();
        }
    }
}
