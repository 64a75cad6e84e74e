package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirDeletionStrategy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The runnable jar, as a shell uses it. */
class CommandLineIT {

    @TempDir(deletionStrategy = TempDirDeletionStrategy.IgnoreFailures.class)
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
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "question-service, 3, partial_failure",
                "question-service-before-2026-03, 1, partial_failure",
                "question-service-before-2026-03, 3, failed",
                "plain, 3, failed",
                "\"0=success,75=partial\", 75, partial_failure"
            })
    void anExitCodeMeansWhatTheOptionSays(String mapping, int code, String status) throws Exception {
        assertThat(run("", "run", "--exit-codes", mapping, "--", "sh", "-c", "exit " + code)
                        .exitCode())
                .isEqualTo(code);
        assertThat(onlyRun().get("status").asString()).isEqualTo(status);
    }

    @Test
    void aMappingOfExitCodesThatCannotBeReadRunsNothing() throws Exception {
        Outcome outcome = run("", "run", "--exit-codes", "0=fine", "--", "echo", "out");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.output()).isEmpty();
        assertThat(outcome.errors()).contains("0=success,3=partial_failure");
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
    void aSummaryThatIsMissingIsAWarningAndNotASuccessWithZeros() throws Exception {
        Path summary = folder.resolve("summary.json");
        assertThat(run("", "run", "--questions", "50", "--summary", summary.toString(), "--", "true"))
                .isEqualTo(new Outcome(0, "", ""));
        assertThat(onlyRun().get("status").asString()).isEqualTo("success");
        assertThat(onlyRun().at("/warnings/0/type").asString()).isEqualTo("summary_missing");
        assertThat(onlyRun().at("/error_summary/by_category/summary_missing").intValue())
                .isEqualTo(1);
        assertThat(onlyRun().get("questions_requested").intValue()).isZero();
    }

    @Test
    void aCommandThatNobodyHasASummaryOfIsNoSuccessWithZeros() throws Exception {
        run("", "run", "--questions", "50", "--", "true");
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(50);
        assertThat(onlyRun().at("/warnings/0/type").asString()).isEqualTo("figures_unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"generation\": {\"requested\": 5", "[]", "{}", "{\"figures\": {\"generated\": 4}}", ""})
    void aSummaryThatIsBrokenIsAWarningToo(String content) throws Exception {
        Path summary = folder.resolve("summary.json");
        run("", "run", "--summary", summary.toString(), "--", "sh", "-c", "printf '" + content + "' > " + summary);
        assertThat(onlyRun().at("/warnings/0/type").asString()).isEqualTo("summary_unreadable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfifo", "mkdir"})
    void aSummaryThatIsNoFileIsAWarningToo(String make) throws Exception {
        String summary = folder.resolve("summary.json").toString();
        run("", "run", "--summary", summary, "--", make, summary);
        assertThat(onlyRun().at("/warnings/0/type").asString()).isEqualTo("summary_unreadable");
    }

    @Test
    void aSummaryOfAnySectionBringsItsFiguresThoughAMarkPrecedesIt() throws Exception {
        Path summary = folder.resolve("summary.json");
        String write = "printf '\\357\\273\\277{\"evaluation\": {\"evaluated\": 9}}' > " + summary;
        run("", "run", "--summary", summary.toString(), "--", "sh", "-c", write);
        assertThat(onlyRun().get("questions_evaluated").intValue()).isEqualTo(9);
    }

    @Test
    void aFailedRunWithoutASummaryKeepsWhatWasAskedOfIt() throws Exception {
        run("", "run", "--questions", "50", "--summary", folder.resolve("none").toString(), "--", "false");
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(50);
    }

    @Test
    void whatTheSummaryCallsZeroButTheStartKnowsCounts() throws Exception {
        Path summary = folder.resolve("summary.json");
        String json =
                "{\"generation\": {\"requested\": 0, \"generated\": 0, \"success_rate\": 0.0}, \"evaluation\": {\"evaluated\": 9},"
                        + " \"database\": {\"inserted\": 7}, \"overall\": {\"overall_success_rate\": 0.0}}";
        run(
                "",
                "run",
                "--questions",
                "50",
                "--summary",
                summary.toString(),
                "--",
                "sh",
                "-c",
                "echo '" + json + "' > " + summary);
        assertThat(onlyRun().get("questions_requested").intValue()).isEqualTo(50);
        assertThat(onlyRun().get("generation_success_rate").isNull()).isTrue();
        assertThat(onlyRun().get("overall_success_rate").isNull()).isTrue();
        assertThat(onlyRun().at("/warnings/0/type").asString()).isEqualTo("generation_not_recorded");
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
    void strictSaysSoWhenARunWasNotReported() throws Exception {
        assertThat(run("", "run", "--strict", "--", "true").exitCode()).isZero();
        assertThat(run("", "start", "--strict").exitCode()).isZero();
        assertThat(run("", "complete", "--strict", "--exit-code", "0").exitCode())
                .isZero();
        proxy.fail(Mode.ANSWER_401);
        assertThat(run("", "run", "--strict", "--", "true").exitCode()).isEqualTo(1);
        assertThat(run("", "run", "--strict", "--", "sh", "-c", "exit 9").exitCode())
                .isEqualTo(9);
        assertThat(run("", "start", "--strict").exitCode()).isEqualTo(1);
        assertThat(run("", "complete", "--strict", "--exit-code", "0").exitCode())
                .isEqualTo(1);
        proxy.fail(Mode.PASS);
        Files.writeString(folder.resolve("file"), "in the way");
        String nowhere = folder.resolve("file/spool").toString();
        assertThat(run("", "start", "--strict", "--spool", nowhere).exitCode()).isEqualTo(1);
        assertThat(run("", "flush", "--strict", "--spool", nowhere).exitCode()).isEqualTo(1);
        assertThat(run("", "status", "--strict", "--spool", nowhere).exitCode()).isEqualTo(1);
    }

    @Test
    void withADeadServerNothingSaysReported() throws Exception {
        proxy.fail(Mode.REFUSE);
        Outcome start = run("", "start");
        Outcome complete =
                run("", "complete", "--strict", "--id", start.output().strip(), "--exit-code", "0");
        for (Outcome outcome : List.of(start, complete)) {
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.errors()).contains("kept in", "will be delivered");
            assertThat(outcome.output() + outcome.errors()).doesNotContain("reported");
        }
        assertThat(UUID.fromString(start.output().strip())).isNotNull();
    }

    @Test
    void aReporterWithinTheCommandReportsTheSameRun() throws Exception {
        List<String> command =
                new ArrayList<>(List.of("run", "--environment", "production", "--questions", "50", "--"));
        command.addAll(pipeline("complete"));
        assertThat(run("", command.toArray(String[]::new)).exitCode()).isZero();

        JsonNode run = onlyRun();
        assertThat(run.get("questions_generated").intValue()).isEqualTo(48);
        assertThat(run.get("questions_requested").intValue()).isEqualTo(50);
        assertThat(run.get("environment").asString()).isEqualTo("production");
        assertThat(run.get("triggered_by").asString()).isEqualTo("pipeline");
        assertThat(ledger.posts()).as("two starts, one end").isEqualTo(3);
        assertThat(folder.resolve("spool/quarantine")).isEmptyDirectory();
        assertThat(folder.resolve("spool/open")).isEmptyDirectory();
    }

    @Test
    void ifTheReporterWithinDiesTheWrapperSaysHow() throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "--"));
        command.addAll(pipeline("die"));
        assertThat(run("", command.toArray(String[]::new)).exitCode()).isEqualTo(7);
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
        assertThat(onlyRun().get("exit_code").intValue()).isEqualTo(7);
    }

    @Test
    void aPipelineWhoseWrapperIsKilledIsNotTakenForDead() throws Exception {
        Path go = folder.resolve("go");
        List<String> command = new ArrayList<>(List.of("run", "--"));
        command.addAll(pipeline("wait"));
        command.add(go.toString());
        Process wrapper = process(command.toArray(String[]::new));
        Await.until("both have reported the start", () -> ledger.posts() == 2);
        List<ProcessHandle> within = wrapper.descendants().toList();
        wrapper.destroyForcibly().waitFor();

        run("", "start");
        Files.createFile(go);
        Await.until(
                "the pipeline has reported its end",
                () -> ledger.runs().values().stream()
                        .anyMatch(run -> run.path("questions_generated").asInt(0) == 48));
        assertThat(ledger.runs().values())
                .extracting(run -> run.get("status").asString())
                .doesNotContain("failed");
        Await.until("the pipeline has ended", () -> within.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void aSpoolThatIsRemovedMeanwhileLeavesTheEndToTheWrapper() throws Exception {
        Outcome outcome = run("", "run", "--", "sh", "-c", "mv $RUNLEDGER_SPOOL_DIR $RUNLEDGER_SPOOL_DIR.gone");
        assertThat(outcome.exitCode()).isZero();
        assertThat(onlyRun().get("status").asString()).isEqualTo("success");
    }

    @Test
    void onlyTheFirstRunWithinIsTheWrappers() throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "--"));
        command.addAll(pipeline("twice"));
        assertThat(run("", command.toArray(String[]::new)).exitCode()).isZero();
        assertThat(ledger.runs()).hasSize(2);
        assertThat(ledger.runs().values())
                .extracting(run -> run.get("questions_generated").intValue())
                .containsExactlyInAnyOrder(48, 20);
        assertThat(folder.resolve("spool/quarantine")).isEmptyDirectory();
    }

    @Test
    void theCommandStartsOnceItsOpenFileIsOnDisk() throws Exception {
        Outcome outcome =
                run("", "run", "--", "sh", "-c", "cat $RUNLEDGER_RUN_OPEN_FILE; echo; echo $RUNLEDGER_RUN_ID");
        String[] lines = outcome.output().split("\n");
        assertThat(Json.read(lines[0].getBytes()).get("run_id").asString()).isEqualTo(lines[1]);
        assertThat(Json.read(lines[0].getBytes()).get("liveness").asString()).isEqualTo("lock");
    }

    /** A pipeline that reports by itself. */
    static final class Pipeline {
        public static void main(String[] arguments) {
            Map<String, Object> summary = Map.of("generation", Map.of("generated", 48));
            try (RunReporter reporter = RunReporter.fromEnvironment()) {
                RunHandle run = reporter.start(0, RunContext.NONE.withTriggeredBy("pipeline"));
                while (arguments[0].equals("wait") && !Files.exists(Path.of(arguments[1]))) {
                    Thread.onSpinWait();
                }
                if (arguments[0].equals("die")) {
                    Runtime.getRuntime().halt(7);
                }
                run.complete(summary, 0);
                if (arguments[0].equals("twice")) {
                    reporter.report(Map.of("generation", Map.of("generated", 20)), 0, RunContext.NONE);
                }
            }
        }
    }

    private static List<String> pipeline(String argument) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Pipeline.class.getName(),
                argument);
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
