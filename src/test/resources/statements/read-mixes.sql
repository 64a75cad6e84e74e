SELECT key_1, key_2, key_3, bucket, running, metric, sum(n) AS n, sum(x) AS x, sum(m) AS m, sum(xx) AS xx, sum(mm) AS mm,
       sum(xm) AS xm, min(lo) AS lo, max(hi) AS hi, false AS leaving
  FROM (SELECT run.prompt_version COLLATE "C" AS key_1, CASE series.dimension WHEN 'provider' THEN series.key END COLLATE "C" AS key_2, CASE series.dimension WHEN 'type' THEN series.key END COLLATE "C" AS key_3, 0 AS bucket, run.running, series.metric COLLATE "C" AS metric,
       sum(cell.n) AS n, sum(cell.x) AS x, sum(cell.m) AS m, 0 AS xx, 0 AS mm, 0 AS xm,
       min(cell.lo) AS lo, max(cell.hi) AS hi
  FROM rollup_series series
 CROSS JOIN unnest((SELECT CAST(:cell_levels AS rollup_level[])), (SELECT CAST(:cell_from AS timestamptz[])),
                   (SELECT CAST(:cell_to AS timestamptz[])), (SELECT CAST(:cell_signs AS integer[])),
                   (SELECT CAST(:cell_buckets AS integer[]))) AS slice(level, beginning, ending, sign, bucket)
 CROSS JOIN LATERAL (
     SELECT *
       FROM rollup
      WHERE rollup.level = slice.level AND rollup.series = series.id
        AND rollup.started_at >= slice.beginning AND rollup.started_at < slice.ending AND rollup.scope >= (SELECT min(run.id) FROM rollup_scope run WHERE run.prompt_version IN (:promptVersions))
        AND rollup.scope <= (SELECT max(run.id) FROM rollup_scope run WHERE run.prompt_version IN (:promptVersions))
     OFFSET 0) cell
  JOIN rollup_scope run ON run.id = cell.scope
 WHERE series.dimension = ANY (CAST((SELECT CAST(:dimensions AS text[])) AS text[]))
   AND series.metric = ANY (CAST((SELECT CAST(:metrics AS text[])) AS text[]))
   AND NOT (run.running) AND run.prompt_version IN (:promptVersions)
 GROUP BY 1, 2, 3, 5, 6
 UNION ALL SELECT run.prompt_version COLLATE "C" AS key_1, CASE observed.dimension WHEN 'provider' THEN observed.key END COLLATE "C" AS key_2, CASE observed.dimension WHEN 'type' THEN observed.key END COLLATE "C" AS key_3, 0 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
       sum(run.sign * (observed.x <> 0 OR observed.m <> 0)::int) AS n, sum(run.sign * observed.x) AS x,
       sum(run.sign * observed.m) AS m, 0 AS xx, 0 AS mm, 0 AS xm,
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
         WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending) AND run.prompt_version IN (:promptVersions) OFFSET 0) run
 CROSS JOIN LATERAL (SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.figures -> 'generated') AS generated,
       json_number(named.figures -> 'failures') AS failures
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
       ('provider_success_rate', greatest(entry.generated, 0), greatest(entry.generated, 0) + greatest(entry.failures, 0), NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)
UNION ALL
SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.value) AS quantity
  FROM (SELECT reported.dimension, tally.key, tally.value
          FROM (SELECT *
                  FROM (VALUES ('type', run.type_metrics),
                               ('difficulty', run.difficulty_metrics),
                               ('error_category', run.error_summary -> 'by_category'),
                               ('error_severity', run.error_summary -> 'by_severity')) AS every(dimension, counts)
                 WHERE every.dimension = ANY (CAST(:dimensions AS text[]))) reported
         CROSS JOIN LATERAL jsonb_each(json_capped(reported.counts)) tally) named
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('quantity_per_run', coalesce(entry.quantity, 0), 1, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 2, 3, 5, 6
 UNION ALL SELECT run.prompt_version COLLATE "C" AS key_1, CASE observed.dimension WHEN 'provider' THEN observed.key END COLLATE "C" AS key_2, CASE observed.dimension WHEN 'type' THEN observed.key END COLLATE "C" AS key_3, 0 AS bucket, run.status = 'running' AS running, observed.metric COLLATE "C" AS metric,
       sum((observed.x <> 0 OR observed.m <> 0)::int) AS n, sum(observed.x) AS x,
       sum(observed.m) AS m, 0 AS xx, 0 AS mm, 0 AS xm,
       min(observed.lo)  AS lo, max(observed.hi)  AS hi
  FROM (SELECT run.*
  FROM unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
       AS slice(beginning, ending)
 CROSS JOIN LATERAL (
     SELECT run.*
       FROM question_generation_runs run
      WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending AND run.id NOT IN (SELECT run_id FROM fold_failure)
        AND run.prompt_version IN (:promptVersions)
     OFFSET 0) run OFFSET 0) run
 CROSS JOIN LATERAL (SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.figures -> 'generated') AS generated,
       json_number(named.figures -> 'failures') AS failures
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
       ('provider_success_rate', greatest(entry.generated, 0), greatest(entry.generated, 0) + greatest(entry.failures, 0), NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)
UNION ALL
SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.value) AS quantity
  FROM (SELECT reported.dimension, tally.key, tally.value
          FROM (SELECT *
                  FROM (VALUES ('type', run.type_metrics),
                               ('difficulty', run.difficulty_metrics),
                               ('error_category', run.error_summary -> 'by_category'),
                               ('error_severity', run.error_summary -> 'by_severity')) AS every(dimension, counts)
                 WHERE every.dimension = ANY (CAST(:dimensions AS text[]))) reported
         CROSS JOIN LATERAL jsonb_each(json_capped(reported.counts)) tally) named
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('quantity_per_run', coalesce(entry.quantity, 0), 1, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)) observed
 WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND NOT (run.status = 'running')
 GROUP BY 1, 2, 3, 5, 6
) part
 GROUP BY key_1, key_2, key_3, bucket, running, metric
