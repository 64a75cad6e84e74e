package dev.runledger.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.report.ReportReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is noted of the runs of this test, while the lock of the rollups is held so that nothing is folded. */
@RunledgerTest
class ChangeLogTests {

    @Autowired
    RunLedger ledger;

    @Autowired
    DeletedRuns deletedRuns;

    @Autowired
    ReportReader reader;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    private final JsonMapper json = new JsonMapper();
    private final String environment = "c" + UUID.randomUUID().toString().substring(0, 18);
    private final ExecutorService clients = Executors.newFixedThreadPool(6);
    private TransactionStatus holdingRollups;

    @BeforeEach
    void holdRollups() {
        holdingRollups = transactions.getTransaction(new DefaultTransactionDefinition());
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended('runledger rollups', 0)) IS NULL")
                .query(Boolean.class)
                .single();
    }

    @AfterEach
    void releaseRollups() {
        clients.shutdown();
        transactions.rollback(holdingRollups);
    }

    @Test
    void aStartCountsARunningRunThatItsEndTakesAway() {
        UUID id = UUID.randomUUID();
        inAnotherTransaction(() -> record(report(id, "running").put("prompt_version", "v1")));
        inAnotherTransaction(() -> record(report(id, "success").put("prompt_version", "v2")));

        assertThat(jdbc.sql(
                                "SELECT sign || ' ' || (run ->> 'status') || ' ' || (run ->> 'prompt_version') FROM run_change"
                                        + " WHERE run_id = :id ORDER BY seq")
                        .param("id", id)
                        .query(String.class)
                        .list())
                .containsExactly("1 running v1", "-1 running v1", "1 success v2");
        assertThat(net()).containsExactly("1 success v2");
    }

    @Test
    void whatIsRecordedAndDeletedLeavesNothingToCompute() {
        UUID id = UUID.randomUUID();
        inAnotherTransaction(() -> record(report(id, "running")));
        inAnotherTransaction(() -> deletedRuns.delete(id, null));
        inAnotherTransaction(() -> record(report(id, "failed")));
        inAnotherTransaction(() -> deletedRuns.delete(id, null));

        assertThat(net()).isEmpty();
    }

    /** Starts, late starts, ends, other ends and deletions of a few runs, many at once, in any order. */
    @Test
    void whateverRacesTheChangesOfARunComeToItsRow() {
        Random random = new Random(12);
        List<CompletableFuture<Void>> reports = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            UUID id = UUID.randomUUID();
            for (int n = 0; n < 12; n++) {
                int what = random.nextInt(6);
                reports.add(CompletableFuture.runAsync(() -> change(id, what), clients));
            }
        }
        reports.forEach(CompletableFuture::join);

        assertThat(jdbc.sql("""
                        SELECT count(*)
                          FROM (SELECT run_id, run, sum(sign) AS sign
                                  FROM run_change
                                 WHERE run ->> 'environment' = :environment
                                 GROUP BY run_id, run
                                HAVING sum(sign) <> 0) noted
                          FULL JOIN (SELECT id AS run_id, to_jsonb(run) AS run, 1 AS sign
                                       FROM question_generation_runs run
                                      WHERE environment = :environment) stored
                            ON (noted.run_id, noted.run, noted.sign) = (stored.run_id, stored.run, stored.sign)
                         WHERE noted.run_id IS NULL OR stored.run_id IS NULL
                        """)
                        .param("environment", environment)
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(net())
                .hasSameSizeAs(jdbc.sql("SELECT id FROM question_generation_runs WHERE environment = :environment")
                        .param("environment", environment)
                        .query(UUID.class)
                        .list());
    }

    private void change(UUID id, int what) {
        try {
            switch (what) {
                case 0 -> {
                    if (!deletedRuns.restore(id)) {
                        deletedRuns.delete(id, null);
                    }
                }
                case 1 -> record(report(id, "running"));
                case 2 ->
                    record(report(id, "running").put("prompt_version", "v1").put("triggered_by", "late"));
                case 3 -> record(report(id, "failed"));
                default -> record(report(id, "success").put("triggered_by", "scheduler"));
            }
        } catch (RunConflictException e) {
            // The run has another end already.
        }
    }

    private void inAnotherTransaction(Runnable work) {
        CompletableFuture.runAsync(work, clients).join();
    }

    private void record(ObjectNode report) {
        ledger.record(reader.read(report), null);
    }

    private ObjectNode report(UUID id, String status) {
        return json.createObjectNode()
                .put("id", id.toString())
                .put("started_at", "2025-05-05T05:05:05Z")
                .put("status", status)
                .put("questions_requested", 5)
                .put("environment", environment);
    }

    private List<String> net() {
        return jdbc.sql(
                        "SELECT sign || ' ' || status || ' ' || coalesce(prompt_version, '-') FROM %s run WHERE environment = :environment"
                                .formatted(ChangeLog.net("true")))
                .param("environment", environment)
                .query(String.class)
                .list();
    }
}
