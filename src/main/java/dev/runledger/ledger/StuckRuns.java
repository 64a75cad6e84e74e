package dev.runledger.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Declares runs stuck that have been silent or going on for too long. They stay running, since nobody knows how they ended; should
 * their end be reported after all, it is taken and the run marked as recovered.
 */
@Component
public class StuckRuns {

    /** One statement, so any number of servers may sweep at once. */
    private static final String DECLARE = """
            WITH stuck AS (
                UPDATE question_generation_runs
                   SET stuck_at = :now, updated_at = now()
                 WHERE status = 'running' AND stuck_at IS NULL
                   AND (id IN (SELECT run_id FROM run_progress WHERE silent_at < :now)
                        OR started_at < :before AND id NOT IN (SELECT run_id FROM run_progress))
                RETURNING id
            ), %s
            SELECT count(*) FROM stuck
            """.formatted(ChangeLog.notified("SELECT id FROM stuck"));

    private static final Logger log = LoggerFactory.getLogger(StuckRuns.class);

    private final JdbcClient jdbc;
    private final Heartbeats heartbeats;
    private final Clock clock;
    private final Duration stuckAfter;

    StuckRuns(
            JdbcClient jdbc,
            Heartbeats heartbeats,
            Clock clock,
            @Value("${runledger.stuck-after}") Duration stuckAfter) {
        this.jdbc = jdbc;
        this.heartbeats = heartbeats;
        this.clock = clock;
        this.stuckAfter = stuckAfter;
    }

    /**
     * Declares the runs stuck that still go on and whose heartbeats have stopped; of those that never sent any, the ones that
     * began longer ago than {@code runledger.stuck-after}.
     */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    public long sweep() {
        heartbeats.forgetEnded();
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        long stuck = jdbc.sql(DECLARE)
                .param("now", now)
                .param("before", now.minus(stuckAfter))
                .query(Long.class)
                .single();
        if (stuck > 0) {
            log.warn("{} run(s) are declared stuck: silent, or going on for more than {}", stuck, stuckAfter);
        }
        return stuck;
    }
}
