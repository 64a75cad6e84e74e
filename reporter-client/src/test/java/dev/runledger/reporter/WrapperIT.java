package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.Foreground;
import dev.runledger.reporter.testing.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirDeletionStrategy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code run --} is to the command within it: nothing. */
class WrapperIT {

    /**
     * Writes down every signal; ends with TERM. A shell's {@code read} would sleep through a signal that comes just before it: this
     * looks again every 10 ms.
     */
    private static final String COUNTING = """
            use POSIX;
            sub note { open(my $notes, ">>", "signals"); print $notes "$_[0]\\n"; close($notes); }
            for my $signal (qw(INT QUIT HUP USR1 USR2 ALRM TSTP CONT WINCH ABRT IO)) {
                $SIG{$signal} = sub { note($signal) };
            }
            my $ended;
            $SIG{TERM} = sub { $ended = 1 };
            open(my $terminal, ">", "terminal"); print $terminal POSIX::ttyname(0) // ""; close($terminal);
            open(my $ready, ">", "ready"); close($ready);
            until ($ended) { select(undef, undef, undef, .01) }
            note("TERM");
            """;

    private static final int CTRL_C = 3;
    private static final int CTRL_BACKSLASH = 28;

    /** In a process group of its own, whose parent is in another, so that terminals' stops stop it. */
    private static final List<String> IN_A_GROUP = List.of("perl", "-e", "setpgrp(0, 0); exec @ARGV");

    @TempDir(deletionStrategy = TempDirDeletionStrategy.IgnoreFailures.class)
    Path folder;

    private Ledger ledger;

    @BeforeEach
    void start() throws Exception {
        ledger = new Ledger();
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "QUIT", "HUP", "USR1", "USR2", "ALRM", "TSTP", "CONT", "WINCH", "ABRT", "IO"})
    void aSignalToTheWrapperReachesTheCommandOnce(String signal) throws Exception {
        Process wrapper =
                process(List.of(), "run", "--", "perl", "-e", COUNTING).start();
        awaitReady();
        kill(signal, wrapper.pid());
        Await.until("the command has the signal", () -> !signals().isEmpty());
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isZero();
        assertThat(signals()).containsExactly(signal, "TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "QUIT", "HUP", "USR1", "USR2", "TSTP", "CONT", "WINCH", "ABRT", "IO"})
    void aSignalToTheWholeGroupReachesTheCommandOnce(String signal) throws Exception {
        Process wrapper =
                process(List.of("setsid"), "run", "--", "perl", "-e", COUNTING).start();
        awaitReady();
        kill(signal, -wrapper.pid());
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isZero();
        assertThat(signals()).containsExactly(signal, "TERM");
    }

    @Test
    void signalsToTheWholeGroupInQuickSuccessionReachTheCommandOnceEach() throws Exception {
        Process wrapper =
                process(List.of("setsid"), "run", "--", "perl", "-e", COUNTING).start();
        awaitReady();
        for (int sent = 1; sent <= 200; sent++) {
            int expected = sent;
            kill("USR1", -wrapper.pid());
            Await.until("the command has signal " + sent, () -> signals().size() >= expected);
        }
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isZero();
        assertThat(signals()).hasSize(201).endsWith("USR1", "TERM");
    }

    @Test
    void whatATerminalSendsReachesTheCommandOnceThoughItsOutputIsRedirected() throws Exception {
        List<Integer> keys = List.of(CTRL_C, CTRL_BACKSLASH, CTRL_C);
        Process byItself = terminal(counting(List.of()));
        boolean isHeard = press(keys, byItself);
        endInTerminal(byItself, "perl");
        assumeThat(isHeard).as("a terminal turns keys into signals").isTrue();
        assumeThat(signals()).containsExactly("INT", "QUIT", "INT", "TERM");
        forgetTheFirst();

        Process terminal = terminal(counting(command("run", "--")) + " > out 2> err");
        assertThat(press(keys, terminal)).isTrue();
        endInTerminal(terminal, "java");
        assertThat(signals()).containsExactly("INT", "QUIT", "INT", "TERM");
        assertThat(Files.readString(folder.resolve("out"))).isEmpty();
    }

    @Test
    void aTerminalsNewSizeReachesTheCommandOnce() throws Exception {
        Process byItself = terminal(counting(List.of()));
        resize();
        endInTerminal(byItself, "perl");
        assumeThat(signals()).as("where terminals tell their size").containsExactly("WINCH", "TERM");
        forgetTheFirst();

        Process terminal = terminal(counting(command("run", "--")));
        resize();
        Await.until("the command has the new size", () -> !signals().isEmpty());
        endInTerminal(terminal, "java");
        assertThat(signals()).containsExactly("WINCH", "TERM");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatStopsAndContinuesTheWrapperOrItsGroupDoesSoWithTheCommand(boolean toTheGroup) throws Exception {
        Process wrapper = process(IN_A_GROUP, "run", "--", "sh", "-c", "echo $$ > ready; exec sleep 60")
                .start();
        long command = startedCommand();
        long target = toTheGroup ? -wrapper.pid() : wrapper.pid();
        kill("TSTP", target);
        Await.until("both are stopped", () -> isStopped(command) && isStopped(wrapper.pid()));
        kill("CONT", target);
        Await.until("both go on", () -> !isStopped(command) && !isStopped(wrapper.pid()));
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isEqualTo(143);
    }

    @Test
    void aWrapperThatIsContinuedByItselfContinuesTheCommand() throws Exception {
        Process wrapper = process(IN_A_GROUP, "run", "--", "sh", "-c", "echo $$ > ready; exec sleep 60")
                .start();
        long command = startedCommand();
        kill("STOP", -wrapper.pid());
        Await.until("both are stopped", () -> isStopped(command) && isStopped(wrapper.pid()));
        kill("CONT", wrapper.pid());
        Await.until("both go on", () -> !isStopped(command) && !isStopped(wrapper.pid()));
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isEqualTo(143);
    }

    @ParameterizedTest
    @CsvSource({"QUIT, false, 131", "QUIT, true, 131", "INT, false, 130", "INT, true, 130", "USR2, true, 140"})
    void aSignalThatIsThereBeforeTheCommandReachesIt(String signal, boolean toTheGroup, int code) throws Exception {
        Process wrapper = process(List.of("setsid"), "run", "--", "sleep", "60").start();
        Await.until("the wrapper takes signals", () -> catches(10, wrapper.pid()));
        kill(signal, toTheGroup ? -wrapper.pid() : wrapper.pid());
        assertThat(new String(wrapper.getInputStream().readAllBytes())).isEmpty();
        assertThat(wrapper.waitFor()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "USR1", "INT", "QUIT"})
    void aSignalThatWasIgnoredStaysIgnored(String signal) throws Exception {
        List<String> ignoring = List.of("sh", "-c", "trap '' HUP USR1 INT QUIT; exec \"$@\"", "sh");
        // Until the wrapper has given its output away, a thread dump still goes there.
        String command = "while [ /proc/$PPID/fd/1 -ef /proc/$$/fd/1 ]; do :; done; kill -s $0 $$ $PPID; echo alive";
        Process wrapper =
                process(ignoring, "run", "--", "sh", "-c", command, signal).start();
        assertThat(new String(wrapper.getInputStream().readAllBytes())).isEqualTo("alive\n");
        assertThat(wrapper.waitFor()).isZero();
    }

    @Test
    void aQuitPrintsNothingIntoTheCommandsOutput() throws Exception {
        Process wrapper = process(List.of(), "run", "--", "perl", "-e", "$| = 1; print qq(before\\n);" + COUNTING)
                .start();
        awaitReady();
        kill("QUIT", wrapper.pid());
        kill("USR1", wrapper.pid());
        Await.until("the command has the next signal", () -> !signals().isEmpty());
        kill("TERM", wrapper.pid());
        assertThat(new String(wrapper.getInputStream().readAllBytes())).isEqualTo("before\n");
        assertThat(wrapper.waitFor()).isZero();
    }

    @Test
    void lettersBeyondAsciiAreKeptInTheCLocale() throws Exception {
        Path out = folder.resolve("out");
        ProcessBuilder builder = process(
                List.of(),
                "run",
                "--environment",
                "prüfung",
                "--",
                "sh",
                "-c",
                "printf '%s|' \"$0\" \"$@\"",
                "käse",
                "a b",
                "'q'",
                "日本\n",
                "");
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
        builder.environment().put("LC_ALL", "C");
        assertThat(builder.redirectOutput(out.toFile()).start().waitFor()).isZero();
        assertThat(Files.readString(out, StandardCharsets.UTF_8)).isEqualTo("käse|a b|'q'|日本\n||");
        assertThat(ledger.runs().values().iterator().next().get("environment").asString())
                .isEqualTo("prüfung");
    }

    /** @return whether each key became a signal of the command */
    private boolean press(List<Integer> keys, Process terminal) throws Exception {
        for (int pressed = 1; pressed <= keys.size(); pressed++) {
            int expected = pressed;
            terminal.getOutputStream().write(keys.get(pressed - 1));
            terminal.getOutputStream().flush();
            try {
                Await.until("the command has signal " + pressed, () -> signals().size() >= expected);
            } catch (AssertionError e) {
                return false;
            }
        }
        return true;
    }

    private void endInTerminal(Process terminal, String program) throws Exception {
        kill("TERM", within(terminal, program));
        terminal.waitFor();
    }

    private void forgetTheFirst() throws IOException {
        Files.delete(folder.resolve("signals"));
        Files.delete(folder.resolve("ready"));
    }

    private void resize() throws Exception {
        shell("stty cols 101 < $0", Files.readString(folder.resolve("terminal")).strip());
    }

    /** Starts a command line in a terminal, and waits until what counts signals runs in it. */
    private Process terminal(String commandLine) throws Exception {
        assumeThat(System.getenv("CI"))
                .as("a person's terminal: a sandbox of continuous integration sends only some of its signals")
                .isNull();
        assumeThat(Path.of("/usr/bin/script")).exists();
        Files.writeString(folder.resolve("counting.pl"), COUNTING);
        Process terminal = builder(List.of("script", "-qec", commandLine, "/dev/null"))
                .redirectErrorStream(true)
                .start();
        awaitReady();
        return terminal;
    }

    private static String counting(List<String> prefix) {
        return String.join(" ", prefix) + " perl counting.pl";
    }

    private static long within(Process terminal, String program) {
        return terminal.descendants()
                .filter(process -> process.info().command().orElse("").endsWith(program))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    private long startedCommand() throws Exception {
        Path ready = folder.resolve("ready");
        Await.until("the command runs", () -> Files.exists(ready) && Files.size(ready) > 1);
        return Long.parseLong(Files.readString(ready).strip());
    }

    private static boolean isStopped(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.startsWith("T", stat.lastIndexOf(')') + 2);
    }

    private static boolean catches(int signal, long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) >>> (signal - 1) & 1) == 1);
    }

    private void awaitReady() throws Exception {
        Await.until("the command runs", () -> Files.exists(folder.resolve("ready")));
    }

    private List<String> signals() throws IOException {
        Path signals = folder.resolve("signals");
        return Files.exists(signals) ? Files.readAllLines(signals) : List.of();
    }

    private static void kill(String signal, long pid) throws Exception {
        shell("kill -s $0 -- $1", signal, pid);
    }

    private static void shell(String script, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private ProcessBuilder process(List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(command(arguments));
        return builder(command);
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("runledger.reporter.jar")));
        command.addAll(List.of(arguments));
        return command;
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(Foreground.of(command)).directory(folder.toFile());
        builder.environment().put("BACKEND_API_URL", ledger.uri().toString());
        builder.environment().put("BACKEND_SERVICE_KEY", Ledger.KEY);
        builder.environment().put("RUNLEDGER_SPOOL_DIR", folder.resolve("spool").toString());
        builder.environment().put("RUNLEDGER_EXIT_WAIT_SECONDS", "30");
        return builder;
    }
}
