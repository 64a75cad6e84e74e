package dev.runledger.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** The embedded PostgreSQL of a server in another process, seen from outside by its data directory. */
public record ServerCluster(Path data) {

    /** The number in postmaster.pid, whether or not such a process runs. */
    public Optional<Long> postmasterPid() throws IOException {
        Path file = data.resolve("postgres/postmaster.pid");
        return Files.exists(file)
                ? Optional.of(Long.valueOf(Files.readAllLines(file).get(0)))
                : Optional.empty();
    }

    public Optional<ProcessHandle> postmaster() {
        try {
            return postmasterPid().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive);
        } catch (IOException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /** As kill -9 does it; answers the number of the process that is no more. */
    public long killPostmaster() {
        ProcessHandle postmaster = postmaster().orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
        return postmaster.pid();
    }

    public void execute(String sql) throws SQLException, IOException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public String ask(String sql) throws SQLException, IOException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }

    private Connection connect() throws SQLException, IOException {
        List<String> lines = Files.readAllLines(data.resolve("postgres/postmaster.pid"));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%s/postgres".formatted(lines.get(3)),
                EmbeddedPostgres.USER,
                Files.readString(data.resolve("postgres-password")));
    }
}
