package dev.runledger.alert;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.search.RunCondition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The finished runs of a rule's scope with their values, in the order in which they started. */
@Component
class RunValues {

    /**
     * The last one first, as the index has them, so that nothing is sorted; only the columns that are needed, so that most rules are
     * answered from {@code ix_qgr_history} alone; and times in microseconds, since a hundred thousand of them take longer to be read as
     * dates.
     */
    private static final String LAST = """
            SELECT run.id, (date_part('epoch', run.started_at) * 1000000)::bigint AS started_at,
                   (date_part('epoch', coalesce(run.completed_at, run.started_at)) * 1000000)::bigint AS ended_at,
                   coalesce(observed.x, 0)::float8 AS x, coalesce(observed.m, 0)::float8 AS m
              FROM (SELECT %s
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND %s
                     ORDER BY run.started_at DESC, run.id DESC
                     LIMIT :limit) run
              LEFT JOIN LATERAL (%s) observed ON true
             ORDER BY run.started_at DESC, run.id DESC
            """;

    /** Those that have ended from one index, those that go on from another. */
    private static final String TIMED = """
            (SELECT run.id, (date_part('epoch', run.started_at) * 1000000)::bigint AS started_at,
                    (date_part('epoch', coalesce(run.completed_at, run.started_at)) * 1000000)::bigint AS ended_at,
                    (date_part('epoch', run.stuck_at) * 1000000)::bigint AS stuck_at, run.total_cost_usd AS cost
               FROM question_generation_runs run
              WHERE run.status <> 'running' AND %1$s
              ORDER BY run.started_at DESC, run.id DESC
              LIMIT :limit)
             UNION ALL
            (SELECT run.id, (date_part('epoch', run.started_at) * 1000000)::bigint, NULL,
                    (date_part('epoch', run.stuck_at) * 1000000)::bigint, run.total_cost_usd
               FROM question_generation_runs run
              WHERE run.status = 'running' AND %1$s
              ORDER BY run.started_at DESC, run.id DESC
              LIMIT :limit)
            """;

    private static final String SINCE = """
            SELECT count(*)
              FROM question_generation_runs run
             WHERE run.status <> 'running' AND run.started_at >= :since AND %s""";

    private static final String OF_NAME = """
            SELECT named.x, named.m FROM (%s) named WHERE named.key = :group""";

    /** What a run does not report is not known of it, unless it succeeded. */
    private static final String FAILURES = """
            SELECT ((CAST(:exit_code AS integer) IS NULL OR run.exit_code = CAST(:exit_code AS integer))
                    AND (CAST(:error_category AS text) IS NULL
                         OR coalesce(json_number(run.error_summary -> 'by_category' -> CAST(:error_category AS text)), 0)
                            > :errors_above))::int AS x,
                   (run.status = 'success'
                    OR (CAST(:exit_code AS integer) IS NULL OR run.exit_code IS NOT NULL)
                       AND (CAST(:error_category AS text) IS NULL
                            OR jsonb_typeof(run.error_summary -> 'by_category') = 'object'))::int AS m""";

    private static final String ATTRIBUTES = """
            SELECT DISTINCT last.value
              FROM (SELECT run.%s AS value
                      FROM question_generation_runs run
                     WHERE %s
                     ORDER BY run.started_at DESC, run.id DESC
                     LIMIT :limit) last
             WHERE last.value IS NOT NULL
             ORDER BY 1
            """;

    private static final String NAMES = """
            SELECT DISTINCT observed.key
              FROM (SELECT run.*
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND %s
                     ORDER BY run.started_at DESC, run.id DESC
                     LIMIT :limit) run
             CROSS JOIN LATERAL (%s) observed
             ORDER BY 1
            """;

    private static final Pattern COLUMN = Pattern.compile("\\brun\\.\\w+");

    /** The group of a rule that is not grouped. */
    static final String ALL = "";

    /** As the database has it, where a UUID is so many bytes. */
    private static final Comparator<TimedRun> LATEST_FIRST = Comparator.comparing(TimedRun::startedAt)
            .thenComparing(run -> run.id().getMostSignificantBits(), Long::compareUnsigned)
            .thenComparing(run -> run.id().getLeastSignificantBits(), Long::compareUnsigned)
            .reversed();

    private static final int MAX_GROUPS = 100;

    /** A rule is evaluated whenever runs change, and has to be done before they change again. */
    private static final int MAX_IN_WINDOW = 20_000;

    private final JdbcClient jdbc;

    RunValues(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The values of what the rule is grouped by in its last runs, at most so many; one that is empty if it is not.
     *
     * @throws IllegalArgumentException if there are more than {@value #MAX_GROUPS}
     */
    List<String> groups(RuleDefinition rule, int limit) {
        Dimension dimension = rule.groupBy();
        if (dimension == null) {
            return List.of(ALL);
        }
        RunCondition condition = RunCondition.of(rule.filter());
        String groups = dimension.isOfRuns()
                ? ATTRIBUTES.formatted(dimension.column(), condition.sql())
                : NAMES.formatted(
                        condition.sql(),
                        Observations.of(
                                List.of(dimension),
                                List.of(rule.metric() == null ? Metric.OUTCOME_COVERAGE : rule.metric())));
        List<String> all = jdbc.sql(groups)
                .params(condition.parameters())
                .param("dimensions", "{" + dimension.code() + "}")
                .param("limit", limit)
                .query(String.class)
                .list();
        List<String> asked =
                dimension.equals(Dimension.PROVIDER) ? rule.filter().providers() : List.of();
        List<String> found = all.stream()
                .filter(group -> asked.isEmpty() || asked.contains(group))
                .toList();
        if (found.size() > MAX_GROUPS) {
            throw new IllegalArgumentException(
                    "groupBy %s has more than %d values".formatted(dimension.name(), MAX_GROUPS));
        }
        return found;
    }

    /** What the rule looks at in the last runs of a group, at most so many, and in the time until now. */
    Observed observed(RuleDefinition ofAll, String group, int limit, Instant now) {
        RuleDefinition rule = ofAll.ofGroup(group);
        if (rule.kind().goesByTheClock()) {
            List<TimedRun> runs = timed(rule, limit);
            return Moments.of(rule, runs, now, runs.size() < limit);
        }
        if (rule.window() != null) {
            int enough = Math.max(limit, within(rule, now.minus(rule.window().multipliedBy(2))));
            List<RunValue> runs = last(rule, group, enough);
            return Moments.leaving(rule, runs, now, runs.size() < enough);
        }
        List<RunValue> runs = last(rule, group, limit);
        return Moments.observed(rule, runs, runs, runs.size() < limit ? 0 : RuleWindow.memory(rule), now);
    }

    /** How many runs the rule has to see: those that started since. */
    private int within(RuleDefinition rule, Instant since) {
        RunCondition condition = RunCondition.of(rule.filter());
        int runs = jdbc.sql(SINCE.formatted(condition.sql()))
                .params(condition.parameters())
                .param("since", since.atOffset(ZoneOffset.UTC))
                .query(Integer.class)
                .single();
        if (runs > MAX_IN_WINDOW) {
            throw new IllegalArgumentException(
                    "More than %d runs started within twice windowHours".formatted(MAX_IN_WINDOW));
        }
        return runs;
    }

    /** The last runs, at most so many, those that go on among them, in the order in which they started. */
    List<TimedRun> timed(RuleDefinition rule, int limit) {
        RunCondition condition = RunCondition.of(rule.filter());
        List<TimedRun> runs = new ArrayList<>(jdbc.sql(TIMED.formatted(condition.sql()))
                .params(condition.parameters())
                .param("limit", limit)
                .query((row, number) -> new TimedRun(
                        row.getObject(1, UUID.class),
                        instant(row.getLong(2)),
                        instantOrNull(row, 3),
                        instantOrNull(row, 4),
                        doubleOrNull(row, 5)))
                .list());
        runs.sort(LATEST_FIRST);
        if (runs.size() > limit) {
            runs.subList(limit, runs.size()).clear();
        }
        Collections.reverse(runs);
        return runs;
    }

    /** The last finished runs that the rule is about, at most so many. */
    private List<RunValue> last(RuleDefinition rule, String group, int limit) {
        RunCondition condition = RunCondition.of(rule.filter());
        Metric metric = rule.measured();
        Dimension names = names(rule);
        FailureCondition failure = rule.failure();
        List<RunValue> runs = jdbc.sql(sql(rule))
                .params(condition.parameters())
                .param("limit", limit)
                .param("own_metrics", metric.isOwn() ? "{" + metric.name() + "}" : "{}")
                .param("dimensions", names == null ? "{}" : "{" + names.code() + "}")
                .param("group", group)
                .param("exit_code", failure == null ? null : failure.exitCode(), Types.INTEGER)
                .param("error_category", failure == null ? null : failure.errorCategory())
                .param("errors_above", failure == null ? 0 : failure.errorsAbove())
                .query((row, number) -> new RunValue(
                        row.getObject(1, UUID.class),
                        instant(row.getLong(2)),
                        instant(row.getLong(3)),
                        row.getDouble(4),
                        row.getDouble(5)))
                .list();
        Collections.reverse(runs);
        return runs;
    }

    /** The statement that reads the last runs. */
    static String sql(RuleDefinition rule) {
        Dimension names = names(rule);
        String observations = rule.failure() != null
                ? FAILURES
                : names != null
                        ? OF_NAME.formatted(Observations.of(List.of(names), List.of(rule.measured())))
                        : Observations.of(List.of(rule.measured()));
        return LAST.formatted(
                columns(observations), RunCondition.of(rule.filter()).sql(), observations);
    }

    /** The dimension whose names the rule looks at; null if it looks at runs. */
    private static @Nullable Dimension names(RuleDefinition rule) {
        Dimension by = rule.groupBy();
        return by == null || by.isOfRuns() || !rule.kind().hasMetric() ? null : by;
    }

    /** Those that the statement reads. */
    private static String columns(String observations) {
        return Stream.concat(
                        Stream.of("run.id", "run.started_at", "run.completed_at"),
                        COLUMN.matcher(observations).results().map(MatchResult::group))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static @Nullable Instant instantOrNull(ResultSet row, int column) throws SQLException {
        long micros = row.getLong(column);
        return row.wasNull() ? null : instant(micros);
    }

    private static @Nullable Double doubleOrNull(ResultSet row, int column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
