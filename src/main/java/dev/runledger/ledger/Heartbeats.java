package dev.runledger.ledger;

import dev.runledger.report.RunStatus;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Keeps what runs report of themselves while they are going on. It is shown, counts nowhere, and is gone when the run ends. */
@Component
public class Heartbeats {

    private static final int BEATS_MISSED = 3;
    private static final Duration SHORTEST_SILENCE = Duration.ofMinutes(2);

    private static final String RECORD = """
            WITH run AS (
                SELECT id, status FROM question_generation_runs WHERE id = :id
            ), beat AS (
                INSERT INTO run_progress AS known (run_id, reported_at, silent_at, figures)
                SELECT id, :reportedAt, :silentAt, CAST(:figures AS jsonb) FROM run WHERE status = 'running'
                ON CONFLICT (run_id) DO UPDATE
                   SET reported_at = excluded.reported_at, silent_at = excluded.silent_at, figures = excluded.figures
                 WHERE known.reported_at < excluded.reported_at
                RETURNING run_id
            ), %s
            SELECT status FROM run
            """.formatted(ChangeLog.notified("SELECT run_id FROM beat"));

    private static final String OF = """
            SELECT progress.run_id, progress.reported_at, progress.silent_at, progress.figures
              FROM run_progress progress
              JOIN question_generation_runs run ON run.id = progress.run_id
             WHERE progress.run_id = ANY(:ids) AND run.status = 'running'
            """;

    private static final String FORGET = """
            DELETE FROM run_progress progress
             WHERE NOT EXISTS (SELECT 1 FROM question_generation_runs run
                                WHERE run.id = progress.run_id AND run.status = 'running')
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;

    Heartbeats(JdbcClient jdbc, JsonMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Records that a run is alive. Of several such reports the one with the latest time is kept.
     *
     * @param reportedAt the reporter's time
     * @param interval when to expect the next one: after three that are missing, and two minutes at least, the run is stuck
     * @param figures what is known so far, by the fields' names in the REST contract
     * @return whether the run is going on or has ended; null if there is none
     */
    public @Nullable RunStatus record(UUID id, OffsetDateTime reportedAt, Duration interval, JsonNode figures) {
        Duration silence = interval.multipliedBy(BEATS_MISSED);
        OffsetDateTime silentAt = clock.instant()
                .plus(silence.compareTo(SHORTEST_SILENCE) < 0 ? SHORTEST_SILENCE : silence)
                .atOffset(ZoneOffset.UTC);
        return jdbc.sql(RECORD)
                .param("id", id)
                .param("reportedAt", reportedAt)
                .param("silentAt", silentAt)
                .param("figures", figures.toString(), Types.OTHER)
                .query(String.class)
                .optional()
                .map(RunStatus::ofCode)
                .orElse(null);
    }

    /** The progress of those of the runs that are going on and have reported any. */
    public Map<UUID, RunProgress> of(Collection<UUID> ids) {
        Map<UUID, RunProgress> progress = new HashMap<>();
        jdbc.sql(OF).param("ids", ids.toArray(UUID[]::new)).query(row -> {
            progress.put(
                    row.getObject("run_id", UUID.class),
                    new RunProgress(
                            row.getObject("reported_at", OffsetDateTime.class),
                            row.getObject("silent_at", OffsetDateTime.class),
                            json.readTree(row.getString("figures"))));
        });
        return progress;
    }

    /** Forgets the progress of runs that have ended or were deleted. */
    void forgetEnded() {
        jdbc.sql(FORGET).update();
    }
}
