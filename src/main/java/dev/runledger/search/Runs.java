package dev.runledger.search;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.Run;
import dev.runledger.report.ReportField;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Finds runs: one, a page of them, how many there are. */
@Service
@Transactional(readOnly = true)
public class Runs {

    /**
     * A run's columns in a list of runs. What reports hold as JSON may take a megabyte a run: beyond 64 KiB it is left out here,
     * marked, and read run by run if it is asked for. Its size as text is looked at only where the stored value is not small.
     */
    private static final String COLUMNS = Stream.concat(
                    Stream.of("id", "report_warnings", "created_at", "updated_at", "stuck_at", "recovered"),
                    Stream.of(ReportField.values()).map(Runs::inList))
            .collect(joining(", "));

    private static final String SLICE = """
            SELECT %4$s
              FROM question_generation_runs run
             WHERE %1$s AND %2$s
             ORDER BY %3$s
             LIMIT :limit
            """;

    /** The page's ids come from an index alone, so that the runs before it are never read. */
    private static final String PAGE = """
            SELECT id, started_at, completed_at, duration_seconds, upper(status) AS status, questions_requested, questions_inserted,
                   overall_success_rate, approval_rate, avg_arbiter_score, total_errors, total_cost_usd,
                   environment, triggered_by
              FROM question_generation_runs
              JOIN (SELECT id
                      FROM question_generation_runs run
                     WHERE %1$s AND %2$s
                     ORDER BY %3$s
                     LIMIT :limit OFFSET :offset) page USING (id)
             ORDER BY %3$s
            """;

    private static final String BY_ID =
            "SELECT %s FROM question_generation_runs run WHERE id IN (:ids) ORDER BY updated_at, id".formatted(COLUMNS);

    private static final String MATCHING = "SELECT id FROM question_generation_runs run WHERE id IN (:ids) AND %s";

    private static final String COUNT = "SELECT count(*) FROM question_generation_runs run WHERE %s AND %s";

    private final EntityManager entities;
    private final JdbcClient jdbc;

    Runs(EntityManager entities, JdbcClient jdbc) {
        this.entities = entities;
        this.jdbc = jdbc;
    }

    public @Nullable Run find(UUID id) {
        return entities.find(Run.class, id);
    }

    /** The run that its reporter named so; the first of them, should several bear the name. */
    public @Nullable Run findByClientRunId(String clientRunId) {
        return entities.createQuery("FROM Run WHERE clientRunId = :clientRunId ORDER BY createdAt, id", Run.class)
                .setParameter("clientRunId", clientRunId)
                .setMaxResults(1)
                .getSingleResultOrNull();
    }

    /** Those of the runs that are there, in the order of their last change. They may be {@linkplain Run#isAbridged abridged}. */
    public List<Run> find(Collection<UUID> ids) {
        return entities.createNativeQuery(BY_ID, Run.class)
                .setParameter("ids", ids)
                .getResultList();
    }

    /** The run of a list with all that it reports; null if it has been deleted meanwhile. */
    public @Nullable Run whole(Run run) {
        return run.isAbridged() ? find(run.getId()) : run;
    }

    /** Those of the runs that the filter lets through. */
    public Set<UUID> matching(Collection<UUID> ids, RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(MATCHING.formatted(condition.sql()))
                .params(condition.parameters())
                .param("ids", ids)
                .query(UUID.class)
                .set();
    }

    /** How many runs there are in the filter. */
    public long count(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return count(condition, "true");
    }

    /** The runs that follow a position, nearest first; the first of all if it is null. They may be abridged, see above. */
    public List<Run> after(@Nullable RunPosition position, RunFilter filter, RunOrder order, int limit) {
        return slice(RunCondition.of(filter), RunOrderPart.of(order, position), limit);
    }

    /** The runs that precede a position, in the order given; the last of all if it is null. */
    public List<Run> before(@Nullable RunPosition position, RunFilter filter, RunOrder order, int limit) {
        List<Run> nearestFirst = slice(RunCondition.of(filter), RunOrderPart.reversed(order, position), limit);
        List<Run> runs = new ArrayList<>(nearestFirst);
        Collections.reverse(runs);
        return runs;
    }

    /** The runs of a numbered page: {@code limit} runs after the first {@code offset} ones. */
    public List<RunSummary> page(RunFilter filter, RunOrder order, long offset, int limit) {
        RunCondition condition = RunCondition.of(filter);
        List<RunSummary> runs = new ArrayList<>();
        long skip = offset;
        for (RunOrderPart part : RunOrderPart.of(order, null)) {
            if (runs.size() < limit) {
                List<RunSummary> found = jdbc.sql(PAGE.formatted(condition.sql(), part.condition(), part.orderBy()))
                        .params(condition.parameters())
                        .param("limit", limit - runs.size())
                        .param("offset", skip)
                        .query(RunSummary.class)
                        .list();
                runs.addAll(found);
                skip = found.isEmpty() && skip > 0 ? Math.max(0, skip - count(condition, part.condition())) : 0;
            }
        }
        return runs;
    }

    private List<Run> slice(RunCondition condition, List<RunOrderPart> parts, int limit) {
        List<Run> runs = new ArrayList<>();
        for (RunOrderPart part : parts) {
            if (runs.size() < limit) {
                Query query = entities.createNativeQuery(
                        SLICE.formatted(condition.sql(), part.condition(), part.orderBy(), COLUMNS), Run.class);
                condition.parameters().forEach(query::setParameter);
                part.parameters().forEach(query::setParameter);
                query.setParameter("limit", limit - runs.size());
                for (Object run : query.getResultList()) {
                    runs.add((Run) run);
                }
            }
        }
        return runs;
    }

    private static String inList(ReportField field) {
        return switch (field.type()) {
            case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS -> """
                CASE WHEN pg_column_size(%1$s) > 2000 AND octet_length(CAST(%1$s AS text)) > 65536
                     THEN CAST('"%2$s"' AS jsonb) ELSE %1$s END AS %1$s""".formatted(field.column(), Run.OMITTED);
            default -> field.column();
        };
    }

    private long count(RunCondition condition, String part) {
        return jdbc.sql(COUNT.formatted(condition.sql(), part))
                .params(condition.parameters())
                .query(Long.class)
                .single();
    }
}
