package dev.runledger.rollup;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The months of UTC whose runs are not in the rollup as the formulas are now: all of them after an upgrade that came with other
 * formulas. They are read from the runs until they are built. While a newer version with other formulas runs on the same database, the
 * rollups are that one's: this one leaves them alone, and reads everything from the runs.
 */
@Component
class UnbuiltMonths {

    private static final String FORMULAS_CHANGED = """
            SELECT NOT EXISTS (SELECT 1 FROM rollup_formulas WHERE fingerprint = :fingerprint)""";

    /** Waits for whoever is writing to the rollups by other formulas. */
    private static final String REPLACE_FORMULAS = """
            WITH forgotten AS (DELETE FROM rollup_formulas WHERE fingerprint <> :fingerprint)
            INSERT INTO rollup_formulas (fingerprint) VALUES (:fingerprint) ON CONFLICT DO NOTHING
            """;

    private static final String HOLD = """
            SELECT true FROM rollup_formulas WHERE fingerprint = :fingerprint FOR KEY SHARE
            """;

    private static final String MARK_ALL = """
            INSERT INTO rollup_unbuilt (month)
            SELECT DISTINCT date_trunc('month', started_at, 'UTC') FROM question_generation_runs
            ON CONFLICT DO NOTHING
            """;

    private static final String FIND = "SELECT month FROM rollup_unbuilt ORDER BY month";

    private final JdbcClient jdbc;
    private final String fingerprint = fingerprint(Observations.all());
    private volatile boolean isOurs;
    private volatile List<Instant> months = List.of();

    UnbuiltMonths(JdbcClient jdbc, TransactionTemplate transaction, Flyway migrations) {
        this.jdbc = jdbc;
        if (formulasChanged() && !isOlderThanTheDatabase(migrations)) {
            transaction.executeWithoutResult(status -> {
                jdbc.sql(REPLACE_FORMULAS).param("fingerprint", fingerprint).update();
                jdbc.sql(MARK_ALL).update();
            });
        }
        refresh();
    }

    private boolean formulasChanged() {
        return jdbc.sql(FORMULAS_CHANGED)
                .param("fingerprint", fingerprint)
                .query(Boolean.class)
                .single();
    }

    private static boolean isOlderThanTheDatabase(Flyway migrations) {
        return Arrays.stream(migrations.info().all())
                .anyMatch(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS);
    }

    /** Whether the rollups are by the formulas of this version, as it was known last. */
    boolean isOurs() {
        return isOurs;
    }

    /** Whether they are, and stay so until the caller's transaction ends. */
    boolean hold() {
        return jdbc.sql(HOLD)
                .param("fingerprint", fingerprint)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /** In order. Another server may have built some of them by now. */
    List<Instant> months() {
        return months;
    }

    void refresh() {
        isOurs = !formulasChanged();
        months = find();
    }

    /** Forgets a month that is built, in the transaction that builds it. */
    void forget(OffsetDateTime month) {
        jdbc.sql("DELETE FROM rollup_unbuilt WHERE month = :month")
                .param("month", month)
                .update();
    }

    private List<Instant> find() {
        return jdbc.sql(FIND).query(OffsetDateTime.class).list().stream()
                .map(month -> month.withOffsetSameInstant(ZoneOffset.UTC).toInstant())
                .toList();
    }

    private static String fingerprint(String formulas) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(formulas.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
