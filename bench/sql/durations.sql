SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_seconds),
       sum(duration_seconds) / nullif(sum(questions_requested), 0) * 50
  FROM question_generation_runs
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where;
