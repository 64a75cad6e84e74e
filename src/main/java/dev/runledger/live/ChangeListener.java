package dev.runledger.live;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Receives the database's notifications of changed runs and has them published. When notifications may have been missed, or
 * the runs cannot be read, all subscriptions are interrupted; new ones are accepted as soon as a connection is back.
 *
 * <p>Being in the last phase, it stops before the web server waits for requests to end: subscriptions would not.
 */
@Component
class ChangeListener implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ChangeListener.class);

    private static final int QUIET_MILLIS = 10_000;
    private static final int MAX_READ_AT_ONCE = 100;
    private static final long MIN_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 5_000;

    private final DataSource dataSource;
    private final RunChanges changes;
    private volatile @Nullable Thread thread;
    private volatile @Nullable NotificationConnection connection;

    ChangeListener(DataSource dataSource, RunChanges changes) {
        this.dataSource = dataSource;
        this.changes = changes;
    }

    /** Returns with the connection made, if the database is there: what starts after this can be subscribed to. */
    @Override
    public void start() {
        Thread listening = new Thread(this::listen, "run-changes");
        listening.setDaemon(true);
        thread = listening;
        try {
            connect();
        } catch (SQLException e) {
            log.warn("Live changes cannot be published yet: {}", e.getMessage());
        }
        listening.start();
    }

    @Override
    public void stop() {
        Thread listening = thread;
        synchronized (this) {
            thread = null;
            changes.complete();
            disconnect();
        }
        if (listening != null) {
            listening.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void listen() {
        long pause = MIN_PAUSE_MILLIS;
        while (Thread.currentThread() == thread) {
            try {
                NotificationConnection open = connection;
                if (open == null) {
                    connect();
                    log.info("Live changes are published again");
                } else {
                    publish(open.await(QUIET_MILLIS));
                    pause = MIN_PAUSE_MILLIS;
                }
            } catch (SQLException | RuntimeException e) {
                if (Thread.currentThread() == thread) {
                    if (connection != null) {
                        log.warn("Live changes are interrupted: {}", e.toString());
                    }
                    interrupt();
                    pause = sleep(pause);
                }
            }
        }
    }

    private void publish(Set<UUID> ids) {
        List<UUID> all = new ArrayList<>(ids);
        for (int i = 0; i < all.size(); i += MAX_READ_AT_ONCE) {
            changes.publish(all.subList(i, Math.min(all.size(), i + MAX_READ_AT_ONCE)));
        }
    }

    private void connect() throws SQLException {
        NotificationConnection opened = NotificationConnection.open(dataSource);
        synchronized (this) {
            connection = opened;
            if (isRunning()) {
                changes.resume();
            } else {
                disconnect();
            }
        }
    }

    private synchronized void interrupt() {
        if (isRunning()) {
            changes.interrupt();
            disconnect();
        }
    }

    private void disconnect() {
        NotificationConnection open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    /** Sleeps, and says how long to sleep the next time. */
    private static long sleep(long milliseconds) {
        try {
            TimeUnit.MILLISECONDS.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Math.min(2 * milliseconds, MAX_PAUSE_MILLIS);
    }
}
