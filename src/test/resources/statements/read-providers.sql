SELECT key_1, bucket, running, metric, sum(n) AS n, sum(x) AS x, sum(m) AS m, sum(xx) AS xx, sum(mm) AS mm,
       sum(xm) AS xm, min(lo) AS lo, max(hi) AS hi, false AS leaving
  FROM (SELECT series.key COLLATE "C" AS key_1, 0 AS bucket, run.running, series.metric COLLATE "C" AS metric,
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
 GROUP BY 1, 3, 4
 UNION ALL SELECT observed.key COLLATE "C" AS key_1, 0 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
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
 CROSS JOIN LATERAL (SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.figures -> 'generated') AS generated,
       json_number(named.figures -> 'failures') AS failures,
       coalesce(json_number(named.cost -> 'total_cost_usd'), json_number(named.figures -> 'cost_usd')) AS cost_usd
  FROM (SELECT json_capped(run.provider_metrics) AS metrics, json_capped(run.cost_by_provider) AS costs,
               json_capped(run.breakdowns -> 'provider') AS more OFFSET 0) of_providers
 CROSS JOIN LATERAL (
        SELECT 'provider' AS dimension, key, true AS reported,
               json_object_or_empty(more -> key) || value AS figures, costs -> key AS cost
          FROM jsonb_each(metrics)
         UNION ALL
        SELECT 'provider', key, more -> key IS NOT NULL, more -> key, value
          FROM jsonb_each(costs)
         WHERE metrics -> key IS NULL
         UNION ALL
        SELECT 'provider', key, true, value, NULL
          FROM jsonb_each(more)
         WHERE metrics -> key IS NULL AND costs -> key IS NULL
         UNION ALL
        SELECT breakdown.key, entry.key, true, entry.value, NULL
          FROM jsonb_each(json_object_or_empty(run.breakdowns)) breakdown
         CROSS JOIN LATERAL jsonb_each(json_capped(breakdown.value)) entry
         WHERE breakdown.key <> 'provider') named
 WHERE named.dimension = ANY (CAST(:dimensions AS text[]))
-- Keeps every number read once, however often it is used.
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('provider_success_rate', greatest(entry.generated, 0), greatest(entry.generated, 0) + greatest(entry.failures, 0), NULL::numeric, NULL::numeric),
       ('cost_per_run', CASE WHEN entry.cost_usd IS NOT NULL THEN entry.cost_usd ELSE 0 END, CASE WHEN entry.cost_usd IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 3, 4
 UNION ALL SELECT observed.key COLLATE "C" AS key_1, 0 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
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
 CROSS JOIN LATERAL (SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.figures -> 'generated') AS generated,
       json_number(named.figures -> 'failures') AS failures,
       coalesce(json_number(named.cost -> 'total_cost_usd'), json_number(named.figures -> 'cost_usd')) AS cost_usd
  FROM (SELECT json_capped(run.provider_metrics) AS metrics, json_capped(run.cost_by_provider) AS costs,
               json_capped(run.breakdowns -> 'provider') AS more OFFSET 0) of_providers
 CROSS JOIN LATERAL (
        SELECT 'provider' AS dimension, key, true AS reported,
               json_object_or_empty(more -> key) || value AS figures, costs -> key AS cost
          FROM jsonb_each(metrics)
         UNION ALL
        SELECT 'provider', key, more -> key IS NOT NULL, more -> key, value
          FROM jsonb_each(costs)
         WHERE metrics -> key IS NULL
         UNION ALL
        SELECT 'provider', key, true, value, NULL
          FROM jsonb_each(more)
         WHERE metrics -> key IS NULL AND costs -> key IS NULL
         UNION ALL
        SELECT breakdown.key, entry.key, true, entry.value, NULL
          FROM jsonb_each(json_object_or_empty(run.breakdowns)) breakdown
         CROSS JOIN LATERAL jsonb_each(json_capped(breakdown.value)) entry
         WHERE breakdown.key <> 'provider') named
 WHERE named.dimension = ANY (CAST(:dimensions AS text[]))
-- Keeps every number read once, however often it is used.
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('provider_success_rate', greatest(entry.generated, 0), greatest(entry.generated, 0) + greatest(entry.failures, 0), NULL::numeric, NULL::numeric),
       ('cost_per_run', CASE WHEN entry.cost_usd IS NOT NULL THEN entry.cost_usd ELSE 0 END, CASE WHEN entry.cost_usd IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 3, 4
) part
 GROUP BY key_1, bucket, running, metric
