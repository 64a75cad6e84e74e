package dev.runledger.ledger;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Runs whose changes fail to be folded: they hold up nobody else's, are tried again alone, and set aside after the third failure.
 * Until they are folded or deleted they count nowhere.
 */
@Component
public class FoldFailures {

    /** Failures after which a run's changes are set aside. */
    public static final int TRIES = 3;

    /** A condition on {@code run}, a row of the ledger: it is not one of those that count nowhere. */
    public static final String NONE_OF_RUN = "run.id NOT IN (SELECT run_id FROM fold_failure)";

    private static final String ADD = """
            INSERT INTO fold_failure (run_id, failures, reason, last_seq)
            SELECT :run, 1, :reason, coalesce(max(seq), 0) FROM run_change WHERE run_id = :run
            ON CONFLICT (run_id) DO UPDATE
               SET failures = fold_failure.failures + 1, reason = excluded.reason, last_seq = excluded.last_seq
            RETURNING failures
            """;

    private static final String TO_RETRY = """
            SELECT run_id
              FROM fold_failure failure
             WHERE failures < :tries
                OR EXISTS (SELECT 1 FROM run_change change
                            WHERE change.run_id = failure.run_id AND change.seq > failure.last_seq)
             ORDER BY run_id
             LIMIT 100
            """;

    private final JdbcClient jdbc;

    FoldFailures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A run whose changes are set aside.
     *
     * @param reason what the database said when they were folded
     */
    public record SetAside(UUID runId, String reason, OffsetDateTime since) {}

    /** Notes a failure. Returns how many in a row that makes. */
    public int add(UUID run, String reason) {
        return jdbc.sql(ADD)
                .param("run", run)
                .param("reason", reason)
                .query(Integer.class)
                .single();
    }

    /** Has a run wait until it is changed, deleted, or all are {@linkplain #retryAll tried again}. */
    public void setAside(UUID run, String reason) {
        jdbc.sql("""
                INSERT INTO fold_failure (run_id, failures, reason, last_seq, set_aside_at)
                SELECT :run, :tries, :reason, coalesce(max(seq), 0), now() FROM run_change WHERE run_id = :run
                ON CONFLICT (run_id) DO UPDATE SET set_aside_at = now()
                """)
                .param("run", run)
                .param("tries", TRIES)
                .param("reason", reason)
                .update();
    }

    /** Runs to try again alone: those not yet set aside, and those changed or deleted since. */
    public List<UUID> toRetry() {
        return jdbc.sql(TO_RETRY).param("tries", TRIES).query(UUID.class).list();
    }

    /** Whether some have failed whose fate is not decided: rollups and runs cannot be compared until it is. */
    public boolean anyUndecided() {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM fold_failure WHERE set_aside_at IS NULL)")
                .query(Boolean.class)
                .single();
    }

    /** Lets the run's changes be folded again: they have been, if the transaction commits. */
    public void release(UUID run) {
        jdbc.sql("DELETE FROM fold_failure WHERE run_id = :run")
                .param("run", run)
                .update();
    }

    /** Has all that are set aside tried again, as another version of the server, or of the data, may fold them. */
    public void retryAll() {
        if (count() > 0) {
            jdbc.sql("UPDATE fold_failure SET failures = 0, set_aside_at = NULL")
                    .update();
        }
    }

    /** How many runs are set aside. */
    public long count() {
        return jdbc.sql("SELECT count(*) FROM fold_failure WHERE set_aside_at IS NOT NULL")
                .query(Long.class)
                .single();
    }

    /** The runs that are set aside, the longest first. */
    public List<SetAside> all() {
        return jdbc.sql("""
                SELECT run_id, reason, set_aside_at AS since
                  FROM fold_failure
                 WHERE set_aside_at IS NOT NULL
                 ORDER BY set_aside_at, run_id
                 LIMIT 1000
                """).query(SetAside.class).list();
    }
}
