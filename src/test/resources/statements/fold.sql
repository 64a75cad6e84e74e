WITH placed AS (
    SELECT run.*, date_trunc('hour', run.started_at, 'UTC') AS hour, brief.id AS brief, detailed.id AS detailed
      FROM (SELECT change.seq, change.sign, run.*
   FROM (SELECT seq, sign, run,
                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
           FROM run_change
          WHERE seq <= :last AND run_id NOT IN (SELECT run_id FROM fold_failure)) change
  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
  WHERE change.seq = change.remaining) run
      JOIN rollup_scope brief ON brief.name = jsonb_build_array(run.status = 'running', run.environment)::text
      JOIN rollup_scope detailed ON detailed.name = jsonb_build_array(run.status = 'running', run.environment, run.prompt_version, run.triggered_by,
                  run.arbiter_config_version)::text
    OFFSET 0
), observed AS MATERIALIZED (
    SELECT run.hour, run.brief, run.detailed, observed.dimension, observed.key, observed.metric,
           sum(run.sign * (observed.x <> 0 OR observed.m <> 0)::int)::int AS n,
           sum(run.sign * observed.x) AS x, sum(run.sign * observed.m) AS m,
           sum(run.sign * observed.x * observed.x) AS xx, sum(run.sign * observed.m * observed.m) AS mm,
           sum(run.sign * observed.x * observed.m) AS xm,
           min(observed.lo) FILTER (WHERE run.sign > 0) AS lo, max(observed.hi) FILTER (WHERE run.sign > 0) AS hi
      FROM placed run
     CROSS JOIN LATERAL (SELECT '' AS dimension, '' AS key, of_run.*
  FROM (VALUES
       ('run_success_rate', (run.status = 'success')::int, 1, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END, CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END),
       ('run_failure_rate', (run.status = 'failed')::int, 1, NULL::numeric, NULL::numeric),
       ('generation_success_rate', CASE WHEN run.questions_requested > 0 AND NOT coalesce(run.report_warnings @> '[{"type": "figures_unknown"}]', false) AND (run.questions_generated > 0 OR run.generation_failures > 0 OR run.questions_evaluated = 0) THEN run.questions_generated::bigint ELSE 0 END, CASE WHEN run.questions_requested > 0 AND NOT coalesce(run.report_warnings @> '[{"type": "figures_unknown"}]', false) AND (run.questions_generated > 0 OR run.generation_failures > 0 OR run.questions_evaluated = 0) THEN run.questions_requested::bigint ELSE 0 END, NULL::numeric, NULL::numeric),
       ('generation_failure_rate', run.generation_failures::bigint, run.generation_failures::numeric + run.questions_generated, NULL::numeric, NULL::numeric),
       ('approval_rate', run.questions_approved::bigint, run.questions_evaluated::bigint, NULL::numeric, NULL::numeric),
       ('rejection_rate', run.questions_rejected::bigint, run.questions_evaluated::bigint, NULL::numeric, NULL::numeric),
       ('duplicate_rate', run.duplicates_found::bigint, run.questions_approved::bigint, NULL::numeric, NULL::numeric),
       ('exact_duplicate_rate', run.exact_duplicates::bigint, (run.duplicates_found = 0 OR run.exact_duplicates > 0 OR run.semantic_duplicates > 0)::int * run.questions_approved::bigint, NULL::numeric, NULL::numeric),
       ('semantic_duplicate_rate', run.semantic_duplicates::bigint, (run.duplicates_found = 0 OR run.exact_duplicates > 0 OR run.semantic_duplicates > 0)::int * run.questions_approved::bigint, NULL::numeric, NULL::numeric),
       ('overall_success_rate', CASE WHEN run.questions_requested > 0 AND NOT coalesce(run.report_warnings @> '[{"type": "figures_unknown"}]', false) THEN run.questions_inserted::bigint ELSE 0 END, CASE WHEN run.questions_requested > 0 AND NOT coalesce(run.report_warnings @> '[{"type": "figures_unknown"}]', false) THEN run.questions_requested::bigint ELSE 0 END, NULL::numeric, NULL::numeric),
       ('insertion_failure_rate', run.insertion_failures::bigint, run.insertion_failures::numeric + run.questions_inserted, NULL::numeric, NULL::numeric),
       ('arbiter_score', CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric * run.questions_evaluated ELSE 0 END, CASE WHEN run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL THEN run.questions_evaluated::bigint ELSE 0 END, CASE WHEN run.questions_evaluated > 0 THEN run.min_arbiter_score::text::numeric END, CASE WHEN run.questions_evaluated > 0 THEN run.max_arbiter_score::text::numeric END),
       ('arbiter_threshold', CASE WHEN run.min_arbiter_score_threshold IS NOT NULL THEN run.min_arbiter_score_threshold::text::numeric ELSE 0 END, CASE WHEN run.min_arbiter_score_threshold IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('duration', CASE WHEN run.duration_seconds IS NOT NULL THEN run.duration_seconds::text::numeric ELSE 0 END, CASE WHEN run.duration_seconds IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('duration_per_question', CASE WHEN run.duration_seconds IS NOT NULL AND run.questions_requested > 0 THEN run.duration_seconds::text::numeric ELSE 0 END, CASE WHEN run.duration_seconds IS NOT NULL AND run.questions_requested > 0 THEN run.questions_requested::bigint ELSE 0 END, NULL::numeric, NULL::numeric),
       ('api_calls_per_inserted_question', run.total_api_calls::bigint, (run.total_api_calls > 0)::int * run.questions_inserted::bigint, NULL::numeric, NULL::numeric),
       ('cost_per_inserted_question', CASE WHEN run.total_cost_usd IS NOT NULL THEN run.total_cost_usd::text::numeric ELSE 0 END, CASE WHEN run.total_cost_usd IS NOT NULL THEN run.questions_inserted::bigint ELSE 0 END, NULL::numeric, NULL::numeric),
       ('tokens_per_inserted_question', CASE WHEN coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL THEN coalesce(run.total_input_tokens, 0)::numeric + coalesce(run.total_output_tokens, 0) ELSE 0 END, CASE WHEN coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL THEN run.questions_inserted::bigint ELSE 0 END, NULL::numeric, NULL::numeric),
       ('cost_per_run', CASE WHEN run.total_cost_usd IS NOT NULL THEN run.total_cost_usd::text::numeric ELSE 0 END, CASE WHEN run.total_cost_usd IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('input_tokens_per_run', CASE WHEN run.total_input_tokens IS NOT NULL THEN run.total_input_tokens::numeric ELSE 0 END, CASE WHEN run.total_input_tokens IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('output_tokens_per_run', CASE WHEN run.total_output_tokens IS NOT NULL THEN run.total_output_tokens::numeric ELSE 0 END, CASE WHEN run.total_output_tokens IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('tokens_per_run', CASE WHEN coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL THEN coalesce(run.total_input_tokens, 0)::numeric + coalesce(run.total_output_tokens, 0) ELSE 0 END, CASE WHEN coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('errors_per_run', run.total_errors::bigint, 1, NULL::numeric, NULL::numeric),
       ('questions_requested_per_run', run.questions_requested::bigint, 1, NULL::numeric, NULL::numeric),
       ('questions_generated_per_run', run.questions_generated::bigint, 1, NULL::numeric, NULL::numeric),
       ('questions_inserted_per_run', run.questions_inserted::bigint, 1, NULL::numeric, NULL::numeric),
       ('reported_overall_success_rate', CASE WHEN run.overall_success_rate IS NOT NULL THEN run.overall_success_rate::text::numeric ELSE 0 END, CASE WHEN run.overall_success_rate IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('reported_approval_rate', CASE WHEN run.approval_rate IS NOT NULL THEN run.approval_rate::text::numeric ELSE 0 END, CASE WHEN run.approval_rate IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('reported_duplicate_rate', CASE WHEN run.duplicate_rate IS NOT NULL THEN run.duplicate_rate::text::numeric ELSE 0 END, CASE WHEN run.duplicate_rate IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('reported_arbiter_score', CASE WHEN run.avg_arbiter_score IS NOT NULL THEN run.avg_arbiter_score::text::numeric ELSE 0 END, CASE WHEN run.avg_arbiter_score IS NOT NULL THEN 1 ELSE 0 END, run.min_arbiter_score::text::numeric, run.max_arbiter_score::text::numeric)) AS of_run (metric, x, m, lo, hi)
 WHERE x <> 0 OR m <> 0 OR lo IS NOT NULL OR hi IS NOT NULL
UNION ALL
SELECT '' AS dimension, '' AS key, 'own:' || own.key AS metric, json_number(own.value -> 'value') AS x,
       coalesce(json_number(own.value -> 'of'), 1) AS m,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS lo,
       CASE WHEN run.status <> 'running' THEN extract(epoch FROM run.started_at) END AS hi
  FROM jsonb_each(json_object_or_empty(run.metrics)) own
 WHERE jsonb_typeof(own.value) = 'object' AND json_number(own.value -> 'value') IS NOT NULL
   AND coalesce(json_number(own.value -> 'of'), 1) >= 0
UNION ALL
SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, named.reported AS reported,
       json_number(named.figures -> 'generated') AS generated,
       json_number(named.figures -> 'failures') AS failures,
       json_number(named.figures -> 'api_calls') AS api_calls,
       json_number(named.figures -> 'evaluated') AS evaluated,
       json_number(named.figures -> 'approved') AS approved,
       coalesce(json_number(named.cost -> 'total_cost_usd'), json_number(named.figures -> 'cost_usd')) AS cost_usd,
       coalesce(json_number(named.cost -> 'total_input_tokens'), json_number(named.figures -> 'input_tokens')) AS input_tokens,
       coalesce(json_number(named.cost -> 'total_output_tokens'), json_number(named.figures -> 'output_tokens')) AS output_tokens
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
 WHERE true
-- Keeps every number read once, however often it is used.
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('approval_rate', CASE WHEN entry.evaluated IS NOT NULL AND entry.approved IS NOT NULL THEN entry.approved ELSE 0 END, CASE WHEN entry.evaluated IS NOT NULL AND entry.approved IS NOT NULL THEN entry.evaluated ELSE 0 END, NULL::numeric, NULL::numeric),
       ('cost_per_run', CASE WHEN entry.cost_usd IS NOT NULL THEN entry.cost_usd ELSE 0 END, CASE WHEN entry.cost_usd IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('input_tokens_per_run', CASE WHEN entry.input_tokens IS NOT NULL THEN entry.input_tokens ELSE 0 END, CASE WHEN entry.input_tokens IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('output_tokens_per_run', CASE WHEN entry.output_tokens IS NOT NULL THEN entry.output_tokens ELSE 0 END, CASE WHEN entry.output_tokens IS NOT NULL THEN 1 ELSE 0 END, NULL::numeric, NULL::numeric),
       ('provider_success_rate', greatest(entry.generated, 0), greatest(entry.generated, 0) + greatest(entry.failures, 0), NULL::numeric, NULL::numeric),
       ('attributed_approval_rate', CASE WHEN run.questions_evaluated > 0 THEN round(greatest(entry.generated, 0) * run.questions_approved / nullif(run.questions_evaluated, 0), 12) ELSE 0 END, CASE WHEN run.questions_evaluated > 0 THEN greatest(entry.generated, 0) ELSE 0 END, NULL::numeric, NULL::numeric),
       ('api_calls_per_generated_question', greatest(entry.api_calls, 0), (entry.api_calls IS NOT NULL)::int * greatest(entry.generated, 0), NULL::numeric, NULL::numeric),
       ('cost_per_generated_question', CASE WHEN entry.cost_usd IS NOT NULL THEN entry.cost_usd ELSE 0 END, CASE WHEN entry.cost_usd IS NOT NULL THEN greatest(entry.generated, 0) ELSE 0 END, NULL::numeric, NULL::numeric),
       ('outcome_coverage', entry.reported::int, 1, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)
 WHERE x <> 0 OR m <> 0
UNION ALL
SELECT entry.dimension, entry.key, of_entry.*
  FROM (SELECT named.dimension, json_name(named.key) AS key, json_number(named.value) AS quantity
  FROM (SELECT reported.dimension, tally.key, tally.value
          FROM (SELECT *
                  FROM (VALUES ('type', run.type_metrics),
                               ('difficulty', run.difficulty_metrics),
                               ('error_category', run.error_summary -> 'by_category'),
                               ('error_severity', run.error_summary -> 'by_severity')) AS every(dimension, counts)
                 WHERE true) reported
         CROSS JOIN LATERAL jsonb_each(json_capped(reported.counts)) tally) named
OFFSET 0) entry CROSS JOIN LATERAL (VALUES
       ('run_failure_rate', (entry.quantity > 0 AND run.status = 'failed')::int, (entry.quantity > 0)::int, NULL::numeric, NULL::numeric),
       ('quantity_per_run', coalesce(entry.quantity, 0), 1, NULL::numeric, NULL::numeric)) AS of_entry (metric, x, m, lo, hi)
 WHERE x <> 0 OR m <> 0
UNION ALL
SELECT 'duration_step' AS dimension, (CASE WHEN run.duration_seconds < 0.001 THEN -1000 ELSE floor(ln(run.duration_seconds) * 50)::int END)::text AS key, 'run_success_rate' AS metric, 1 AS x, 1 AS m, NULL::numeric AS lo,
       NULL::numeric AS hi
 WHERE run.duration_seconds IS NOT NULL) observed
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
INSERT INTO rollup AS cell (level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi)
SELECT level, series, started_at, scope, n, x, m, xx, mm, xm, lo, hi
  FROM added
 ORDER BY level, series, started_at, scope
ON CONFLICT (level, series, started_at, scope) DO UPDATE
   SET n = cell.n + excluded.n, x = cell.x + excluded.x, m = cell.m + excluded.m, xx = cell.xx + excluded.xx,
       mm = cell.mm + excluded.mm, xm = cell.xm + excluded.xm,
       lo = least(cell.lo, excluded.lo), hi = greatest(cell.hi, excluded.hi)
