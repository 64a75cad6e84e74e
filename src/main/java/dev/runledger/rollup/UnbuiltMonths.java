package dev.runledger.rollup;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The months of UTC whose runs are not in the rollup as the formulas are now: all of them after an upgrade that came with other
 * formulas. They are read from the runs until they are built.
 */
@Component
class UnbuiltMonths {

    private static final String FORMULAS_CHANGED = """
            SELECT NOT EXISTS (SELECT 1 FROM rollup_formulas WHERE fingerprint = :fingerprint)""";

    private static final String REPLACE_FORMULAS = """
            WITH forgotten AS (DELETE FROM rollup_formulas WHERE fingerprint <> :fingerprint)
            INSERT INTO rollup_formulas (fingerprint) VALUES (:fingerprint) ON CONFLICT DO NOTHING
            """;

    private static final String MARK_ALL = """
            INSERT INTO rollup_unbuilt (month)
            SELECT DISTINCT date_trunc('month', started_at, 'UTC') FROM question_generation_runs
            ON CONFLICT DO NOTHING
            """;

    private static final String FIND = "SELECT month FROM rollup_unbuilt ORDER BY month";

    private final JdbcClient jdbc;
    private volatile List<Instant> months;

    UnbuiltMonths(JdbcClient jdbc) {
        this.jdbc = jdbc;
        String fingerprint = fingerprint(Observations.all());
        if (jdbc.sql(FORMULAS_CHANGED)
                .param("fingerprint", fingerprint)
                .query(Boolean.class)
                .single()) {
            jdbc.sql(MARK_ALL).update();
            jdbc.sql(REPLACE_FORMULAS).param("fingerprint", fingerprint).update();
        }
        months = find();
    }

    /** In order. Another server may have built some of them by now. */
    List<Instant> months() {
        return months;
    }

    void refresh() {
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
