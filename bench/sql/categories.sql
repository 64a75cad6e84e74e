SELECT key, sum(value::int), count(*), count(*) FILTER (WHERE status = 'failed')
  FROM question_generation_runs, jsonb_each_text(error_summary -> 'by_category')
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where
 GROUP BY key;
