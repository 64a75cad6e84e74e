package dev.runledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

class EmbeddedPostgresTests {

    @TempDir
    Path temporary;

    @Test
    void whatAnInterruptedFirstStartLeftIsReplaced() throws Exception {
        Path path = temporary.resolve("with blanks 'and quotes'");
        Files.createDirectories(path.resolve("postgres.unfinished/base"));
        Files.createDirectories(path.resolve("programs/unfinished/bin"));
        Files.createFile(path.resolve("programs/unfinished/bin/postgres"));

        try (DataDirectory data = DataDirectory.claim(path);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
        }
        assertThat(path.resolve("postgres.unfinished")).doesNotExist();
        assertThat(path.resolve("programs/unfinished")).doesNotExist();
    }

    @Test
    void itKeepsWhatItConfirmsAndItsDataToItself() throws Exception {
        try (DataDirectory data = DataDirectory.claim(temporary);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            assertThat(ask(postgres, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), EmbeddedPostgres.USER, "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    /** After a reboot, or in a fresh container, the number of the old server may belong to anybody. */
    @Test
    void aStrangerWithTheNumberOfAFormerServerIsLeftAlone() throws Exception {
        try (DataDirectory data = DataDirectory.claim(temporary)) {
            EmbeddedPostgres.start(data).close();
            Path pidFile = temporary.resolve("postgres/postmaster.pid");
            Files.writeString(pidFile, ProcessHandle.current().pid() + "\n" + temporary.resolve("postgres") + "\n");

            try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
                assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void aClusterOfAnotherVersionIsRefusedWithWhatToDoAndStaysAsItWas() throws Exception {
        try (DataDirectory data = DataDirectory.claim(temporary)) {
            EmbeddedPostgres.start(data).close();
            Files.writeString(temporary.resolve("postgres/PG_VERSION"), "17\n");

            assertThatThrownBy(() -> EmbeddedPostgres.start(data))
                    .isInstanceOf(FailureAnalyzedException.class)
                    .hasMessageContaining("initialized by PostgreSQL version 17")
                    .extracting(refusal ->
                            ((FailureAnalyzedException) refusal).analysis().getAction())
                    .asString()
                    .contains("Dump it with the Runledger that made it", "docs/operations.md");
            Files.writeString(temporary.resolve("postgres/PG_VERSION"), "18\n");
            EmbeddedPostgres.start(data).close();
        }
    }

    @Test
    void aDirectoryIsClaimedOnce() throws Exception {
        try (DataDirectory data = DataDirectory.claim(temporary)) {
            assertThatThrownBy(() -> DataDirectory.claim(temporary))
                    .isInstanceOf(FailureAnalyzedException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
                    .hasMessageContaining(data.path().toString());
        }
        DataDirectory.claim(temporary).close();
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> DataDirectory.claim(file))
                .isInstanceOf(FailureAnalyzedException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "Mac OS X,   aarch64, postgres-darwin-arm_64.txz",
        "Mac OS X,   x86_64,  postgres-darwin-x86_64.txz",
        "Windows 11, amd64,   postgres-windows-x86_64.txz"
    })
    void everyPlatformHasAnArchive(String os, String arch, String archive) {
        assertThat(PostgresArchive.archiveFor(os, arch)).isEqualTo(archive);
    }

    private static String ask(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), EmbeddedPostgres.USER, postgres.password());
                ResultSet answer = connection.createStatement().executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }
}
