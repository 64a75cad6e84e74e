package dev.runledger;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs that a test loads into the table past the ledger, as a test may and nobody else. */
public final class LoadedRuns {

    private LoadedRuns() {}

    /** Notes the runs of an environment as the ledger would have, so that they count in aggregates. */
    public static void note(JdbcClient jdbc, String environment) {
        note(jdbc, "environment", environment);
    }

    /** As {@link #note(JdbcClient, String)}, for the runs that have a value in another column. */
    public static void note(JdbcClient jdbc, String column, String value) {
        jdbc.sql("""
                INSERT INTO run_change (run_id, sign, run)
                SELECT id, 1, to_jsonb(run) FROM question_generation_runs run WHERE %s = :value
                """.formatted(column)).param("value", value).update();
    }
}
