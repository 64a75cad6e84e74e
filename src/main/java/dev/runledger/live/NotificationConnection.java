package dev.runledger.live;

import com.zaxxer.hikari.HikariDataSource;
import dev.runledger.ledger.ChangeLog;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of its own, beside the pool, that receives notifications of changed runs. */
final class NotificationConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NotificationConnection.class);

    static final String APPLICATION_NAME = "runledger live";

    private static final int ALIVE_SECONDS = 5;

    private final Connection connection;

    private NotificationConnection(Connection connection) {
        this.connection = connection;
    }

    /** A database may need no password, or have it in its URL. */
    private static void putIfKnown(Properties properties, String name, @Nullable String value) {
        if (value != null) {
            properties.put(name, value);
        }
    }

    /** Connects to where the pool connects to, and listens. */
    static NotificationConnection open(DataSource dataSource) throws SQLException {
        HikariDataSource pool = dataSource.unwrap(HikariDataSource.class);
        Properties properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        putIfKnown(properties, "user", pool.getCredentials().getUsername());
        putIfKnown(properties, "password", pool.getCredentials().getPassword());
        properties.put("ApplicationName", APPLICATION_NAME);
        properties.replaceAll((name, value) -> value.toString());
        Connection connection = DriverManager.getConnection(pool.getJdbcUrl(), properties);
        try (Statement listen = connection.createStatement()) {
            listen.execute(ChangeLog.LISTEN);
            return new NotificationConnection(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Waits for runs to change.
     *
     * @return their ids; empty if nothing changed for so long
     * @throws SQLException if the connection is lost, which is looked for when nothing changes
     */
    Set<UUID> await(int milliseconds) throws SQLException {
        PGNotification[] notifications = connection.unwrap(PGConnection.class).getNotifications(milliseconds);
        if (notifications.length == 0 && !connection.isValid(ALIVE_SECONDS)) {
            throw new SQLException("The connection for notifications is dead", "08006");
        }
        Set<UUID> ids = new LinkedHashSet<>();
        for (PGNotification notification : notifications) {
            ids.addAll(ChangeLog.idsIn(notification.getParameter()));
        }
        return ids;
    }

    /** Ends whoever waits, too. */
    @Override
    public void close() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("While leaving the connection for notifications", e);
        }
    }
}
