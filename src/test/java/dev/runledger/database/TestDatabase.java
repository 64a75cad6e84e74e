package dev.runledger.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * The PostgreSQL that all tests of one JVM share: in a container where a container engine answers, the embedded one where
 * none does, or whichever the standard Spring variables name. {@code -Drunledger.test.database} forces a kind.
 *
 * <p>The tests work in databases of their own making, so that a server may be lent to them without fear.
 */
public record TestDatabase(String url, String username, String password) {

    private static final TestServer SERVER = TestServer.start();
    private static final TestDatabase SHARED = create();

    /** The database that all Spring contexts share. Each test owns its rows in it, nothing else. */
    public static TestDatabase shared() {
        return SHARED;
    }

    /** Creates an empty database that goes away with this JVM; an empty schema where the user may not create databases. */
    public static TestDatabase create() {
        String name = "runledger_test_" + UUID.randomUUID().toString().replace('-', '_');
        try (Connection connection = SERVER.connect()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + name);
                SERVER.beforeItStops("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
                return SERVER.database(name);
            } catch (SQLException e) {
                if (!"42501".equals(e.getSQLState())) {
                    throw e;
                }
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE SCHEMA " + name);
                SERVER.beforeItStops("DROP SCHEMA IF EXISTS " + name + " CASCADE");
                return SERVER.schema(name);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The test database server gives us no database", e);
        }
    }

    /** A connection outside of any pool. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, username, password);
    }
}
