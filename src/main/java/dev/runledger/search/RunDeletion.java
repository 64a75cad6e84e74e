package dev.runledger.search;

import dev.runledger.ledger.DeletedRuns;
import dev.runledger.report.RunStatus;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Deletes the runs of a filter, in batches, so that whoever records beside it waits for no more than one. */
@Service
public class RunDeletion {

    /** Runs that are deleted at once, at most. */
    public static final int MAX_RUNS = 10_000;

    private static final int BATCH = 500;

    private static final String COUNTS = """
            SELECT upper(status) AS status, environment, count(*) AS runs, min(started_at) AS first, max(started_at) AS last
              FROM question_generation_runs run
             WHERE %s
             GROUP BY status, environment
             ORDER BY count(*) DESC, status, environment
             LIMIT 1000
            """;

    private static final String NEXT = "SELECT id FROM question_generation_runs run WHERE %s LIMIT :limit";

    private final JdbcClient jdbc;
    private final DeletedRuns deletedRuns;

    RunDeletion(JdbcClient jdbc, DeletedRuns deletedRuns) {
        this.jdbc = jdbc;
        this.deletedRuns = deletedRuns;
    }

    /** How many runs of a filter have a status and an environment, and when the first and last of them started. */
    public record Group(
            RunStatus status, @Nullable String environment, long runs, OffsetDateTime first, OffsetDateTime last) {}

    /** What would be deleted, the largest groups first. */
    public List<Group> groups(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(COUNTS.formatted(condition.sql()))
                .params(condition.parameters())
                .query(Group.class)
                .list();
    }

    /** Deletes runs of the filter, up to {@link #MAX_RUNS}. Returns how many. */
    public int delete(RunFilter filter, @Nullable String by) {
        RunCondition condition = RunCondition.of(filter);
        int deleted = 0;
        while (deleted < MAX_RUNS) {
            List<UUID> next = jdbc.sql(NEXT.formatted(condition.sql()))
                    .params(condition.parameters())
                    .param("limit", Math.min(BATCH, MAX_RUNS - deleted))
                    .query(UUID.class)
                    .list();
            if (next.isEmpty()) {
                break;
            }
            deleted += deletedRuns.delete(next, condition.sql(), condition.parameters(), by);
        }
        return deleted;
    }
}
