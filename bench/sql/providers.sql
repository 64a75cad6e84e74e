SELECT key, count(*), sum((value ->> 'generated')::int), sum((value ->> 'failures')::int),
       sum((value ->> 'api_calls')::int), sum((cost_by_provider -> key ->> 'total_cost_usd')::numeric),
       sum((value ->> 'generated')::numeric * questions_approved / nullif(questions_evaluated, 0))
  FROM question_generation_runs, jsonb_each(provider_metrics)
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where
 GROUP BY key;
