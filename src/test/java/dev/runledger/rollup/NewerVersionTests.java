package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A newer version with other formulas runs on the same database. */
@RunledgerTest
class NewerVersionTests {

    private static final YearMonth MONTH = YearMonth.of(2011, 3);

    private static final String MIGRATION_OF_THE_NEWER = """
            INSERT INTO flyway_schema_history
                   (installed_rank, version, description, type, script, installed_by, execution_time, success)
            VALUES (9999, '9999', 'newer', 'SQL', 'V9999__newer.sql', current_user, 1, true)
            """;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    RunAnalytics analytics;

    @Autowired
    Rollups rollups;

    @Autowired
    RollupFolder folder;

    @Autowired
    UnbuiltMonths unbuilt;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transaction;

    @Autowired
    Flyway migrations;

    private final String environment = "n" + UUID.randomUUID().toString().substring(0, 18);
    private String own;

    @AfterEach
    void bringBackTheFormulas() {
        jdbc.sql("DELETE FROM flyway_schema_history WHERE version = '9999'").update();
        if (own != null) {
            jdbc.sql("UPDATE rollup_formulas SET fingerprint = :own")
                    .param("own", own)
                    .update();
            unbuilt.refresh();
        }
    }

    @Test
    void theOlderLeavesTheRollupsToItAndReadsFromTheRuns() {
        record();
        await().atMost(Duration.ofMinutes(1)).until(() -> changes() == 0);
        assertThat(finished()).isEqualTo(1);

        takeOver();
        // What the newer one's formulas come to means nothing to the older.
        jdbc.sql("""
                DELETE FROM rollup WHERE started_at >= CAST('2011-03-01T00:00Z' AS timestamptz) AND started_at < CAST('2011-04-01T00:00Z' AS timestamptz)
                """).update();
        record();

        assertThat(folder.fold(100)).isZero();
        assertThat(changes()).isEqualTo(1);
        assertThat(finished()).isEqualTo(2);
        assertThatThrownBy(() -> rollups.audit(MONTH)).hasMessageContaining("newer version");

        bringBackTheFormulas();
        rollups.audit(MONTH);
        assertThat(changes()).isZero();
        assertThat(finished()).isEqualTo(2);
    }

    @Test
    void theOlderStartsBesideItWithoutTakingTheRollupsAndTakesThemAlone() {
        takeOver();
        jdbc.sql(MIGRATION_OF_THE_NEWER).update();

        assertThat(new UnbuiltMonths(jdbc, transaction, migrations).isOurs()).isFalse();

        jdbc.sql("DELETE FROM flyway_schema_history WHERE version = '9999'").update();
        assertThat(new UnbuiltMonths(jdbc, transaction, migrations).isOurs()).isTrue();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            unbuilt.refresh();
            return unbuilt.months().isEmpty();
        });
    }

    private void takeOver() {
        own = jdbc.sql("SELECT fingerprint FROM rollup_formulas")
                .query(String.class)
                .single();
        jdbc.sql("UPDATE rollup_formulas SET fingerprint = 'of a newer version'")
                .update();
        unbuilt.refresh();
    }

    private void record() {
        ledger.record(
                reader.read(new JsonMapper()
                        .createObjectNode()
                        .put("id", UUID.randomUUID().toString())
                        .put("started_at", MONTH + "-05T05:05:05Z")
                        .put("status", "success")
                        .put("questions_requested", 5)
                        .put("environment", environment)),
                null);
    }

    private long finished() {
        return analytics
                .summary(RunFilter.during(null, null, List.of(), List.of(environment), null), MetricSelection.ALL)
                .finished();
    }

    private long changes() {
        return jdbc.sql("SELECT count(*) FROM run_change WHERE run->>'environment' = :environment")
                .param("environment", environment)
                .query(Long.class)
                .single();
    }
}
