package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.Foreground;
import dev.runledger.reporter.testing.Ledger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** The step of github-action/action.yml, run as a runner runs it. */
class GithubActionIT {

    @TempDir
    Path folder;

    private Ledger ledger;

    @BeforeEach
    void start() throws Exception {
        assumeThat(Path.of("/bin/bash")).exists();
        ledger = new Ledger();
    }

    @AfterEach
    void stop() {
        ledger.close();
    }

    @Test
    void aStepReportsItsCommandAndEndsAsItDoes() throws Exception {
        Process step =
                step(Map.of("RUN", "echo out\nexit 3", "EXIT_CODES", "question-service", "ENVIRONMENT", "production"));
        assertThat(new String(step.getInputStream().readAllBytes())).isEqualTo("out\n");
        assertThat(step.waitFor()).isEqualTo(3);
        assertThat(onlyRun().get("status").asString()).isEqualTo("partial_failure");
        assertThat(onlyRun().get("environment").asString()).isEqualTo("production");
        assertThat(onlyRun().get("triggered_by").asString()).isEqualTo("schedule");
    }

    @Test
    void aCommandFailsAtItsFirstFailingLineAsInAnyStep() throws Exception {
        assertThat(step(Map.of("RUN", "false | true\necho never")).waitFor()).isEqualTo(1);
        assertThat(onlyRun().get("status").asString()).isEqualTo("failed");
    }

    @Test
    void aStepThatIsCancelledEndsItsCommandAndIsReported() throws Exception {
        Path ready = folder.resolve("ready");
        Process step = step(Map.of("RUN", "trap 'exit 9' TERM; touch " + ready + "; while :; do sleep 0.05; done"));
        Await.until("the command runs", () -> Files.exists(ready));
        new ProcessBuilder("kill", "-s", "INT", Long.toString(step.pid()))
                .start()
                .waitFor();
        assertThat(step.waitFor()).isEqualTo(9);
        assertThat(onlyRun().get("exit_code").intValue()).isEqualTo(9);
    }

    @Test
    void aDeadServerIsAWarningAndNotAFailure() throws Exception {
        URI dead = ledger.uri();
        ledger.close();
        Process step = step(Map.of("RUN", "echo out", "URL", dead.toString(), "WAIT", "0"));
        assertThat(new String(step.getInputStream().readAllBytes())).contains("out\n", "::warning title=Runledger::");
        assertThat(step.waitFor()).isZero();
    }

    private ObjectNode onlyRun() {
        assertThat(ledger.runs()).hasSize(1);
        return ledger.runs().values().iterator().next();
    }

    private Process step(Map<String, String> inputs) throws Exception {
        Path action = action();
        Path script = Files.writeString(folder.resolve("step.sh"), script(Files.readString(action)));
        Map<String, String> all = new HashMap<>(Map.of(
                "URL", ledger.uri().toString(), "SERVICE_KEY", Ledger.KEY, "TRIGGERED_BY", "schedule", "WAIT", "30"));
        all.putAll(inputs);
        ProcessBuilder builder = new ProcessBuilder(
                        Foreground.of(List.of("bash", "--noprofile", "--norc", "-eo", "pipefail", script.toString())))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("GITHUB_ACTION_PATH", action.getParent().toString());
        builder.environment().put("RUNNER_TEMP", folder.toString());
        builder.environment().put("RUNLEDGER_EXIT_WAIT_SECONDS", "30");
        all.forEach((name, value) -> builder.environment().put("INPUT_" + name, value));
        return builder.start();
    }

    /** Found from target/test-classes: after shading, the working directory is not the project's. */
    private static Path action() throws Exception {
        Path classes = Path.of(GithubActionIT.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return classes.getParent().getParent().resolve("github-action/action.yml");
    }

    private static String script(String yaml) {
        int start = yaml.indexOf("      run: |\n") + "      run: |\n".length();
        return yaml.substring(start).replaceAll("(?m)^ {8}", "");
    }
}
