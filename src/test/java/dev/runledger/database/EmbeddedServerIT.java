package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runledger.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the built server and its own PostgreSQL when either ends, by request or by force. */
class EmbeddedServerIT {

    @TempDir
    static Path directory;

    private static ServerCluster cluster;
    private static ServerProcess server;
    private static String firstOutput;

    /** A start takes seconds, so the tests share one server; whoever ends it starts it again. */
    @BeforeAll
    static void aServerWithDataIsRunning() throws Exception {
        cluster = new ServerCluster(directory.resolve("data"));
        server = ServerProcess.start(directory);
        firstOutput = server.output();
        cluster.execute("CREATE TABLE marker AS SELECT 'still here' AS text");
    }

    @AfterAll
    static void endServer() throws Exception {
        server.close();
        assertThat(cluster.postmaster()).isEmpty();
    }

    @Test
    void dataAndKeysSurviveARestartWhichDoesNotShowThemAgain() throws Exception {
        List<String> keys = keys();
        assertThat(firstOutput).contains(keys);

        assertThat(server.terminate()).isEqualTo(143);
        assertThat(cluster.postmasterPid()).isEmpty();

        server = ServerProcess.start(directory);
        assertAllIsThere();
        assertThat(keys()).isEqualTo(keys);
        assertThat(server.output()).contains("data/keys").doesNotContain(keys);
    }

    @Test
    void whoeverOpensTheAddressPrintedIsSignedInToRead() throws Exception {
        String analyst = keys().stream()
                .filter(key -> key.startsWith("rl_analyst_"))
                .findFirst()
                .orElseThrow();

        assertThat(firstOutput.lines())
                .anyMatch(line -> line.matches("Dashboards, signed in: http://localhost:\\d+/#key=" + analyst));
    }

    @Test
    void theServersOwnKeysAreForItsUserAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("data/keys"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aServerRecoversFromTheDeathOfItsPostgres() throws Exception {
        long before = cluster.killPostmaster();

        server.await("a new PostgreSQL", () -> cluster.postmaster().stream().anyMatch(it -> it.pid() != before));
        server.await("health", () -> server.get("/actuator/health", null) == 200);
        assertAllIsThere();
    }

    @Test
    void theNextStartRecoversFromTheDeathOfTheServer() throws Exception {
        server.kill();
        long orphan = cluster.postmaster().orElseThrow().pid();

        server = ServerProcess.start(directory);
        assertAllIsThere();
        assertThat(ProcessHandle.of(orphan)).isEmpty();
    }

    @Test
    void theNextStartRecoversFromTheDeathOfBoth() throws Exception {
        server.kill();
        cluster.killPostmaster();

        server = ServerProcess.start(directory);
        assertAllIsThere();
    }

    @Test
    void aSecondServerOnTheSameDirectoryRefusesInOneLine() throws Exception {
        try (ServerProcess second = ServerProcess.run(directory, List.of(), Map.of())) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertRefusedInOneLine(
                    second, "Another server (process " + server.pid() + ") is running on the data directory");
        }
        assertAllIsThere();
    }

    @Test
    void anotherDatabaseWithoutKeysIsRefusedInOneLine() throws Exception {
        Map<String, String> environment = Map.of("SPRING_DATASOURCE_URL", "jdbc:postgresql://localhost/runs");
        try (ServerProcess server = ServerProcess.run(directory, List.of(), environment)) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertRefusedInOneLine(server, "Set RUNLEDGER_KEYS_WRITER, RUNLEDGER_KEYS_REPORTER");
        }
    }

    @Test
    void theOperatorCanTakeMigrationsBack() throws Exception {
        server.terminate();

        try (ServerProcess undo = ServerProcess.run(directory, List.of(), Map.of(), "--runledger.database.undo-to=1")) {
            assertThat(undo.exitCode()).as(undo.output()).isZero();
            assertThat(undo.output()).contains("The database is at migration 1");
        }

        server = ServerProcess.start(directory);
        assertAllIsThere();
        assertThat(server.output()).contains("Migrating schema \"public\" to version \"2");
    }

    @Test
    void rootIsNotNeeded(@TempDir Path ofNobody) throws Exception {
        List<String> asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        assumeTrue("root".equals(System.getProperty("user.name")), "Tests run as a normal user prove it anyway");
        assumeTrue(succeeds(
                asNobody,
                "test",
                "-r",
                Path.of("target/runledger.jar").toAbsolutePath().toString()));
        assertThat(succeeds(List.of("chown", "65534:65534", ofNobody.toString())))
                .isTrue();

        try (ServerProcess nobodys = ServerProcess.run(ofNobody, asNobody, Map.of())) {
            nobodys.awaitStart();
            assertThat(nobodys.get("/actuator/health", null)).isEqualTo(200);
        }
    }

    private static void assertAllIsThere() throws SQLException, IOException {
        assertThat(server.get("/actuator/health", null)).isEqualTo(200);
        assertThat(cluster.ask("SELECT text FROM marker")).isEqualTo("still here");
    }

    private static void assertRefusedInOneLine(ServerProcess refused, String reason) {
        assertThat(refused.output().lines().filter(line -> line.contains(" ERROR ") || line.contains(" WARN ")))
                .singleElement()
                .asString()
                .contains(reason);
        assertThat(refused.output()).doesNotContain("Exception", "\tat ");
    }

    private static List<String> keys() throws IOException {
        return Files.readAllLines(directory.resolve("data/keys")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .toList();
    }

    private static boolean succeeds(List<String> prefix, String... command) throws Exception {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        return new ProcessBuilder(all).start().waitFor() == 0;
    }
}
