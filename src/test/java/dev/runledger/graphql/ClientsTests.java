package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * The client libraries that people use, with their defaults, in {@code src/test/clients}. Where Node is missing, as it may be
 * with {@code -DskipDashboards}, this says so and skips them, but fails in CI.
 */
@RunledgerTest
class ClientsTests {

    private static final Path SOURCES = Path.of("src", "test", "clients");
    private static final Path CLIENTS = Path.of("target", "clients");
    private static final long PATIENCE_SECONDS = 300;

    @LocalServerPort
    int port;

    private record Ended(int exitCode, String output) {}

    @ParameterizedTest
    @ValueSource(strings = {"urql", "apollo", "graphql-request", "graphql-ws", "graphql-sse", "audit"})
    void clientsOfGraphQlWorkWithTheirDefaults(String client) throws Exception {
        installClients();

        Ended ended = run("node", client + ".mjs");

        assertThat(ended.exitCode()).as(ended.output()).isZero();
    }

    @Test
    void theShippedComposeFileHoldsToItsSpecification() throws Exception {
        installClients();

        Ended ended = run(
                "node",
                "compose.mjs",
                Path.of("docs/deploy/compose.yaml").toAbsolutePath().toString());

        assertThat(ended.exitCode()).as(ended.output()).isZero();
    }

    @Test
    void pythonsRequestsMayCompressItsBodies() throws Exception {
        assumeInstalled("python3");

        Ended ended = run("python3", "requests_gzip.py");

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        System.out.println("Compressed bodies were sent by " + ended.output().strip());
    }

    @BeforeAll
    static void copySources() throws IOException {
        Files.createDirectories(CLIENTS);
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, CLIENTS.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Only if the lock file has changed since. */
    private void installClients() throws Exception {
        assumeInstalled("node");
        assumeInstalled("npm");
        Path lock = CLIENTS.resolve("package-lock.json");
        Path installed = CLIENTS.resolve("installed-package-lock.json");
        if (!Files.exists(installed) || Files.mismatch(lock, installed) >= 0) {
            Ended ended = run("npm", "ci", "--ignore-scripts");
            assertThat(ended.exitCode()).as(ended.output()).isZero();
            Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void assumeInstalled(String program) throws Exception {
        boolean isInstalled;
        try {
            isInstalled = run(program, "--version").exitCode() == 0;
        } catch (IOException e) {
            isInstalled = false;
        }
        if (!isInstalled && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(program + " is not installed");
        }
        if (!isInstalled) {
            System.out.println(program + " is not installed, so clients that need it are not tried");
        }
        assumeTrue(isInstalled, program + " is not installed");
    }

    private Ended run(String program, String... arguments) throws IOException, InterruptedException {
        boolean windows = FileSystems.getDefault().getSeparator().equals("\\");
        List<String> command = Stream.concat(
                        Stream.of(windows && program.equals("npm") ? "npm.cmd" : program), Stream.of(arguments))
                .toList();
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(CLIENTS.toFile()).redirectErrorStream(true);
        builder.environment().put("RUNLEDGER_URL", "http://localhost:" + port);
        builder.environment().put("RUNLEDGER_ANALYST_KEY", TestKeys.ANALYST);
        builder.environment().put("RUNLEDGER_REPORTER_KEY", TestKeys.REPORTER);
        Path output = Files.createTempFile(CLIENTS.toAbsolutePath(), program, ".out");
        Process process = builder.redirectOutput(output.toFile()).start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " does not end:\n" + Files.readString(output));
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        return new Ended(process.exitValue(), text);
    }
}
