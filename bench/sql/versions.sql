SELECT prompt_version, min(started_at), max(started_at), count(*),
       sum(questions_approved)::float / nullif(sum(questions_evaluated), 0),
       sum(questions_inserted)::float / nullif(sum(questions_requested), 0),
       sum(duplicates_found)::float / nullif(sum(questions_approved), 0),
       sum(avg_arbiter_score * questions_evaluated) / nullif(sum(questions_evaluated), 0),
       avg(duration_seconds), sum(total_cost_usd) / nullif(sum(questions_inserted), 0)
  FROM question_generation_runs
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where
 GROUP BY 1;
