package dev.runledger.rollup;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import java.util.Map;

/** The statements that write to the rollup: what changes or runs add to its cells, put together from a few named parts. */
final class RollupStatements {

    /** Changes up to {@code :last}, as runs with a sign. */
    private static final String CHANGES = ChangeLog.net("seq <= :last");

    /** The runs of a month. */
    private static final String MONTH = """
            (SELECT 1 AS sign, run.*
               FROM question_generation_runs run
              WHERE run.started_at >= :from AND run.started_at < :to AND %s)""".formatted(FoldFailures.NONE_OF_RUN);

    /** Names of scopes, without null, for absent values are values, too. */
    private static final String NAME = "jsonb_build_array(run.status = 'running', run.environment)::text";

    private static final String DETAILED_NAME = """
            jsonb_build_array(run.status = 'running', run.environment, run.prompt_version, run.triggered_by,
                              run.arbiter_config_version)::text""";

    private static final String ADD_SCOPES = """
            WITH named AS (
                SELECT DISTINCT {name} AS name, {detailed_name} AS detailed_name, run.status = 'running' AS running,
                       run.environment, run.prompt_version, run.triggered_by, run.arbiter_config_version
                  FROM {source} run
            ), scope AS (
                SELECT DISTINCT name, running, environment, NULL AS prompt_version, NULL AS triggered_by,
                       NULL AS arbiter_config_version
                  FROM named
                 UNION ALL
                SELECT detailed_name, running, environment, prompt_version, triggered_by, arbiter_config_version FROM named
            )
            INSERT INTO rollup_scope (name, running, environment, prompt_version, triggered_by, arbiter_config_version)
            SELECT * FROM scope WHERE NOT EXISTS (SELECT 1 FROM rollup_scope known WHERE known.name = scope.name)
            ON CONFLICT DO NOTHING
            """;

    /** What the source adds to each cell, as {@code added}: observations by the hour first, so that coarser cells cost little. */
    private static final String ADDED = """
            WITH placed AS (
                SELECT run.*, date_trunc('hour', run.started_at, 'UTC') AS hour, brief.id AS brief, detailed.id AS detailed
                  FROM {source} run
                  JOIN rollup_scope brief ON brief.name = {name}
                  JOIN rollup_scope detailed ON detailed.name = {detailed_name}
                OFFSET 0
            ), observed AS MATERIALIZED (
                SELECT run.hour, run.brief, run.detailed, observed.dimension, observed.key, observed.metric,
                       sum(run.sign * (observed.x <> 0 OR observed.m <> 0)::int)::int AS n,
                       sum(run.sign * observed.x) AS x, sum(run.sign * observed.m) AS m,
                       sum(run.sign * observed.x * observed.x) AS xx, sum(run.sign * observed.m * observed.m) AS mm,
                       sum(run.sign * observed.x * observed.m) AS xm,
                       min(observed.lo) FILTER (WHERE run.sign > 0) AS lo, max(observed.hi) FILTER (WHERE run.sign > 0) AS hi
                  FROM placed run
                 CROSS JOIN LATERAL ({observations}) observed
                 -- A change that an older version noted lacks younger columns.
                 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL
                 GROUP BY run.hour, run.brief, run.detailed, observed.dimension, observed.key, observed.metric
            ), named AS (
                SELECT DISTINCT dimension, key, metric FROM observed
            ), added_series AS (
                INSERT INTO rollup_series (dimension, key, metric)
                SELECT * FROM named EXCEPT SELECT dimension, key, metric FROM rollup_series
                ON CONFLICT DO NOTHING
                RETURNING id, dimension, key, metric
            ), series AS (
                SELECT series.id, series.dimension, series.key, series.metric
                  FROM rollup_series series JOIN named USING (dimension, key, metric)
                 UNION ALL
                SELECT id, dimension, key, metric FROM added_series
            ), added AS (
                SELECT level.level, series.id AS series, date_trunc(level.grain, observed.hour, 'UTC') AS started_at,
                       CASE WHEN level.detailed THEN observed.detailed ELSE observed.brief END AS scope,
                       sum(observed.n)::int AS n, sum(observed.x) AS x, sum(observed.m) AS m, sum(observed.xx) AS xx,
                       sum(observed.mm) AS mm, sum(observed.xm) AS xm, min(observed.lo) AS lo, max(observed.hi) AS hi
                  FROM observed
                  JOIN series USING (dimension, key, metric)
                  JOIN (VALUES ('HOUR'::rollup_level, 'hour', false),
                               ('DAY', 'day', false),
                               ('MONTH', 'month', false),
                               ('DETAILED_DAY', 'day', true),
                               ('DETAILED_MONTH', 'month', true)) AS level(level, grain, detailed)
                    -- No query reads durations by the hour, and there are many steps.
                    ON level.grain <> 'hour' OR observed.dimension <> 'duration_step'
                 GROUP BY 1, 2, 3, 4
            )
            """;

    private static final String ADD = ADDED + """
            INSERT INTO rollup AS cell (level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi)
            SELECT level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi
              FROM added
             ORDER BY level, series, started_at, scope
            ON CONFLICT (level, series, started_at, scope) DO UPDATE
               SET n = cell.n + excluded.n, x = cell.x + excluded.x, m = cell.m + excluded.m, xx = cell.xx + excluded.xx,
                   mm = cell.mm + excluded.mm, xm = cell.xm + excluded.xm,
                   lo = least(cell.lo, excluded.lo), hi = greatest(cell.hi, excluded.hi)
            """;

    /**
     * Extremes cannot be subtracted: where a run that had any left a cell, they are read from the runs that remain. The cells
     * first, then what remains in them, then the update, since no table that may be distributed can be read again and
     * again within an update.
     */
    private static final String CORRECT_EXTREMES = """
            WITH gone AS MATERIALIZED (
                SELECT DISTINCT level.level, date_trunc(level.grain, run.started_at, 'UTC') AS started_at, level.grain,
                       scope.id AS scope, level.detailed, run.status = 'running' AS running, run.environment,
                       CASE WHEN level.detailed THEN run.prompt_version END AS prompt_version,
                       CASE WHEN level.detailed THEN run.triggered_by END AS triggered_by,
                       CASE WHEN level.detailed THEN run.arbiter_config_version END AS arbiter_config_version
                  FROM {source} run
                 CROSS JOIN LATERAL ({extremes}) observed
                 CROSS JOIN (VALUES ('HOUR'::rollup_level, 'hour', false),
                                    ('DAY', 'day', false),
                                    ('MONTH', 'month', false),
                                    ('DETAILED_DAY', 'day', true),
                                    ('DETAILED_MONTH', 'month', true)) AS level(level, grain, detailed)
                  JOIN rollup_scope scope ON scope.name = CASE WHEN level.detailed THEN {detailed_name} ELSE {name} END
                  JOIN rollup_series series
                    ON series.dimension = '' AND series.key = '' AND series.metric = observed.metric
                  -- Most runs that leave a month held none of its extremes, and a month is long to read.
                  JOIN rollup cell
                    ON cell.level = level.level AND cell.series = series.id AND cell.scope = scope.id
                   AND cell.started_at = date_trunc(level.grain, run.started_at, 'UTC')
                   AND (observed.lo <= cell.lo OR observed.hi >= cell.hi)
                 WHERE run.sign < 0
            ), left_for_good AS MATERIALIZED (
                -- One that is set aside is in the ledger still.
                SELECT run_id FROM run_change WHERE seq <= :last GROUP BY run_id HAVING sum(sign) < 0
            ), remaining AS MATERIALIZED (
                SELECT gone.level, gone.started_at, gone.scope, observed.metric, min(observed.lo) AS lo, max(observed.hi) AS hi
                  FROM gone
                  JOIN question_generation_runs run
                    ON run.started_at >= gone.started_at
                   AND run.started_at < ((gone.started_at AT TIME ZONE 'UTC') + ('1 ' || gone.grain)::interval) AT TIME ZONE 'UTC'
                   AND {folds} AND run.id NOT IN (SELECT run_id FROM left_for_good)
                   AND (run.status = 'running') = gone.running
                   AND run.environment IS NOT DISTINCT FROM gone.environment
                   AND (NOT gone.detailed
                        OR (run.prompt_version, run.triggered_by, run.arbiter_config_version)
                           IS NOT DISTINCT FROM (gone.prompt_version, gone.triggered_by, gone.arbiter_config_version))
                 CROSS JOIN LATERAL ({extremes}) observed
                 GROUP BY gone.level, gone.started_at, gone.scope, observed.metric
            )
            UPDATE rollup cell
               SET lo = corrected.lo, hi = corrected.hi
              FROM (SELECT gone.level, gone.started_at, gone.scope, series.id AS series, remaining.lo, remaining.hi
                      FROM gone
                     CROSS JOIN rollup_series series
                      LEFT JOIN remaining
                        ON remaining.level = gone.level AND remaining.started_at = gone.started_at
                       AND remaining.scope = gone.scope AND remaining.metric = series.metric
                     WHERE series.dimension = '' AND series.key = ''
                       AND (series.metric LIKE 'own:%'
                            OR series.metric IN (SELECT metric FROM ({metrics_with_extremes}) AS known(metric)))) corrected
             WHERE cell.level = corrected.level AND cell.series = corrected.series
               AND cell.started_at = corrected.started_at AND cell.scope = corrected.scope
            """;

    /**
     * Compares the cells of a month with what its runs come to, and replaces what differs. A cell that all runs have left stays,
     * with zeros, until it is removed here: only what is not 0 differs from there being no cell.
     */
    private static final String AUDIT =
            ADDED.replace("added AS (", "added AS MATERIALIZED (").stripTrailing() + """
            , different AS MATERIALIZED (
                SELECT level, series, started_at, scope, expected.n, expected.x, expected.m, expected.xx, expected.mm, expected.xm,
                       expected.lo, expected.hi, expected.n IS NULL AS superfluous,
                       expected.n IS NULL AND cell.n = 0 AND cell.x = 0 AND cell.m = 0 AND cell.lo IS NULL AND cell.hi IS NULL
                           AS empty
                  FROM added expected
                  FULL JOIN (SELECT * FROM rollup WHERE rollup.started_at >= :from AND rollup.started_at < :to) cell
                 USING (level, series, started_at, scope)
                 WHERE (cell.n, cell.x, cell.m, cell.xx, cell.mm, cell.xm, cell.lo, cell.hi)
                       IS DISTINCT FROM
                       (expected.n, expected.x, expected.m, expected.xx, expected.mm, expected.xm, expected.lo, expected.hi)
            ), removed AS (
                DELETE FROM rollup cell
                 USING different
                 WHERE different.superfluous AND cell.level = different.level AND cell.series = different.series
                   AND cell.started_at = different.started_at AND cell.scope = different.scope
            ), replaced AS (
                INSERT INTO rollup AS cell (level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi)
                SELECT level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi FROM different WHERE NOT superfluous
                ON CONFLICT (level, series, started_at, scope) DO UPDATE
                   SET n = excluded.n, x = excluded.x, m = excluded.m, xx = excluded.xx, mm = excluded.mm, xm = excluded.xm,
                       lo = excluded.lo, hi = excluded.hi
            )
            SELECT count(*) FROM different WHERE NOT empty
            """;

    static final String ADD_SCOPES_OF_CHANGES = complete(ADD_SCOPES, CHANGES);
    static final String ADD_SCOPES_OF_MONTH = complete(ADD_SCOPES, MONTH);
    static final String ADD_CHANGES = complete(ADD, CHANGES);
    static final String ADD_MONTH = complete(ADD, MONTH);
    static final String CORRECT_EXTREMES_OF_CHANGES = complete(CORRECT_EXTREMES, CHANGES);
    static final String AUDIT_MONTH = complete(AUDIT, MONTH);
    static final String REMOVE_MONTH = "DELETE FROM rollup WHERE started_at >= :from AND started_at < :to";

    private RollupStatements() {}

    private static String complete(String statement, String source) {
        return Template.fill(
                statement,
                Map.of(
                        "source",
                        source,
                        "folds",
                        FoldFailures.NONE_OF_RUN,
                        "name",
                        NAME,
                        "detailed_name",
                        DETAILED_NAME,
                        "observations",
                        Observations.all(),
                        "extremes",
                        Observations.extremes(),
                        "metrics_with_extremes",
                        Observations.metricsWithExtremes()));
    }
}
