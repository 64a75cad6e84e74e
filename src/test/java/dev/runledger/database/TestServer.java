package dev.runledger.database;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The PostgreSQL server behind the test databases: which it is, where it is, and what to do when it is no longer needed. */
final class TestServer {

    private static final String IMAGE = "postgres:18-alpine";
    private static final Path REPORT = Path.of("target", "test-database.txt");

    private enum Kind {
        AUTO,
        TESTCONTAINERS,
        EMBEDDED,
        EXTERNAL
    }

    private final TestDatabase entry;
    private final Deque<AutoCloseable> last = new ArrayDeque<>();

    private TestServer(TestDatabase entry, AutoCloseable stop) {
        this.entry = entry;
        this.last.push(stop);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    static TestServer start() {
        Kind kind = Kind.valueOf(
                System.getProperty("runledger.test.database", "auto").toUpperCase(Locale.ROOT));
        Optional<URI> engine =
                kind == Kind.AUTO || kind == Kind.TESTCONTAINERS ? ContainerEngine.find() : Optional.empty();
        TestServer server;
        String because;
        if (kind == Kind.EXTERNAL || kind == Kind.AUTO && System.getenv("SPRING_DATASOURCE_URL") != null) {
            server = external();
            because = "named by SPRING_DATASOURCE_URL";
        } else if (kind == Kind.TESTCONTAINERS) {
            server = container();
            because = "in a container of " + IMAGE + ", as asked";
        } else if (engine.isPresent()) {
            try {
                server = container();
                because = "in a container of " + IMAGE + " on " + engine.get();
            } catch (RuntimeException e) {
                // An engine without the image, and without a way to fetch it, is of no use.
                server = embedded();
                because = "embedded, as " + engine.get() + " has no container for us: " + e.getMessage();
            }
        } else {
            server = embedded();
            because = kind == Kind.EMBEDDED ? "embedded, as asked" : "embedded, as no container engine answers";
        }
        server.report(because);
        return server;
    }

    private static TestServer external() {
        String url = System.getenv("SPRING_DATASOURCE_URL");
        if (url == null) {
            throw new IllegalStateException("An external test database needs SPRING_DATASOURCE_URL");
        }
        String username = System.getenv().getOrDefault("SPRING_DATASOURCE_USERNAME", System.getProperty("user.name"));
        String password = System.getenv().getOrDefault("SPRING_DATASOURCE_PASSWORD", "");
        return new TestServer(new TestDatabase(url, username, password), () -> {});
    }

    private static TestServer container() {
        PostgreSQLContainer container = new PostgreSQLContainer(IMAGE);
        container.start();
        return new TestServer(
                new TestDatabase(container.getJdbcUrl(), container.getUsername(), container.getPassword()),
                container::stop);
    }

    private static TestServer embedded() {
        DataDirectory data = DataDirectory.claim(
                Path.of("target", "test-postgres-" + System.getProperty("runledger.test.fork", "1")));
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
        return new TestServer(new TestDatabase(postgres.jdbcUrl(), EmbeddedPostgres.USER, postgres.password()), () -> {
            postgres.close();
            data.close();
        });
    }

    /** Says on the screen and in target/test-database.txt which server the tests ran on. */
    private void report(String because) {
        try (Connection connection = connect()) {
            String line = "Tests run on PostgreSQL %s, %s"
                    .formatted(connection.getMetaData().getDatabaseProductVersion(), because);
            System.setProperty("runledger.test.database.used", line);
            System.out.println(line);
            Files.createDirectories(REPORT.getParent());
            Files.writeString(REPORT, line + System.lineSeparator());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("The test database server does not answer", e);
        }
    }

    Connection connect() throws SQLException {
        return entry.connect();
    }

    TestDatabase database(String name) {
        return at(entry.url().replaceFirst("(?<!/)/(?!/)[^?]*", "/" + name));
    }

    TestDatabase schema(String name) {
        return at(entry.url() + (entry.url().contains("?") ? "&" : "?") + "currentSchema=" + name);
    }

    private TestDatabase at(String url) {
        return new TestDatabase(url, entry.username(), entry.password());
    }

    void beforeItStops(String sql) {
        last.push(() -> {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        });
    }

    private void close() {
        for (AutoCloseable step : last) {
            try {
                step.close();
            } catch (Exception e) {
                System.err.println("While leaving the test database server: " + e);
            }
        }
    }
}
