SELECT date_trunc('day', started_at), count(*), sum(questions_approved)::float / nullif(sum(questions_evaluated), 0)
  FROM question_generation_runs
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where
 GROUP BY 1
 ORDER BY 1;
