SELECT bucket, running, metric, sum(n) AS n, sum(x) AS x, sum(m) AS m, sum(xx) AS xx, sum(mm) AS mm,
       sum(xm) AS xm, min(lo) AS lo, max(hi) AS hi, false AS leaving
  FROM (SELECT coalesce(slice.bucket, width_bucket(cell.started_at, (SELECT CAST(:bounds AS timestamptz[]))) - 1) AS bucket, run.running, series.metric COLLATE "C" AS metric,
       sum(cell.n) AS n, sum(cell.x) AS x, sum(cell.m) AS m, sum(cell.xx) AS xx, sum(cell.mm) AS mm, sum(cell.xm) AS xm,
       NULL::numeric AS lo, NULL::numeric AS hi
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
 GROUP BY 1, 2, 3
 UNION ALL SELECT width_bucket(run.started_at, (SELECT CAST(:bounds AS timestamptz[]))) - 1 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
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
  WHERE change.seq = change.remaining) run WHERE run.started_at >= :from AND run.started_at < :to AND NOT EXISTS (SELECT 1
          FROM unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
               AS slice(beginning, ending)
         WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending) AND true OFFSET 0) run
 CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
       ('approval_rate', run.questions_approved::bigint, run.questions_evaluated::bigint, NULL::numeric, NULL::numeric)) AS of_run (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 2, 3
 UNION ALL SELECT width_bucket(run.started_at, (SELECT CAST(:bounds AS timestamptz[]))) - 1 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
       sum((observed.x <> 0 OR observed.m <> 0)::int) AS n, sum(observed.x) AS x,
       sum(observed.m) AS m, sum(observed.x * observed.x) AS xx, sum(observed.m * observed.m) AS mm,
       sum(observed.x * observed.m) AS xm,
       min(observed.lo)  AS lo, max(observed.hi)  AS hi
  FROM (SELECT run.*
  FROM unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
       AS slice(beginning, ending)
 CROSS JOIN LATERAL (
     SELECT run.*
       FROM question_generation_runs run
      WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending AND run.id NOT IN (SELECT run_id FROM fold_failure)
        AND true
     OFFSET 0) run OFFSET 0) run
 CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.* FROM (VALUES
       ('approval_rate', run.questions_approved::bigint, run.questions_evaluated::bigint, NULL::numeric, NULL::numeric)) AS of_run (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 2, 3
) part
 GROUP BY bucket, running, metric
