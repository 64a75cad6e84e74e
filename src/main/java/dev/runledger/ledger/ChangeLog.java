package dev.runledger.ledger;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The changes of runs: noted by the statement that makes them, notified on every instance as soon as it has committed, and kept
 * until they are folded into rollups. Owns {@code run_change}, {@code run_notification} and the channel.
 */
@Component
public class ChangeLog {

    /** Has a connection receive {@linkplain #idsIn notifications} of changed runs. */
    public static final String LISTEN = "LISTEN run_changed";

    private static final int IDS_PER_NOTIFICATION = 100;

    private static final String FOLDABLE = "run_id NOT IN (SELECT run_id FROM fold_failure)";

    private static final String NOTIFY = """
            WITH sent AS (
                DELETE FROM run_notification RETURNING run_id
            ), numbered AS (
                SELECT run_id, row_number() OVER () / :ids AS notification FROM (SELECT DISTINCT run_id FROM sent) run
            )
            SELECT count(pg_notify('run_changed', ids))
              FROM (SELECT string_agg(run_id::text, ',') AS ids FROM numbered GROUP BY notification) notifications
            """;

    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher events;
    private boolean isSilent;

    ChangeLog(JdbcClient jdbc, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.events = events;
    }

    /**
     * Common table expressions for the statement that changes runs: they note the changes, and have their runs notified.
     *
     * @param changes a query for (run id, sign, run): -1 with the row as it was, before +1 with the row as it is, as JSON
     */
    static String noted(String changes) {
        return """
                change (run_id, sign, run) AS (
                    %s
                ), noted AS (
                    INSERT INTO run_change (run_id, sign, run) SELECT run_id, sign, run FROM change
                ), %s""".formatted(changes, notified("SELECT DISTINCT run_id FROM change"));
    }

    /** A common table expression that has runs notified of which nothing changed that rollups count. */
    static String notified(String ids) {
        return "notified AS (INSERT INTO run_notification (run_id) %s)".formatted(ids);
    }

    /**
     * What is left of the changes where they cancel each other out, for a FROM clause: a run's first one if it leaves, its last
     * one if it enters; without runs whose changes {@linkplain FoldFailures fail to be folded}. The columns are {@code seq},
     * {@code sign} and those of a run.
     *
     * @param condition on {@code seq}
     */
    public static String net(String condition) {
        return """
                (SELECT change.seq, change.sign, run.*
                   FROM (SELECT seq, sign, run,
                                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
                           FROM run_change
                          WHERE %s AND %s) change
                  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
                  WHERE change.seq = change.remaining)""".formatted(condition, FOLDABLE);
    }

    /**
     * As {@link #net}, with the changes that cancel each other out: while they waited, a run was there that no longer is. Only the
     * columns {@code seq}, {@code started_at} and {@code status}: nothing else of what cancels out is ever computed.
     */
    public static String starts(String condition) {
        return """
                (SELECT seq, CAST(run ->> 'started_at' AS timestamptz) AS started_at, run ->> 'status' AS status
                   FROM run_change
                  WHERE %s AND %s)""".formatted(condition, FOLDABLE);
    }

    /** The ids in a notification's payload; what is no id is left out. */
    public static List<UUID> idsIn(String payload) {
        List<UUID> ids = new ArrayList<>();
        for (String id : payload.split(",")) {
            try {
                ids.add(UUID.fromString(id));
            } catch (IllegalArgumentException e) {
                log.warn("Notified of a run whose id is none: {}", id);
            }
        }
        return ids;
    }

    /** Notifies every instance of what changed, whatever the rollups do. Any number of instances may do this at once. */
    @Scheduled(fixedDelayString = "PT0.05S", initialDelayString = "PT1S")
    void notifyListeners() {
        try {
            if (jdbc.sql("SELECT EXISTS (SELECT 1 FROM run_notification)")
                    .query(Boolean.class)
                    .single()) {
                jdbc.sql(NOTIFY)
                        .param("ids", IDS_PER_NOTIFICATION)
                        .query(Long.class)
                        .single();
                events.publishEvent(new RunsChanged());
            }
            isSilent = false;
        } catch (RuntimeException e) {
            if (!isSilent) {
                log.warn("Changed runs are not notified, which will be tried again: {}", e.toString());
            }
            isSilent = true;
        }
    }

    /** The last of the first changes to fold, up to so many; null if there are none. */
    public @Nullable Long last(int changes) {
        return jdbc.sql("SELECT max(seq) FROM (SELECT seq FROM run_change WHERE %s ORDER BY seq LIMIT :changes) first"
                        .formatted(FOLDABLE))
                .param("changes", changes)
                .query(Long.class)
                .optional()
                .orElse(null);
    }

    /** How many changes wait to be folded. */
    public int waiting() {
        return jdbc.sql("SELECT count(*) FROM run_change WHERE " + FOLDABLE)
                .query(Integer.class)
                .single();
    }

    /** The run of a change; null if the change is gone. */
    public @Nullable UUID run(long seq) {
        return jdbc.sql("SELECT run_id FROM run_change WHERE seq = :seq")
                .param("seq", seq)
                .query(UUID.class)
                .optional()
                .orElse(null);
    }

    /** The run's first change if it leaves what it was counted for; else null. */
    public @Nullable Long leaving(UUID run) {
        return jdbc.sql(
                        "SELECT seq FROM (SELECT seq, sign FROM run_change WHERE run_id = :run ORDER BY seq LIMIT 1) first"
                                + " WHERE sign < 0")
                .param("run", run)
                .query(Long.class)
                .optional()
                .orElse(null);
    }

    /** Forgets the changes up to the last one, which have been folded. Returns how many that were. */
    public int forget(long last) {
        return jdbc.sql("DELETE FROM run_change WHERE seq <= :last AND " + FOLDABLE)
                .param("last", last)
                .update();
    }

    /** Forgets one change. */
    public void forgetOnly(long seq) {
        jdbc.sql("DELETE FROM run_change WHERE seq = :seq").param("seq", seq).update();
    }

    /** Has recording wait till the end of the transaction. Comes first in it, so that it sees all changes. */
    public void lock() {
        jdbc.sql("LOCK TABLE run_change IN SHARE ROW EXCLUSIVE MODE").update();
    }

    /** Notes the runs that started in a period, {@code from} and {@code to}, as if they were all new. */
    public void add(Map<String, OffsetDateTime> period) {
        jdbc.sql("""
                INSERT INTO run_change (run_id, sign, run)
                SELECT id, 1, to_jsonb(run)
                  FROM question_generation_runs run
                 WHERE started_at >= :from AND started_at < :to AND %s
                """.formatted(FoldFailures.NONE_OF_RUN)).params(period).update();
    }

    /** Makes the tables small again, to the last page: whoever reads aggregates reads all of them. Sooner than autovacuum would. */
    public void vacuum() {
        jdbc.sql("VACUUM (INDEX_CLEANUP ON) run_change, run_notification").update();
    }
}
