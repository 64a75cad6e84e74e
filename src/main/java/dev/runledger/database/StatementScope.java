package dev.runledger.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The statements of some work that may be cancelled as a whole, on whichever threads it is done. */
public final class StatementScope {

    private static final Logger LOG = LoggerFactory.getLogger(StatementScope.class);
    private static final ThreadLocal<@Nullable StatementScope> CURRENT = new ThreadLocal<>();

    private final Set<Connection> connections = new HashSet<>();
    private boolean cancelled;

    static @Nullable StatementScope current() {
        return CURRENT.get();
    }

    /** Does a part of the work on this thread. */
    public void run(Runnable work) {
        CURRENT.set(this);
        try {
            work.run();
        } finally {
            CURRENT.remove();
        }
    }

    /** @throws SQLException as a cancelled statement does, if the work was cancelled already */
    synchronized void opened(Connection connection) throws SQLException {
        if (cancelled) {
            throw new SQLException("The work was cancelled", "57014");
        }
        connections.add(connection);
    }

    /** Once this returns, nothing is cancelled on the connection any more, so that others may have it. */
    synchronized void closed(Connection connection) {
        connections.remove(connection);
    }

    /** Cancels what is running, and refuses connections from now on. */
    public synchronized void cancel() {
        cancelled = true;
        for (Connection connection : connections) {
            try {
                connection.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                LOG.debug("A statement goes on until its time-out", e);
            }
        }
    }
}
