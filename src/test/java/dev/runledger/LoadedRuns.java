package dev.runledger;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Runs that a test loads into the table past the ledger, as a test may and nobody else. */
public final class LoadedRuns {

    private static final String COLUMNS = """
            SELECT string_agg(column_name, ', ')
              FROM information_schema.columns
             WHERE table_name = 'run_change' AND table_schema = current_schema() AND column_name NOT IN ('seq', 'sign')
            """;

    private LoadedRuns() {}

    /** Notes the ended runs of an environment as the ledger would have, so that they count in aggregates. */
    public static void note(JdbcClient jdbc, String environment) {
        note(jdbc, "environment", environment);
    }

    /** As {@link #note(JdbcClient, String)}, for the runs that have a value in another column. */
    public static void note(JdbcClient jdbc, String column, String value) {
        String columns = jdbc.sql(COLUMNS).query(String.class).single();
        jdbc.sql("""
                INSERT INTO run_change (sign, %1$s)
                SELECT 1, %1$s FROM question_generation_runs WHERE %2$s = :value AND status <> 'running'
                """.formatted(columns, column)).param("value", value).update();
    }
}
