package dev.runledger.search;

import dev.runledger.ledger.Run;
import org.jspecify.annotations.Nullable;

/** An order of runs: by one value, runs without it last whichever way, ties by id the same way. */
public record RunOrder(Key key, Direction direction) {

    /** Newest first. */
    public static final RunOrder LATEST = new RunOrder(Key.STARTED_AT, Direction.DESC);

    /** What runs can be ordered by. */
    public enum Key {
        STARTED_AT("started_at", "timestamptz", false),
        DURATION("duration_seconds", "double precision", true),
        OVERALL_SUCCESS_RATE("overall_success_rate", "double precision", true),
        APPROVAL_RATE("approval_rate", "double precision", true),
        ARBITER_SCORE("avg_arbiter_score", "double precision", true),
        ERRORS("total_errors", "integer", false),
        COST("total_cost_usd", "double precision", true);

        private final String column;
        private final String sqlType;
        private final boolean nullable;

        Key(String column, String sqlType, boolean nullable) {
            this.column = column;
            this.sqlType = sqlType;
            this.nullable = nullable;
        }

        /** The column of the ledger, which is also what the REST contract sorts by. */
        public String column() {
            return column;
        }

        String sqlType() {
            return sqlType;
        }

        /** Whether runs without the value exist, which come last. */
        boolean isNullable() {
            return nullable;
        }

        /** The run's value, as text that PostgreSQL reads back to the same value; null if it has none. */
        @Nullable
        String valueOf(Run run) {
            Object value = switch (this) {
                case STARTED_AT -> run.getStartedAt();
                case DURATION -> run.getDurationSeconds();
                case OVERALL_SUCCESS_RATE -> run.getOverallSuccessRate();
                case APPROVAL_RATE -> run.getApprovalRate();
                case ARBITER_SCORE -> run.getAvgArbiterScore();
                case ERRORS -> run.getTotalErrors();
                case COST -> run.getTotalCostUsd();
            };
            return value == null ? null : value.toString();
        }
    }

    /** Which end comes first. */
    public enum Direction {
        ASC,
        DESC;

        Direction reversed() {
            return this == ASC ? DESC : ASC;
        }
    }
}
