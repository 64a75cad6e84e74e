package dev.runledger.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.report.ReportReader;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Runs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

@RunledgerTest
class StuckRunsTests {

    private static final Instant START = Instant.parse("1990-01-01T00:00:00Z");

    @Autowired
    RunLedger ledger;

    @Autowired
    Runs runs;

    @Autowired
    ReportReader reader;

    @Autowired
    Heartbeats heartbeats;

    @Autowired
    JdbcClient jdbc;

    @Test
    void aRunIsStuckOnceItHasGoneOnForTooLong() {
        UUID id = record("running", UUID.randomUUID());

        sweepAt(START.plus(Duration.ofHours(6)));
        assertThat(runs.find(id).getStuckAt()).isNull();

        Instant later = START.plus(Duration.ofHours(6)).plusMillis(1);
        sweepAt(later);
        sweepAt(later.plusSeconds(60));
        assertThat(runs.find(id).getStatus()).isEqualTo(RunStatus.RUNNING);
        assertThat(runs.find(id).getStuckAt().toInstant()).isEqualTo(later);
    }

    @Test
    void theEndOfAStuckRunIsTakenAndMarkedAsRecovered() {
        UUID id = record("running", UUID.randomUUID());
        sweepAt(START.plus(Duration.ofDays(1)));

        record("success", id);

        Run run = runs.find(id);
        assertThat(run.getStatus()).isEqualTo(RunStatus.SUCCESS);
        assertThat(run.isRecovered()).isTrue();
        assertThat(run.getStuckAt()).isNotNull();
    }

    @Test
    void aRunThatHasEndedIsNeverStuck() {
        UUID id = record("failed", UUID.randomUUID());

        sweepAt(START.plus(Duration.ofDays(1)));

        assertThat(runs.find(id).getStatus()).isEqualTo(RunStatus.FAILED);
        assertThat(runs.find(id).getStuckAt()).isNull();
        assertThat(runs.find(id).isRecovered()).isFalse();
    }

    @Test
    void aRunThatStopsBeatingIsStuckSoonerAndOneThatBeatsIsNot() {
        UUID silent = record("running", UUID.randomUUID());
        UUID alive = record("running", UUID.randomUUID());
        beatAt(START.plusSeconds(30), silent);
        beatAt(START.plusSeconds(30), alive);
        beatAt(START.plus(Duration.ofHours(7)), alive);

        sweepAt(START.plusSeconds(30 + 120));
        assertThat(runs.find(silent).getStuckAt()).isNull();

        sweepAt(START.plusSeconds(30 + 121));
        assertThat(runs.find(silent).getStuckAt()).isNotNull();

        sweepAt(START.plus(Duration.ofHours(7)).plusSeconds(60));
        assertThat(runs.find(alive).getStuckAt()).isNull();
    }

    @Test
    void progressIsGoneWithTheEndOfTheRun() {
        UUID id = record("running", UUID.randomUUID());
        beatAt(START.plusSeconds(30), id);
        assertThat(heartbeats.of(List.of(id))).containsOnlyKeys(id);

        record("success", id);
        sweepAt(START.plusSeconds(60));

        assertThat(heartbeats.of(List.of(id))).isEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM run_progress WHERE run_id = :id")
                        .param("id", id)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void beatAt(Instant now, UUID id) {
        heartbeatsAt(now)
                .record(
                        id,
                        now.atOffset(ZoneOffset.UTC),
                        Duration.ofSeconds(30),
                        JsonNodeFactory.instance.objectNode());
    }

    private Heartbeats heartbeatsAt(Instant now) {
        return new Heartbeats(jdbc, JsonMapper.shared(), Clock.fixed(now, ZoneOffset.UTC));
    }

    private void sweepAt(Instant now) {
        new StuckRuns(jdbc, heartbeatsAt(now), Clock.fixed(now, ZoneOffset.UTC), Duration.ofHours(6)).sweep();
    }

    private UUID record(String status, UUID id) {
        String report = """
                {"id": "%s", "started_at": "%s", "status": "%s", "questions_requested": 1}""".formatted(id, START, status);
        return ledger.record(reader.read(JsonMapper.shared().readTree(report)), null)
                .id();
    }
}
