package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.ledger.ChangeLog;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@OwnLedgerTest
class FoldingHealthTests {

    @Autowired
    ChangeLog changes;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    TransactionTemplate transaction;

    /** While another server holds the rollups, nothing is folded. */
    @Test
    void aChangeThatWaitsForFiveMinutesIsAWarningAndNotAnOutage() {
        Instant start = Instant.parse("2026-11-26T00:00:00Z");
        transaction.executeWithoutResult(status -> {
            jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
            jdbc.sql("INSERT INTO run_change (run_id, sign, run) VALUES (:id, 1, '{}')")
                    .param("id", UUID.randomUUID())
                    .update();
            MovableClock clock = new MovableClock(start);
            FoldingHealthIndicator folding = new FoldingHealthIndicator(changes, clock);
            folding.look();
            assertThat(folding.health().getStatus().getCode()).isEqualTo("UP");

            clock.now = start.plus(FoldingHealthIndicator.LAGGING);
            folding.look();
            assertThat(folding.health().getStatus().getCode()).isEqualTo("WARNING");
            assertThat(folding.health().getDetails()).containsEntry("lagSeconds", 300L);

            jdbc.sql("DELETE FROM run_change").update();
            folding.look();
            assertThat(folding.health().getStatus().getCode()).isEqualTo("UP");
        });
    }

    private static final class MovableClock extends Clock {

        private Instant now;

        MovableClock(Instant now) {
            this.now = now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
