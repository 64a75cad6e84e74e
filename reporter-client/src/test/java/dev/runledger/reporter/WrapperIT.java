package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.Ledger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code run --} is to the command within it: nothing. */
class WrapperIT {

    /** Writes down every signal; ends with TERM. */
    private static final String COUNTING = """
            for s in INT HUP USR1 USR2 ALRM; do trap "echo $s >> signals" $s; done
            trap 'echo TERM >> signals; exit 0' TERM
            touch ready
            while :; do sleep 0.05; done
            """;

    @TempDir
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
    @ValueSource(strings = {"INT", "HUP", "USR1", "USR2", "ALRM"})
    void aSignalToTheWrapperReachesTheCommandOnce(String signal) throws Exception {
        Process wrapper = process(List.of(), "run", "--", "sh", "-c", COUNTING).start();
        awaitReady();
        kill(signal, wrapper.pid());
        Await.until("the command has the signal", () -> !signals().isEmpty());
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isZero();
        assertThat(signals()).containsExactly(signal, "TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "HUP", "USR1", "USR2"})
    void aSignalToTheWholeGroupReachesTheCommandOnce(String signal) throws Exception {
        Process wrapper =
                process(List.of("setsid"), "run", "--", "sh", "-c", COUNTING).start();
        awaitReady();
        kill(signal, -wrapper.pid());
        kill("TERM", wrapper.pid());
        assertThat(wrapper.waitFor()).isZero();
        assertThat(signals()).containsExactly(signal, "TERM");
    }

    @Test
    void aTerminalsInterruptReachesTheCommandOnceThoughItsOutputIsRedirected() throws Exception {
        assumeThat(Path.of("/usr/bin/script")).exists();
        Files.writeString(folder.resolve("counting.sh"), COUNTING);
        String wrapper = String.join(" ", command("run", "--", "sh", "counting.sh")) + " > out 2> err";
        Process terminal =
                builder(List.of("script", "-qec", wrapper, "/dev/null")).start();
        awaitReady();
        terminal.getOutputStream().write(3);
        terminal.getOutputStream().flush();
        Await.until("the command has the interrupt", () -> !signals().isEmpty());
        long wrapped = terminal.descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow()
                .pid();
        kill("TERM", wrapped);
        terminal.waitFor();
        assertThat(signals()).containsExactly("INT", "TERM");
    }

    @Test
    void aQuitPrintsNothingIntoTheCommandsOutput() throws Exception {
        Process wrapper = process(List.of(), "run", "--", "sh", "-c", "echo before; " + COUNTING)
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

    private void awaitReady() throws Exception {
        Await.until("the command runs", () -> Files.exists(folder.resolve("ready")));
    }

    private List<String> signals() throws IOException {
        Path signals = folder.resolve("signals");
        return Files.exists(signals) ? Files.readAllLines(signals) : List.of();
    }

    private static void kill(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", "-s", signal, "--", Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
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
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("BACKEND_API_URL", ledger.uri().toString());
        builder.environment().put("BACKEND_SERVICE_KEY", Ledger.KEY);
        builder.environment().put("RUNLEDGER_SPOOL_DIR", folder.resolve("spool").toString());
        builder.environment().put("RUNLEDGER_EXIT_WAIT_SECONDS", "30");
        return builder;
    }
}
