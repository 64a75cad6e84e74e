package dev.runledger.reporter.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * Hands signals on to a child, each once. A terminal's Ctrl-C, or a kill of the whole process group, reaches the child by itself;
 * a signal that was sent to this process alone does not: see {@link SignalWitness}. If SIGTSTP stops the child, this process stops
 * with it, as its shell expects.
 *
 * <p>SIGQUIT is the JVM's own: see {@link ThreadDumps}. What a JVM starts has it blocked, so commands are started by {@code env},
 * where that can unblock it. Nobody can take SIGKILL and SIGSTOP; SIGSEGV, SIGFPE and SIGILL, which the JVM needs, and realtime
 * signals, of which it knows none, end this process.
 */
final class SignalRelay {

    private static final List<String> SIGNALS = List.of(
            "TERM", "INT", "HUP", "USR1", "USR2", "ALRM", "TSTP", "CONT", "WINCH", "ABRT", "TRAP", "SYS", "XCPU",
            "XFSZ", "VTALRM", "PROF", "IO", "PWR", "STKFLT");
    private static final Signal QUIT = new Signal("QUIT");
    private static final Signal INTERRUPT = new Signal("INT");
    private static final Signal STOP = new Signal("TSTP");
    private static final Signal CONTINUE = new Signal("CONT");
    private static final long MILLIS_TO_BE_CONTINUED = 100;
    private static final long NANOS_OUT_OF_ORDER = 50_000_000;

    /** How often this process got each, of those that nobody has looked at. */
    private final Map<Signal, AtomicInteger> received = new LinkedHashMap<>();

    private final Queue<Signal> early = new ArrayDeque<>();
    private final List<String> starter;
    private final SignalWitness witness;
    private @Nullable ThreadDumps dumps;
    private volatile boolean isStarted;
    private @Nullable Process child;
    private boolean stopsAlong;
    private volatile long stoppedAt = System.nanoTime();
    private volatile long continuedAt = stoppedAt - NANOS_OUT_OF_ORDER;

    private SignalRelay() {
        long ignored = ignored();
        Stream.concat(SIGNALS.stream().flatMap(SignalRelay::known), Stream.of(QUIT))
                .filter(signal -> !isIn(ignored, signal.equals(QUIT) ? INTERRUPT : signal))
                .forEach(signal -> received.put(signal, new AtomicInteger()));
        // A shell's & ignores both; that of SIGQUIT the JVM has overwritten.
        starter = starter(isIn(ignored, INTERRUPT) ? "--ignore-signal=QUIT" : "--default-signal=QUIT");
        witness = new SignalWitness(starter, received.keySet());
    }

    static SignalRelay install() {
        SignalRelay relay = new SignalRelay();
        relay.dumps = ThreadDumps.take(() -> relay.receive(QUIT));
        for (Signal signal : relay.received.keySet()) {
            handle(signal, relay::receive);
        }
        return relay;
    }

    /** A command that starts this command with no signal blocked. */
    private List<String> started(List<String> command) {
        // What has a = env takes for a variable.
        Stream<String> untouched =
                command.get(0).contains("=") ? Stream.of("sh", "-c", "exec \"$@\"", "sh") : Stream.empty();
        return Stream.of(starter.stream(), untouched, command.stream())
                .flatMap(part -> part)
                .toList();
    }

    /** Starts the child, to which standard output belongs alone. */
    synchronized Process start(List<String> command, ProcessBuilder builder) throws IOException {
        // What the whole group got before, the child did not.
        witness.forget();
        isStarted = true;
        Process started = ThreadDumps.start(dumps, builder.command(started(command)));
        child = started;
        handle(new Signal("CHLD"), signal -> stopAlong());
        early.forEach(signal -> witness.send(signal, started));
        early.clear();
        return started;
    }

    /** The child has ended. */
    synchronized void stop() {
        child = null;
        witness.close();
    }

    private void receive(Signal signal) {
        AtomicInteger unseen = received.get(signal);
        boolean isEarly = !isStarted;
        if (unseen != null) {
            unseen.incrementAndGet();
            if (signal.equals(CONTINUE)) {
                continuedAt = System.nanoTime();
            } else if (signal.equals(STOP)) {
                stoppedAt = System.nanoTime();
                awaitContinuation();
            }
            handOn(signal, unseen, isEarly);
        }
    }

    private synchronized void handOn(Signal signal, AtomicInteger unseen, boolean isEarly) {
        if (isEarly && child == null) {
            unseen.decrementAndGet();
            early.add(signal);
        } else if (child != null && unseen.get() > 0) {
            boolean hasWholeGroupGot = witness.hasGot(signal, unseen.getAndSet(0));
            boolean isObsolete = signal.equals(STOP) && !hasWholeGroupGot && isContinued();
            if (!hasWholeGroupGot && !isObsolete && child.isAlive()) {
                witness.send(signal, child);
            }
            stopsAlong = signal.equals(STOP) ? !isObsolete : stopsAlong && !signal.equals(CONTINUE);
            stopAlong();
        }
    }

    /** A JVM gives signals that come at once in any order: what was stopped and continued must not end up stopped. */
    private void awaitContinuation() {
        try {
            Thread.sleep(MILLIS_TO_BE_CONTINUED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isContinued() {
        return stoppedAt - continuedAt < NANOS_OUT_OF_ORDER;
    }

    private synchronized void stopAlong() {
        if (stopsAlong && child != null && SignalWitness.isStopped(child)) {
            stopsAlong = false;
            witness.stopAlong(child);
        }
    }

    private static void handle(Signal signal, sun.misc.SignalHandler handler) {
        try {
            Signal.handle(signal, handler);
        } catch (IllegalArgumentException e) {
            // The JVM keeps it for itself, or was told to leave it alone (-Xrs).
        }
    }

    private static Stream<Signal> known(String name) {
        try {
            return Stream.of(new Signal(name));
        } catch (IllegalArgumentException e) {
            // Not on this system.
            return Stream.empty();
        }
    }

    /** The signals that this process was started to ignore, as bits: so does the child, then. */
    private static long ignored() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean isIn(long signals, Signal signal) {
        return (signals >>> (signal.getNumber() - 1) & 1) != 0;
    }

    private static List<String> starter(String quit) {
        List<String> starter = List.of("env", quit, "--");
        List<String> probe = new ArrayList<>(starter);
        probe.add("true");
        try {
            int code = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return code == 0 ? starter : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
