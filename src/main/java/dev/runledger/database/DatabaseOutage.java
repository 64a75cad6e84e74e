package dev.runledger.database;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Distinguishes an unavailable database, which is worth another try, from an error in a statement. */
public final class DatabaseOutage {

    /**
     * Connection lost or refused; server stopping, starting or crashed; out of disk, memory or connections; read-only, as
     * a standby is until it takes over.
     */
    private static final List<String> STATES = List.of("08", "57P", "53", "25006");

    private DatabaseOutage() {}

    /** Whether the failure came of the database being away, wherever in the chain of causes that is said. */
    public static boolean isBehind(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && saysSo(sql)) {
                return true;
            }
        }
        return false;
    }

    private static boolean saysSo(SQLException fault) {
        @Nullable String state = fault.getSQLState();
        // The pool gives no state when it has no connection, or when a transaction uses one that broke before.
        return fault instanceof SQLTransientConnectionException
                || (state == null
                        ? "Connection is closed".equals(fault.getMessage())
                        : STATES.stream().anyMatch(state::startsWith));
    }
}
