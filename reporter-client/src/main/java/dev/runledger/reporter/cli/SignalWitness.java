package dev.runledger.reporter.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * A process of the same group that does nothing but note its signals: one that it got, from a terminal, say, every other process of
 * the group got too. A shell, because it can send signals as well, and has been started already when that is needed.
 */
final class SignalWitness implements AutoCloseable {

    /**
     * Its arguments are the signals to note, by number. A request a line, an answer each. It lives as long as its input. A read
     * that a signal interrupts reads nothing, as at the end; its exit code may be lost when two signals come at once.
     */
    private static final String SCRIPT = """
            for s in "$@"; do trap "noted=y; got_$s=\\$((\\${got_$s:-0} + 1))" $s; done
            is_stopped() {
                stat=
                read -r stat < /proc/$1/stat
                case ${stat##*) } in T*) return 0 ;; *) return 1 ;; esac
            }
            while :; do
                what=
                read -r what first second
                if [ -z "$what" ]; then
                    if [ -z "$noted" ]; then exit; fi
                    noted=
                    continue
                fi
                answer=done
                case $what in
                    forget) for s in "$@"; do eval "got_$s="; done ;;
                    got) eval "answer=\\${got_$first:-0}:\\${got_$second:-0}" ;;
                    send) kill -$first $second ;;
                    stop)
                        if is_stopped $second; then
                            kill -STOP $first
                            # The whole group may have been continued just before.
                            if ! is_stopped $second && is_stopped $first; then
                                got_18=$((${got_18:-0} + 1))
                                kill -CONT $first
                            fi
                        fi ;;
                esac
                echo $answer
            done
            """;

    private static final long NANOS_ON_ITS_WAY = 1_000_000_000;
    private static final long NANOS_TO_MERGE = 100_000_000;

    private final Map<Signal, Noted> noted = new HashMap<>();

    private final List<String> command;
    private @Nullable Process process;
    private @Nullable Writer requests;
    private @Nullable BufferedReader answers;

    /** @param starter what starts a command with no signal blocked */
    SignalWitness(List<String> starter, Collection<Signal> signals) {
        command = new ArrayList<>(starter);
        command.addAll(List.of("sh", "-c", SCRIPT, "sh"));
        signals.forEach(signal -> command.add(Integer.toString(signal.getNumber())));
        start();
    }

    /**
     * Whether the whole group got this signal since it was last asked.
     *
     * @param times how often this process saw it. What the witness noted more often is on its way here, unless it came here as one
     *     with another.
     */
    boolean hasGot(Signal signal, int times) {
        boolean isByItself = isStopped();
        if (isByItself) {
            // By SIGSTOP, and this process was continued by itself.
            run("kill -s CONT " + process.pid());
        }
        Signal opposite = opposite(signal);
        String answer = ask("got " + signal.getNumber() + (opposite == null ? "" : " " + opposite.getNumber()));
        String[] totals = answer == null ? new String[] {"0", "0"} : answer.split(":");
        Noted before = before(signal);
        int total = Integer.parseInt(totals[0]);
        int unseen = total - before.total + before.lead();
        int lead = opposite == null ? Math.max(0, unseen - times) : 0;
        boolean isMerged = unseen <= 0 && opposite == null && before.mayHaveMerged();
        noted.put(signal, new Noted(total, lead, unseen > 0, System.nanoTime()));
        boolean isCancelled = opposite != null && Integer.parseInt(totals[1]) > before(opposite).total;
        return (unseen > 0 || isMerged || isCancelled)
                && !(isByItself && signal.getName().equals("CONT"));
    }

    private Noted before(Signal signal) {
        return noted.getOrDefault(signal, new Noted(0, 0, false, 0));
    }

    /**
     * How often the witness had noted a signal in all.
     *
     * @param ahead how often more than this process had seen it
     * @param isGot whether it was one of the whole group
     */
    private record Noted(int total, int ahead, boolean isGot, long at) {
        /** Two that came before the witness ran are one to it, of which this process may have seen both. */
        boolean mayHaveMerged() {
            return isGot && System.nanoTime() - at < NANOS_TO_MERGE;
        }

        int lead() {
            return System.nanoTime() - at > NANOS_ON_ITS_WAY ? 0 : ahead;
        }
    }

    /** A later stop cancels what continues, and the other way round, before anybody has noted it. */
    private static @Nullable Signal opposite(Signal signal) {
        return switch (signal.getName()) {
            case "TSTP" -> new Signal("CONT");
            case "CONT" -> new Signal("TSTP");
            default -> null;
        };
    }

    /** What it got so far nobody else of the group got. */
    void forget() {
        ask("forget");
        noted.clear();
    }

    void send(Signal signal, Process to) {
        if (ask("send " + signal.getNumber() + " " + to.pid()) == null) {
            run("kill -s " + signal.getName() + " " + to.pid());
        }
    }

    /** Stops this process, unless the other goes on. Returns when this process goes on. */
    void stopAlong(Process with) {
        ask("stop " + ProcessHandle.current().pid() + " " + with.pid());
    }

    static boolean isStopped(@Nullable Process process) {
        if (process == null) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.startsWith("T", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private boolean isStopped() {
        return isStopped(process);
    }

    /** @return null if there is no witness, which may have been killed */
    private @Nullable String ask(String request) {
        String answer = askOnce(request);
        if (answer == null) {
            close();
            start();
            answer = askOnce(request);
        }
        return answer;
    }

    private @Nullable String askOnce(String request) {
        if (requests == null || answers == null) {
            return null;
        }
        try {
            requests.write(request + "\n");
            requests.flush();
            return answers.readLine();
        } catch (IOException e) {
            return null;
        }
    }

    private void start() {
        noted.clear();
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            requests = process.outputWriter();
            answers = process.inputReader();
        } catch (IOException e) {
            process = null;
            requests = null;
            answers = null;
        }
    }

    private static void run(String script) {
        try {
            new ProcessBuilder("sh", "-c", script)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            // Then there is no sh, and nobody who could send it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
