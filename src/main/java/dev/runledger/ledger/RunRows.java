package dev.runledger.ledger;

import static java.util.stream.Collectors.joining;

import dev.runledger.report.Contradictions;
import dev.runledger.report.ReportDigest;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportWarning;
import dev.runledger.report.RunReport;
import dev.runledger.report.RunStatus;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes runs, each by one conditional statement on its primary key, so that no order or number of writers can undo what
 * is stored.
 */
@Repository
class RunRows {

    /** The run that goes by the report's id or else by its client_run_id, or the id for a new one. */
    private static final String TARGET_BY_NAME = """
            coalesce(
                (SELECT known.id FROM question_generation_runs known WHERE known.id = :id),
                (SELECT named.id FROM question_generation_runs named
                  WHERE named.client_run_id = CAST(:client_run_id AS varchar)
                  ORDER BY named.created_at, named.id
                  LIMIT 1),
                :id)""";

    private static final String TARGET_BY_START = """
            coalesce(
                (SELECT alike.id FROM question_generation_runs alike
                  WHERE alike.started_at = :started_at
                    AND alike.environment IS NOT DISTINCT FROM CAST(:environment AS varchar)
                    AND alike.triggered_by IS NOT DISTINCT FROM CAST(:triggered_by AS varchar)
                    AND %s
                  ORDER BY %s, alike.id
                  LIMIT 1),
                :id)""";

    /** The run with the same start, environment and trigger that is going on; else the one that this start came too late for. */
    private static final String TARGET_OF_START = TARGET_BY_START.formatted("true", "alike.status <> 'running'");

    /** The run with the same start, environment and trigger that ended with this very report; else the one that is going on. */
    private static final String TARGET_OF_END = TARGET_BY_START.formatted(
            "(alike.status = 'running' OR alike.report_digest = CAST(:digest AS bytea))", "alike.status = 'running'");

    /** A condition on {@code gone}, a deleted run: the report is about it. As the targets above, of runs that are there. */
    private static final String DELETED_BY_NAME =
            "(gone.id = :id OR gone.client_run_id = CAST(:client_run_id AS varchar))";

    private static final String DELETED_BY_START = """
            (gone.started_at = :started_at
             AND gone.environment IS NOT DISTINCT FROM CAST(:environment AS varchar)
             AND gone.triggered_by IS NOT DISTINCT FROM CAST(:triggered_by AS varchar)
             AND %s)""";

    private static final String DELETED_OF_START = DELETED_BY_START.formatted("true");
    private static final String DELETED_OF_END =
            DELETED_BY_START.formatted("(gone.status = 'running' OR gone.report_digest = CAST(:digest AS bytea))");

    /**
     * Inserts the run, unless it was deleted, or changes the one that the statement sees. Where the row has changed
     * meanwhile nothing is done: what it counted for until now has to be noted. {@code created_at} carries the version that is
     * expected, as a subquery there is not for sharded tables.
     */
    private static final String INSERT = """
            WITH known AS (
                SELECT * FROM question_generation_runs WHERE id = %%s
            ), recorded AS (
                INSERT INTO question_generation_runs AS run
                       (id, created_at, updated_at, %s, report_warnings, report_digest)
                SELECT coalesce(known.id, :id), coalesce(known.updated_at, now()), now(), %s, CAST(:warnings AS jsonb),
                       CAST(:digest AS bytea)
                  FROM (SELECT 1) report LEFT JOIN known ON true
                 WHERE known.id IS NOT NULL
                    OR NOT EXISTS (SELECT 1 FROM deleted_run gone WHERE gone.id = :id OR %%s)
                ON CONFLICT (id) %%s
                RETURNING run.*, xmax = 0 AS created
            ), %s
            SELECT id, status, report_warnings, created FROM recorded
            """.formatted(
                    fields(field -> true, ReportField::column),
                    fields(field -> true, field -> "CAST(:%s AS %s)".formatted(field.column(), sqlType(field))),
                    ChangeLog.noted("""
                            SELECT id, -1, to_jsonb(known) FROM known WHERE EXISTS (SELECT 1 FROM recorded WHERE NOT created)
                             UNION ALL
                            SELECT id, 1, to_jsonb(recorded) - 'created' FROM recorded"""));

    private static final String START = INSERT.formatted("%s", "%s", "DO NOTHING");

    private static final String END = INSERT.formatted(
            "%s",
            "%s", """
            DO UPDATE
                   SET updated_at = excluded.updated_at,
                       recovered = run.stuck_at IS NOT NULL,
                       report_warnings = excluded.report_warnings,
                       report_digest = excluded.report_digest,
                       %s,
                       %s
                 WHERE run.status = 'running' AND run.updated_at = excluded.created_at""".formatted(
                    fields(field -> !field.isContext(), field -> "%1$s = excluded.%1$s".formatted(field.column())),
                    fields(
                            ReportField::isContext,
                            field -> "%1$s = coalesce(excluded.%1$s, run.%1$s)".formatted(field.column()))));

    /** Adds the context that a start brings and the known run lacks. */
    private static final String FILL_CONTEXT = """
            WITH known AS (
                SELECT * FROM question_generation_runs WHERE id = :id FOR UPDATE
            ), filled AS (
                UPDATE question_generation_runs run
                   SET updated_at = now(), %s
                  FROM known
                 WHERE run.id = known.id AND (%s)
                RETURNING run.*
            ), %s
            SELECT count(*) FROM filled
            """.formatted(
                    fields(
                            ReportField::isContext,
                            field -> "%1$s = coalesce(run.%1$s, CAST(:%1$s AS %2$s))"
                                    .formatted(field.column(), sqlType(field))),
                    fields(
                            ReportField::isContext,
                            " OR ",
                            field -> "run.%1$s IS NULL AND CAST(:%1$s AS %2$s) IS NOT NULL"
                                    .formatted(field.column(), sqlType(field))),
                    ChangeLog.noted("""
                            SELECT id, -1, to_jsonb(known) FROM known WHERE EXISTS (SELECT 1 FROM filled)
                             UNION ALL
                            SELECT id, 1, to_jsonb(filled) FROM filled"""));

    private static final String UPSERT_NAMED_START = START.formatted(TARGET_BY_NAME, DELETED_BY_NAME);
    private static final String UPSERT_NAMED_END = END.formatted(TARGET_BY_NAME, DELETED_BY_NAME);
    private static final String UPSERT_START = START.formatted(TARGET_OF_START, DELETED_OF_START);
    private static final String UPSERT_END = END.formatted(TARGET_OF_END, DELETED_OF_END);

    private static final String EXISTING = """
            SELECT id, status, report_digest = CAST(:digest AS bytea) IS TRUE AS same_report, report_warnings
              FROM question_generation_runs
             WHERE id = %s
            """;

    private static final String DELETED = """
            SELECT gone.id, gone.status
              FROM deleted_run gone
             WHERE %s
             ORDER BY gone.deleted_at DESC, gone.id
             LIMIT 1
            """;

    /**
     * Makes reports by the same client_run_id wait for each other, since one may bring an id of its own and another not. Sent
     * along with the statement that records, it takes no round trip, is held till that has committed, and was there before
     * that statement looked for the run.
     */
    private static final String LOCK_NAME =
            "SELECT pg_advisory_xact_lock(hashtextextended(CAST(:client_run_id AS text), 0)) IS NULL;\n";

    private final NamedParameterJdbcOperations jdbc;
    private final JsonMapper json;

    RunRows(NamedParameterJdbcOperations jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The row that is stored where a report wanted to go. */
    record ExistingRun(UUID id, RunStatus status, boolean hasSameReport, List<ReportWarning> warnings) {

        /** The answer to a report that changes nothing: with what is odd about the run, and about this very report. */
        Recorded replay(RunReport report) {
            List<ReportWarning> both = Stream.concat(warnings.stream(), report.warnings().stream())
                    .distinct()
                    .toList();
            return new Recorded(id, status, Recorded.Outcome.REPLAYED, both);
        }
    }

    /** Inserts or completes the run. Null if a start finds it, or an end finds it ended or changed just now. */
    @Nullable
    Recorded upsert(RunReport report, UUID id) {
        String lock = report.clientRunId() == null ? "" : LOCK_NAME;
        MapSqlParameterSource parameters =
                parameters(report, id).addValue("warnings", json.writeValueAsString(warnings(report)), Types.OTHER);
        return jdbc.execute(lock + upsert(report), parameters, statement -> {
            statement.execute();
            if (!lock.isEmpty()) {
                statement.getMoreResults();
            }
            ResultSet row = statement.getResultSet();
            if (!row.next()) {
                return null;
            }
            return new Recorded(
                    row.getObject("id", UUID.class),
                    RunStatus.ofCode(row.getString("status")),
                    row.getBoolean("created")
                            ? Recorded.Outcome.CREATED
                            : report.isFinal() ? Recorded.Outcome.COMPLETED : Recorded.Outcome.REPLAYED,
                    warnings(row.getString("report_warnings")));
        });
    }

    /** Fills in the context that the known run lacks and its start, which came late or again, brings. */
    void fillContext(RunReport report, UUID id) {
        jdbc.queryForObject(FILL_CONTEXT, parameters(report, id), Long.class);
    }

    /** The run that the report is about, as it is stored now; null if there is none. */
    @Nullable
    ExistingRun existing(RunReport report, UUID id) {
        return jdbc
                .query(
                        EXISTING.formatted(target(report)),
                        parameters(report, id),
                        (row, number) -> new ExistingRun(
                                row.getObject("id", UUID.class),
                                RunStatus.ofCode(row.getString("status")),
                                row.getBoolean("same_report"),
                                warnings(row.getString("report_warnings"))))
                .stream()
                .findFirst()
                .orElse(null);
    }

    /**
     * The answer to a report of a run that was deleted; null if it is about none.
     *
     * @param isNamed whether the id is that of the report's run, or one that another run may have, too
     */
    @Nullable
    Recorded deleted(RunReport report, UUID id, boolean isNamed) {
        String condition =
                report.isAnonymous() ? report.isFinal() ? DELETED_OF_END : DELETED_OF_START : DELETED_BY_NAME;
        return jdbc
                .query(
                        DELETED.formatted(isNamed ? "gone.id = :id OR " + condition : condition),
                        parameters(report, id),
                        (row, number) -> Recorded.ofDeleted(
                                row.getObject("id", UUID.class), RunStatus.ofCode(row.getString("status"))))
                .stream()
                .findFirst()
                .orElse(null);
    }

    private static MapSqlParameterSource parameters(RunReport report, UUID id) {
        MapSqlParameterSource parameters = new MapSqlParameterSource()
                .addValue("id", id)
                .addValue("digest", report.isFinal() ? ReportDigest.of(report) : null, Types.BINARY);
        for (ReportField field : ReportField.values()) {
            Object value = report.get(field);
            switch (field.type()) {
                case STATUS ->
                    parameters.addValue(field.column(), report.status().code());
                case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS, METRICS, BREAKDOWNS ->
                    parameters.addValue(field.column(), value == null ? null : value.toString(), Types.OTHER);
                default -> parameters.addValue(field.column(), value, jdbcType(field));
            }
        }
        return parameters;
    }

    private static List<ReportWarning> warnings(RunReport report) {
        return Stream.concat(report.warnings().stream(), Contradictions.in(report).stream())
                .toList();
    }

    private List<ReportWarning> warnings(@Nullable String text) {
        return text == null ? List.of() : json.readValue(text, new TypeReference<>() {});
    }

    private static String upsert(RunReport report) {
        if (!report.isAnonymous()) {
            return report.isFinal() ? UPSERT_NAMED_END : UPSERT_NAMED_START;
        }
        return report.isFinal() ? UPSERT_END : UPSERT_START;
    }

    private static String target(RunReport report) {
        if (!report.isAnonymous()) {
            return TARGET_BY_NAME;
        }
        return report.isFinal() ? TARGET_OF_END : TARGET_OF_START;
    }

    private static String sqlType(ReportField field) {
        return switch (field.type()) {
            case TIME -> "timestamptz";
            case STATUS, TEXT -> "varchar";
            case INTEGER, COUNT -> "integer";
            case TOKENS -> "bigint";
            case NUMBER, AMOUNT, SHARE -> "double precision";
            case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS, METRICS, BREAKDOWNS -> "jsonb";
        };
    }

    private static int jdbcType(ReportField field) {
        return switch (field.type()) {
            case TIME -> Types.TIMESTAMP_WITH_TIMEZONE;
            case STATUS, TEXT -> Types.VARCHAR;
            case INTEGER, COUNT -> Types.INTEGER;
            case TOKENS -> Types.BIGINT;
            case NUMBER, AMOUNT, SHARE -> Types.DOUBLE;
            case OBJECT, OBJECT_OF_INTEGERS, OBJECT_OF_OBJECTS, METRICS, BREAKDOWNS -> Types.OTHER;
        };
    }

    private static String fields(Predicate<ReportField> which, Function<ReportField, String> sql) {
        return fields(which, ", ", sql);
    }

    private static String fields(Predicate<ReportField> which, String separator, Function<ReportField, String> sql) {
        return Stream.of(ReportField.values()).filter(which).map(sql).collect(joining(separator));
    }
}
