package dev.runledger.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.RunledgerApplication;
import dev.runledger.TestKeys;
import dev.runledger.database.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;

/** The commands, each with an application of its own on one database, and a server that starts on it. */
@ExtendWith(OutputCaptureExtension.class)
class AlertsCommandTests {

    private static final String RULES = "rules: [{name: Failed, kind: FAILED}]\n";

    @TempDir
    Path directory;

    private final TestDatabase database = TestDatabase.create();

    /** An export says nothing but the file, for as long as the JVM runs. */
    @AfterEach
    void logAgain() {
        System.clearProperty("CONSOLE_LOG_THRESHOLD");
        LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
        logging.cleanUp();
        logging.beforeInitialize();
        logging.initialize(new LoggingInitializationContext(new StandardEnvironment()), null, null);
    }

    @Test
    void aFileIsPlannedAppliedAndExported(CapturedOutput output) throws Exception {
        Path file = Files.writeString(directory.resolve("alerts.yaml"), RULES);

        assertThat(run("plan", file)).isEqualTo(1);
        assertThat(output.getOut()).contains("create rule Failed", "1 change(s) would be made.");
        assertThat(run("apply", file)).isZero();
        assertThat(run("apply", file)).isZero();
        assertThat(output.getOut()).contains("0 change(s) made.");
        assertThat(run("plan", file)).isZero();

        int before = output.getOut().length();
        assertThat(run("export", null)).isZero();
        assertThat(output.getOut().substring(before)).startsWith("rules:").contains("name: Failed");

        Files.writeString(file, "rules: [{name: Failed, kind: RATE}]");
        assertThat(run("plan", file)).isEqualTo(2);
        assertThat(output.getErr()).contains("rules[0] (Failed): metric is missing");
        assertThat(run("undo", file)).isEqualTo(2);
    }

    @Test
    void aServerAppliesTheFileThatItIsConfiguredWithAndDoesNotStartOnAFaultyOne(CapturedOutput output)
            throws Exception {
        Path file = Files.writeString(directory.resolve("alerts.yaml"), RULES);
        String[] arguments = arguments(
                "--runledger.alerts.file=" + file, "--server.port=0", "--runledger.keys.admin=" + TestKeys.ADMIN);

        SpringApplication.run(RunledgerApplication.class, arguments).close();

        assertThat(output.getOut()).contains("is applied, 1 change(s)");
        assertThat(run("plan", file)).isZero();
        Files.writeString(file, "rules: [{name: Failed}]");
        assertThatThrownBy(() -> SpringApplication.run(RunledgerApplication.class, arguments))
                .hasStackTraceContaining("rules[0] (Failed): metric is missing");
    }

    private int run(String command, Path file) {
        return AlertsCommand.run(
                RunledgerApplication.class,
                arguments(
                        "--runledger.alerts=" + command,
                        "--runledger.alerts.file=" + (file == null ? "" : file.toString())));
    }

    private String[] arguments(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=4",
                "--runledger.data-dir=" + directory));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
