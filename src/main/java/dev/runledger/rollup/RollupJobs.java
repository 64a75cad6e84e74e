package dev.runledger.rollup;

import dev.runledger.ledger.FoldFailures;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/**
 * Audits and rebuilds in the background, one at a time, month by month. How far a job is, is stored with each month: it goes on
 * when its client has left and when the server was restarted, on any instance.
 */
@Service
public class RollupJobs {

    private static final String START = """
            INSERT INTO rollup_job (kind, state, months)
            VALUES (:kind, 'RUNNING', CAST(:months AS date[]))
            ON CONFLICT (state) WHERE state = 'RUNNING' DO NOTHING
            """;

    private static final String SELECT = """
            SELECT id, kind, state, cardinality(months) AS months, months_done, repaired_cells, started_at, ended_at,
                   months[months_done + 1] AS next_month
              FROM rollup_job
            """;

    private static final String ADVANCE = """
            UPDATE rollup_job
               SET months_done = months_done + 1, repaired_cells = repaired_cells + :repaired
             WHERE id = :id AND state = 'RUNNING' AND months_done = :done
            """;

    private static final String END = """
            UPDATE rollup_job SET state = :state, ended_at = now() WHERE id = :id AND state = 'RUNNING'
            """;

    private static final Logger log = LoggerFactory.getLogger(RollupJobs.class);

    private final JdbcClient jdbc;
    private final Rollups rollups;
    private final SettledRollups settled;
    private final FoldFailures failures;
    private final UnbuiltMonths unbuilt;

    RollupJobs(JdbcClient jdbc, Rollups rollups, SettledRollups settled, FoldFailures failures, UnbuiltMonths unbuilt) {
        this.jdbc = jdbc;
        this.rollups = rollups;
        this.settled = settled;
        this.failures = failures;
        this.unbuilt = unbuilt;
    }

    /** What a job does with each month. */
    public enum Kind {
        AUDIT,
        REBUILD
    }

    /** Where a job is. */
    public enum State {
        RUNNING,
        STOPPED,
        DONE
    }

    /**
     * A job.
     *
     * @param months of UTC to do, of which {@code monthsDone} are done
     * @param repairedCells that an audit found to differ
     * @param nextMonth the first day of the month that is being done; null when all are done
     */
    public record Job(
            long id,
            Kind kind,
            State state,
            int months,
            int monthsDone,
            long repairedCells,
            OffsetDateTime startedAt,
            @Nullable OffsetDateTime endedAt,
            @Nullable LocalDate nextMonth) {}

    /** Starts a job, unless one is running already. Returns the one that is running. */
    public Job start(Kind kind) {
        failures.retryAll();
        jdbc.sql(START)
                .param("kind", kind.name())
                .param(
                        "months",
                        rollups.months().stream()
                                .map(month -> month.atDay(1).toString())
                                .toList()
                                .toString()
                                .replace('[', '{')
                                .replace(']', '}'))
                .update();
        Job running = running();
        return running == null ? latest() : running;
    }

    /** Stops the job: months that are done stay as they are. Null if there is no such job. */
    public @Nullable Job stop(long id) {
        end(id, State.STOPPED);
        return find(id);
    }

    /** The job by its id; null if there is none. */
    public @Nullable Job find(long id) {
        return jdbc.sql(SELECT + "WHERE id = :id")
                .param("id", id)
                .query(Job.class)
                .optional()
                .orElse(null);
    }

    /** The job that was started last; null if there was none. */
    public @Nullable Job latest() {
        return jdbc.sql(SELECT + "ORDER BY id DESC LIMIT 1")
                .query(Job.class)
                .optional()
                .orElse(null);
    }

    private @Nullable Job running() {
        return jdbc.sql(SELECT + "WHERE state = 'RUNNING'")
                .query(Job.class)
                .optional()
                .orElse(null);
    }

    /** Goes on with what is running, wherever it was begun. */
    @Scheduled(fixedDelayString = "PT1S", initialDelayString = "PT1S")
    void work() {
        if (!unbuilt.isOurs()) {
            return;
        }
        try {
            for (Job job = running(); job != null; job = running()) {
                if (job.nextMonth() == null) {
                    end(job.id(), State.DONE);
                    log.info("{} of {} month(s) of the rollups is done", job.kind(), job.months());
                } else {
                    advance(job, YearMonth.from(job.nextMonth()));
                }
            }
        } catch (RuntimeException e) {
            log.warn("A month of the rollups was not recomputed, which will be tried again: {}", e.toString());
        }
    }

    /** Does a month and notes it in the same transaction, unless the job was stopped or another instance has done it. */
    private void advance(Job job, YearMonth month) {
        settled.with(month, () -> {
            if (!job.equals(running())) {
                return 0L;
            }
            long repaired = job.kind() == Kind.AUDIT ? rollups.auditSettled(month) : rollups.rebuildSettled(month);
            note(job, repaired);
            return repaired;
        });
        // Where the month had to be folded anew instead, nothing is noted yet.
        note(job, 0);
    }

    private void note(Job job, long repaired) {
        jdbc.sql(ADVANCE)
                .param("id", job.id())
                .param("done", job.monthsDone())
                .param("repaired", repaired)
                .update();
    }

    private void end(long id, State state) {
        jdbc.sql(END).param("id", id).param("state", state.name()).update();
    }
}
