SELECT bucket, running, metric, sum(n) AS n, sum(x) AS x, sum(m) AS m, sum(xx) AS xx, sum(mm) AS mm,
       sum(xm) AS xm, min(lo) AS lo, max(hi) AS hi, EXISTS (SELECT 1 FROM (SELECT run.* FROM (SELECT change.seq, change.sign, run.*
   FROM (SELECT seq, sign, run,
                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
           FROM run_change
          WHERE true AND run_id NOT IN (SELECT run_id FROM fold_failure)) change
  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
  WHERE change.seq = change.remaining) run WHERE true AND true AND NOT false AND true) run CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
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
         WHERE run.sign < 0 AND (observed.lo IS NOT NULL OR observed.hi IS NOT NULL)) AS leaving
  FROM (SELECT 0 AS bucket, run.running, series.metric COLLATE "C" AS metric,
       sum(cell.n) AS n, sum(cell.x) AS x, sum(cell.m) AS m, sum(cell.xx) AS xx, sum(cell.mm) AS mm, sum(cell.xm) AS xm,
       min(cell.lo) AS lo, max(cell.hi) AS hi
  FROM rollup_series series
 CROSS JOIN unnest((SELECT CAST(:cell_levels AS rollup_level[])), (SELECT CAST(:cell_from AS timestamptz[])),
                   (SELECT CAST(:cell_to AS timestamptz[])), (SELECT CAST(:cell_signs AS integer[])),
                   (SELECT CAST(:cell_buckets AS integer[]))) AS slice(level, beginning, ending, sign, bucket)
 CROSS JOIN LATERAL (
     SELECT *
       FROM rollup
      WHERE rollup.level = slice.level AND rollup.series = series.id
        AND rollup.started_at >= slice.beginning AND rollup.started_at < slice.ending
     OFFSET 0) cell
  JOIN rollup_scope run ON run.id = cell.scope
 WHERE series.dimension = ANY (CAST((SELECT CAST(:dimensions AS text[])) AS text[]))
   AND series.metric = ANY (CAST((SELECT CAST(:metrics AS text[])) AS text[]))
   AND NOT (run.running) AND true
 GROUP BY 2, 3
 UNION ALL SELECT 0 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
       sum(run.sign * (observed.x <> 0 OR observed.m <> 0)::int) AS n, sum(run.sign * observed.x) AS x,
       sum(run.sign * observed.m) AS m, sum(run.sign * observed.x * observed.x) AS xx, sum(run.sign * observed.m * observed.m) AS mm,
       sum(run.sign * observed.x * observed.m) AS xm,
       min(observed.lo) FILTER (WHERE run.sign > 0) AS lo, max(observed.hi) FILTER (WHERE run.sign > 0) AS hi
  FROM (SELECT run.* FROM (SELECT change.seq, change.sign, run.*
   FROM (SELECT seq, sign, run,
                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
           FROM run_change
          WHERE true AND run_id NOT IN (SELECT run_id FROM fold_failure)) change
  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
  WHERE change.seq = change.remaining) run WHERE true AND true AND NOT false AND true OFFSET 0) run
 CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
       ('approval_rate', run.questions_approved::bigint, run.questions_evaluated::bigint, NULL::numeric, NULL::numeric)) AS of_run (metric, x, m, lo, hi)
UNION ALL
SELECT '' AS dimension, '' AS key, 'own:' || own.key AS metric, json_number(own.value -> 'value') AS x,
       coalesce(json_number(own.value -> 'of'), 1) AS m,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS lo,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS hi
  FROM jsonb_each(json_object_or_empty(run.metrics)) own
 WHERE jsonb_typeof(own.value) = 'object' AND json_number(own.value -> 'value') IS NOT NULL
   AND coalesce(json_number(own.value -> 'of'), 1) >= 0 AND own.key = ANY (CAST(:own_metrics AS text[]))) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 2, 3
) part
 GROUP BY bucket, running, metric
