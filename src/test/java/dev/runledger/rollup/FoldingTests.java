package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.FoldFailures;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes that cannot be folded: here, of a number that no column takes. */
@RunledgerTest
class FoldingTests {

    private static final YearMonth MONTH = YearMonth.of(2012, 4);

    @Autowired
    RunLedger ledger;

    @Autowired
    DeletedRuns deletedRuns;

    @Autowired
    ReportReader reader;

    @Autowired
    FoldFailures failures;

    @Autowired
    RunAnalytics analytics;

    @Autowired
    Rollups rollups;

    @Autowired
    JdbcClient jdbc;

    private final JsonMapper json = new JsonMapper();
    private final String environment = "f" + UUID.randomUUID().toString().substring(0, 18);
    private final RunFilter ours = RunFilter.during(null, null, List.of(), List.of(environment), null);

    @AfterEach
    void deleteRuns() {
        jdbc.sql("SELECT id FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .query(UUID.class)
                .list()
                .forEach(id -> deletedRuns.delete(id, null));
        await().atMost(Duration.ofMinutes(1)).until(() -> changes() == 0);
    }

    @Test
    void aChangeThatCannotBeFoldedIsSetAsideAndEverythingElseIsFolded() {
        UUID poisonous = UUID.randomUUID();
        for (int i = 0; i < 20; i++) {
            record(UUID.randomUUID(), "success");
            if (i == 10) {
                record(poisonous, "running");
                awaitFolded(poisonous);
                poison(poisonous);
            }
        }

        awaitSetAside(poisonous);
        await().atMost(Duration.ofMinutes(1)).until(() -> changes() == changesOf(poisonous));
        assertThat(failures.count()).isPositive();
        assertThat(failures.all())
                .filteredOn(aside -> aside.runId().equals(poisonous))
                .singleElement()
                .satisfies(aside -> assertThat(aside.reason()).contains("out of range"));
        assertThat(analytics.summary(ours, MetricSelection.ALL).finished()).isEqualTo(20);

        record(UUID.randomUUID(), "failed");
        await().atMost(Duration.ofMinutes(1)).until(() -> changes() == changesOf(poisonous));
        assertThat(analytics.summary(ours, MetricSelection.ALL).finished()).isEqualTo(21);
    }

    @Test
    void deletingTheRunHealsTheLedger() {
        UUID poisonous = UUID.randomUUID();
        record(poisonous, "success");
        awaitFolded(poisonous);
        poison(poisonous);
        awaitSetAside(poisonous);
        assertThat(analytics.summary(ours, MetricSelection.ALL).total()).isZero();

        deletedRuns.delete(poisonous, null);

        awaitFolded(poisonous);
        assertThat(isSetAside(poisonous)).isFalse();
        assertThat(rollups.audit(MONTH)).isZero();
    }

    @Test
    void anAuditAndARebuildAreRightBesideARunThatIsSetAside() {
        UUID poisonous = UUID.randomUUID();
        record(poisonous, "success");
        record(UUID.randomUUID(), "success");
        awaitFolded(poisonous);
        poison(poisonous);

        assertThat(rollups.audit(MONTH)).isZero();
        assertThat(analytics.summary(ours, MetricSelection.ALL).total()).isEqualTo(1);
        rollups.rebuild();
        assertThat(rollups.audit(MONTH)).isZero();
        assertThat(analytics.summary(ours, MetricSelection.ALL).total()).isEqualTo(1);
    }

    /** Has the run change in a way that is noted, but cannot be read. */
    private void poison(UUID id) {
        jdbc.sql("""
                INSERT INTO run_change (run_id, sign, run)
                SELECT id, -1, to_jsonb(run) FROM question_generation_runs run WHERE id = :id
                 UNION ALL
                SELECT id, 1, to_jsonb(run) || '{"questions_requested": 99999999999}'
                  FROM question_generation_runs run WHERE id = :id
                """).param("id", id).update();
    }

    private void record(UUID id, String status) {
        ObjectNode report = json.createObjectNode()
                .put("id", id.toString())
                .put("started_at", MONTH + "-05T05:05:05Z")
                .put("status", status)
                .put("questions_requested", 5)
                .put("environment", environment);
        ledger.record(reader.read(report), null);
    }

    private void awaitSetAside(UUID id) {
        await().atMost(Duration.ofMinutes(1)).until(() -> isSetAside(id));
    }

    private void awaitFolded(UUID id) {
        await().atMost(Duration.ofMinutes(1)).until(() -> changesOf(id) == 0);
    }

    private boolean isSetAside(UUID id) {
        return failures.all().stream().anyMatch(aside -> aside.runId().equals(id));
    }

    private long changesOf(UUID id) {
        return jdbc.sql("SELECT count(*) FROM run_change WHERE run_id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    private long changes() {
        return jdbc.sql("SELECT count(*) FROM run_change WHERE run ->> 'environment' = :environment")
                .param("environment", environment)
                .query(Long.class)
                .single();
    }
}
