package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The runnable jar, as a shell uses it. */
class CommandLineIT {

    @TempDir
    Path folder;

    private Ledger ledger;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        ledger = new Ledger();
        proxy = new FaultProxy(ledger.uri());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        ledger.close();
    }

    @Test
    void runLeavesInputOutputErrorsAndExitCodeAsTheyAre() throws Exception {
        Outcome outcome = run("typed\n", "run", "--questions", "5", "--", "sh", "-c", "cat; echo oops >&2; exit 3");

        assertThat(outcome).isEqualTo(new Outcome(3, "typed\n", "oops\n"));
        assertThat(onlyRun().get("status").asString()).isEqualTo("partial_failure");
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(5);
    }

    @Test
    void aServerThatIsAwayChangesNothingOfThat() throws Exception {
        proxy.fail(Mode.REFUSE);
        assertThat(run("", "run", "--", "sh", "-c", "echo out; exit 7")).isEqualTo(new Outcome(7, "out\n", ""));
        assertThat(run("", "flush", "--wait", "0").output()).contains("waiting: 2");

        proxy.fail(Mode.PASS);
        assertThat(run("", "flush", "--strict"))
                .isEqualTo(new Outcome(0, "delivered: 2\nrefused: 0\nwaiting: 0\n", ""));
        assertThat(onlyRun().get("exit_code").intValue()).isEqualTo(7);
    }

    @Test
    void runReportsTheEndOfACommandThatIsKilled() throws Exception {
        assertThat(run("", "run", "--", "sh", "-c", "kill -9 $$").exitCode()).isEqualTo(137);
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
        assertThat(onlyRun().get("exit_code").intValue()).isEqualTo(137);
    }

    @Test
    void runHandsSignalsOnAndLetsTheCommandDecide() throws Exception {
        Path ready = folder.resolve("ready");
        Process process = process(
                "run", "--", "sh", "-c", "trap 'exit 42' TERM; touch " + ready + "; while :; do sleep 0.05; done");
        Await.until("the command runs", () -> Files.exists(ready));
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(42);
        assertThat(onlyRun().get("exit_code").intValue()).isEqualTo(42);
    }

    @Test
    void runReportsTheNumbersThatTheCommandWrites() throws Exception {
        Path summary = folder.resolve("summary.json");
        String json = "{\\\"generation\\\": {\\\"requested\\\": 50, \\\"generated\\\": 48}}";
        run("", "run", "--summary", summary.toString(), "--", "sh", "-c", "echo \"" + json + "\" > " + summary);
        assertThat(onlyRun().get("questions_generated").intValue()).isEqualTo(48);
    }

    @Test
    void aCommandThatCannotBeRunIs127AndAFailedRun() throws Exception {
        assertThat(run("", "run", "--", "/no/such/command").exitCode()).isEqualTo(127);
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
    }

    @Test
    void startPrintsTheIdThatCompleteEnds() throws Exception {
        UUID id = UUID.fromString(run("", "start", "--questions", "20", "--environment", "staging")
                .output()
                .strip());
        Outcome outcome = run(
                "{\"generation\": {\"generated\": 12}}",
                "complete",
                "--id",
                id.toString(),
                "--exit-code",
                "0",
                "--summary",
                "-");
        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        assertThat(ledger.runs()).containsOnlyKeys(id);
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(20);
        assertThat(onlyRun().get("questions_generated").intValue()).isEqualTo(12);
        assertThat(onlyRun().get("environment").asString()).isEqualTo("staging");
    }

    @Test
    void theExitCodeIsZeroUnlessStrictAsksForTheTruth() throws Exception {
        proxy.fail(Mode.ANSWER_401);
        run("", "complete", "--exit-code", "0");
        assertThat(run("", "status").exitCode()).isZero();
        Outcome strict = run("", "status", "--strict");
        assertThat(strict.exitCode()).isEqualTo(1);
        assertThat(strict.output()).contains("quarantine: 1", "401 \"Invalid service API key\"");
        assertThat(run("", "no-such-command").exitCode()).isZero();
        assertThat(run("", "run", "--no-such-option", "--", "true").exitCode()).isEqualTo(2);

        proxy.fail(Mode.PASS);
        assertThat(run("", "flush", "--retry-quarantine", "--strict").exitCode())
                .isZero();
        assertThat(ledger.runs()).hasSize(1);
    }

    @Test
    void aRepeatedImportAddsNothing() throws Exception {
        String[] files = {
            "import",
            "--environment",
            "production",
            history("service.log"),
            history("success_runs.jsonl"),
            history("heartbeat.json")
        };
        assertThat(run("", files).output()).isEqualTo("imported: 60\nalready there: 0\nskipped: 0\n");
        run("", files);
        assertThat(ledger.runs()).hasSize(60);
    }

    private static String history(String file) {
        return Path.of("src/test/resources/history", file).toString();
    }

    private JsonNode onlyRun() {
        assertThat(ledger.runs()).hasSize(1);
        return ledger.runs().values().iterator().next();
    }

    private record Outcome(int exitCode, String output, String errors) {}

    private Outcome run(String input, String... arguments) throws Exception {
        Process process = process(arguments);
        try (var stdin = process.outputWriter()) {
            stdin.write(input);
        } catch (IOException e) {
            // The command has ended without reading it.
        }
        String output = new String(process.getInputStream().readAllBytes());
        String errors = new String(process.getErrorStream().readAllBytes());
        return new Outcome(process.waitFor(), output, errors);
    }

    private Process process(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                System.getProperty("runledger.reporter.jar")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("BACKEND_API_URL", proxy.uri().toString());
        builder.environment().put("BACKEND_SERVICE_KEY", Ledger.KEY);
        builder.environment().put("RUNLEDGER_SPOOL_DIR", folder.resolve("spool").toString());
        builder.environment().put("RUNLEDGER_EXIT_WAIT_SECONDS", "30");
        return builder.start();
    }
}
