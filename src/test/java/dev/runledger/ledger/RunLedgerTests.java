package dev.runledger.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.report.ReportReader;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

@RunledgerTest
class RunLedgerTests {

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @Test
    void anEndThatOnlyKnowsTheNameWaitsForTheStartThatBringsAnId() {
        UUID id = UUID.randomUUID();
        String name = "ledger-" + UUID.randomUUID();

        CompletableFuture<Recorded> end = new TransactionTemplate(transactions).execute(status -> {
            record("""
                    {"id": "%s", "client_run_id": "%s", "started_at": "1991-01-01T00:00:00Z", "status": "running",
                     "questions_requested": 1}""".formatted(id, name));
            CompletableFuture<Recorded> waiting = CompletableFuture.supplyAsync(() -> record("""
                    {"client_run_id": "%s", "started_at": "1991-01-01T00:00:00Z", "status": "success",
                     "questions_requested": 1}""".formatted(name)));
            await().until(() -> waiting.isDone() || isAnybodyWaitingForAName());
            return waiting;
        });

        assertThat(end.join().id()).isEqualTo(id);
        assertThat(end.join().outcome()).isEqualTo(Recorded.Outcome.COMPLETED);
    }

    private boolean isAnybodyWaitingForAName() {
        return jdbc.sql("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
                .query(Boolean.class)
                .single();
    }

    private Recorded record(String report) {
        return ledger.record(reader.read(JsonMapper.shared().readTree(report)), null);
    }
}
