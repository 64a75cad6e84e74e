package dev.runledger.ledger;

import static java.util.stream.Collectors.toSet;

import dev.runledger.report.FieldType;
import dev.runledger.report.ReportField;
import dev.runledger.report.RunStatus;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Deletes runs that should never have been reported, and restores them within 30 days. What names a deleted run is kept for good: no
 * report of it, however late, records it anew.
 */
@Service
public class DeletedRuns {

    /** For so long a deleted run can be restored. */
    public static final Duration RESTORABLE = Duration.ofDays(30);

    /** Longer than any statement may take. */
    private static final Duration CONCURRENT = Duration.ofMinutes(5);

    private static final Set<String> NAMES = Set.of(
            "id",
            "client_run_id",
            "started_at",
            "environment",
            "triggered_by",
            "status",
            "created_at",
            "updated_at",
            "recovered");

    private static final Set<String> COUNTS = Stream.concat(
                    Stream.of(ReportField.QUESTIONS_REQUESTED),
                    Stream.of(ReportField.values()).filter(field -> field.type() == FieldType.COUNT))
            .map(ReportField::column)
            .collect(toSet());

    /** Deletions and restorations wait for each other, which no report does. */
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('deleted_run', 0)) IS NULL";

    /** Looks at the condition again, as a run may have changed since it was selected. */
    private static final String DELETE =
            """
            WITH deleted AS (
                DELETE FROM question_generation_runs run WHERE id IN (:ids) AND %%s RETURNING *
            ), kept AS (
                INSERT INTO deleted_run AS known
                       (id, client_run_id, started_at, environment, triggered_by, status, report_digest, run, deleted_at, deleted_by)
                SELECT id, client_run_id, started_at, environment, triggered_by, status, report_digest, to_jsonb(deleted), :now,
                       CAST(:by AS varchar)
                  FROM deleted
                ON CONFLICT (id) DO UPDATE
                   SET status = excluded.status, report_digest = excluded.report_digest, run = excluded.run,
                       deleted_at = excluded.deleted_at, deleted_by = coalesce(excluded.deleted_by, known.deleted_by),
                       purged_at = NULL
            ), %s
            SELECT count(*) FROM deleted
            """.formatted(ChangeLog.noted("SELECT id, -1, to_jsonb(deleted) FROM deleted"));

    private static final String RESTORE =
            """
            WITH kept AS (
                DELETE FROM deleted_run WHERE id = :id AND purged_at IS NULL AND deleted_at >= :since RETURNING run
            ), restored AS (
                INSERT INTO question_generation_runs
                SELECT run.* FROM kept CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, kept.run) run
                ON CONFLICT (id) DO NOTHING
                RETURNING *
            ), %s
            SELECT count(*) FROM restored
            """.formatted(ChangeLog.noted("SELECT id, 1, to_jsonb(restored) FROM restored"));

    private static final String RUN = """
            SELECT run.*
              FROM deleted_run CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, deleted_run.run) run
             WHERE deleted_run.id = :id
            """;

    private static final String STATUS = """
            SELECT status FROM deleted_run
             WHERE id = :id AND NOT EXISTS (SELECT 1 FROM question_generation_runs run WHERE run.id = :id)
            """;

    private static final String LATEST = """
            SELECT id, client_run_id, started_at, environment, upper(status) AS status, deleted_at, deleted_by,
                   purged_at IS NULL AND deleted_at >= :since AS restorable
              FROM deleted_run
             WHERE CAST(:before AS timestamptz) IS NULL OR deleted_at < :before
             ORDER BY deleted_at DESC, id
             LIMIT :limit
            """;

    private static final String PURGE = """
            UPDATE deleted_run
               SET purged_at = :now,
                   run = (SELECT jsonb_object_agg(key, CASE WHEN key IN (:names) THEN value ELSE '0' END)
                            FROM jsonb_each(run)
                           WHERE key IN (:names) OR key IN (:counts))
             WHERE purged_at IS NULL AND deleted_at < :since
            """;

    /** A report that was being recorded while its run was deleted may have inserted it once more. */
    private static final String RAISED = """
            SELECT id FROM question_generation_runs WHERE id IN (SELECT id FROM deleted_run WHERE deleted_at >= :since) LIMIT 1000
            """;

    private final JdbcClient jdbc;
    private final EntityManager entities;
    private final Clock clock;

    DeletedRuns(JdbcClient jdbc, EntityManager entities, Clock clock) {
        this.jdbc = jdbc;
        this.entities = entities;
        this.clock = clock;
    }

    /**
     * A run that was deleted.
     *
     * @param status it had then
     * @param deletedBy the name of the key, or of the person
     * @param restorable whether it still can be restored
     */
    public record DeletedRun(
            UUID id,
            @Nullable String clientRunId,
            OffsetDateTime startedAt,
            @Nullable String environment,
            RunStatus status,
            OffsetDateTime deletedAt,
            @Nullable String deletedBy,
            boolean restorable) {}

    private void lock() {
        jdbc.sql(LOCK).query(Boolean.class).single();
    }

    /** Deletes a run, which counts nowhere from then on. Returns whether there was such a run. */
    @Transactional
    public boolean delete(UUID id, @Nullable String by) {
        return delete(List.of(id), "true", Map.of(), by) > 0;
    }

    /**
     * Deletes those of the runs that a condition holds for, in one statement.
     *
     * @param condition on {@code run}, a row of the ledger, with its parameters
     * @return how many there were
     */
    @Transactional
    public int delete(Collection<UUID> ids, String condition, Map<String, ?> parameters, @Nullable String by) {
        if (ids.isEmpty()) {
            return 0;
        }
        lock();
        return jdbc.sql(DELETE.formatted(condition))
                .params(parameters)
                .param("ids", ids)
                .param("now", now())
                .param("by", by)
                .query(Integer.class)
                .single();
    }

    /** Restores a run as it was. Returns whether it was deleted, and less than {@link #RESTORABLE} ago. */
    @Transactional
    public boolean restore(UUID id) {
        lock();
        return jdbc.sql(RESTORE)
                        .param("id", id)
                        .param("since", now().minus(RESTORABLE))
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** The deleted run as it was; without its figures once they are purged. Null if no such run was deleted. */
    @Transactional(readOnly = true)
    public @Nullable Run find(UUID id) {
        return (Run) entities.createNativeQuery(RUN, Run.class)
                .setParameter("id", id)
                .getSingleResultOrNull();
    }

    /** The answer to a report that names a deleted run by its id; null if it names none. */
    public @Nullable Recorded answer(UUID id) {
        return jdbc.sql(STATUS)
                .param("id", id)
                .query(String.class)
                .optional()
                .map(status -> Recorded.ofDeleted(id, RunStatus.ofCode(status)))
                .orElse(null);
    }

    /**
     * The runs deleted last, the latest first.
     *
     * @param before leave out those deleted then or later; null for none
     */
    public List<DeletedRun> latest(@Nullable OffsetDateTime before, int limit) {
        return jdbc.sql(LATEST)
                .param("before", before)
                .param("since", now().minus(RESTORABLE))
                .param("limit", limit)
                .query(DeletedRun.class)
                .list();
    }

    /** Purges what cannot be restored any more, and deletes again what a report raised at the very moment of its deletion. */
    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    @Transactional
    public void sweep() {
        OffsetDateTime now = now();
        jdbc.sql(PURGE)
                .param("now", now)
                .param("since", now.minus(RESTORABLE))
                .param("names", NAMES)
                .param("counts", COUNTS)
                .update();
        List<UUID> raised = jdbc.sql(RAISED)
                .param("since", now.minus(CONCURRENT))
                .query(UUID.class)
                .list();
        delete(raised, "true", Map.of(), null);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
