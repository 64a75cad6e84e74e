WITH gone AS MATERIALIZED (
    SELECT DISTINCT level.level, date_trunc(level.grain, run.started_at, 'UTC') AS started_at, level.grain,
           scope.id AS scope, level.detailed, run.status = 'running' AS running, run.environment,
           CASE WHEN level.detailed THEN run.prompt_version END AS prompt_version,
           CASE WHEN level.detailed THEN run.triggered_by END AS triggered_by,
           CASE WHEN level.detailed THEN run.arbiter_config_version END AS arbiter_config_version
      FROM (SELECT change.seq, change.sign, run.*
   FROM (SELECT seq, sign, run,
                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
           FROM run_change
          WHERE seq <= :last AND run_id NOT IN (SELECT run_id FROM fold_failure)) change
  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
  WHERE change.seq = change.remaining) run
     CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
       ('run_success_rate', (run.status = 'success')::int, 1, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END),
       ('arbiter_score', CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric * run.questions_evaluated ELSE 0 END, CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.questions_evaluated::bigint ELSE 0 END, CASE WHEN run.questions_evaluated > 0 THEN run.min_arbiter_score::text::numeric END, CASE WHEN run.questions_evaluated > 0 THEN run.max_arbiter_score::text::numeric END),
       ('reported_arbiter_score', CASE WHEN run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric ELSE 0 END, CASE WHEN run.avg_arbiter_score IS NOT NULL THEN 1 ELSE 0 END, run.min_arbiter_score::text::numeric, run.max_arbiter_score::text::numeric)) AS of_run (metric, x, m, lo, hi)
UNION ALL
SELECT '' AS dimension, '' AS key, 'own:' || own.key AS metric, json_number(own.value -> 'value') AS x,
       coalesce(json_number(own.value -> 'of'), 1) AS m,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS lo,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS hi
  FROM jsonb_each(json_object_or_empty(run.metrics)) own
 WHERE jsonb_typeof(own.value) = 'object' AND json_number(own.value -> 'value') IS NOT NULL
   AND coalesce(json_number(own.value -> 'of'), 1) >= 0) observed
     CROSS JOIN (VALUES ('HOUR'::rollup_level, 'hour', false),
                        ('DAY', 'day', false),
                        ('MONTH', 'month', false),
                        ('DETAILED_DAY', 'day', true),
                        ('DETAILED_MONTH', 'month', true)) AS level(level, grain, detailed)
      JOIN rollup_scope scope ON scope.name = CASE WHEN level.detailed THEN jsonb_build_array(run.status = 'running', run.environment, run.prompt_version, run.triggered_by,
                  run.arbiter_config_version)::text ELSE jsonb_build_array(run.status = 'running', run.environment)::text END
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
       AND run.id NOT IN (SELECT run_id FROM fold_failure) AND run.id NOT IN (SELECT run_id FROM left_for_good)
       AND (run.status = 'running') = gone.running
       AND run.environment IS NOT DISTINCT FROM gone.environment
       AND (NOT gone.detailed
            OR (run.prompt_version, run.triggered_by, run.arbiter_config_version)
               IS NOT DISTINCT FROM (gone.prompt_version, gone.triggered_by, gone.arbiter_config_version))
     CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
       ('run_success_rate', (run.status = 'success')::int, 1, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END),
       ('arbiter_score', CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric * run.questions_evaluated ELSE 0 END, CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.questions_evaluated::bigint ELSE 0 END, CASE WHEN run.questions_evaluated > 0 THEN run.min_arbiter_score::text::numeric END, CASE WHEN run.questions_evaluated > 0 THEN run.max_arbiter_score::text::numeric END),
       ('reported_arbiter_score', CASE WHEN run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric ELSE 0 END, CASE WHEN run.avg_arbiter_score IS NOT NULL THEN 1 ELSE 0 END, run.min_arbiter_score::text::numeric, run.max_arbiter_score::text::numeric)) AS of_run (metric, x, m, lo, hi)
UNION ALL
SELECT '' AS dimension, '' AS key, 'own:' || own.key AS metric, json_number(own.value -> 'value') AS x,
       coalesce(json_number(own.value -> 'of'), 1) AS m,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS lo,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS hi
  FROM jsonb_each(json_object_or_empty(run.metrics)) own
 WHERE jsonb_typeof(own.value) = 'object' AND json_number(own.value -> 'value') IS NOT NULL
   AND coalesce(json_number(own.value -> 'of'), 1) >= 0) observed
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
                OR series.metric IN (SELECT metric FROM (VALUES ('run_success_rate'), ('arbiter_score'), ('reported_arbiter_score')) AS known(metric)))) corrected
 WHERE cell.level = corrected.level AND cell.series = corrected.series
   AND cell.started_at = corrected.started_at AND cell.scope = corrected.scope
