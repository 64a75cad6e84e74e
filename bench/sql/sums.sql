SELECT count(*), count(*) FILTER (WHERE status = 'success'), count(*) FILTER (WHERE status = 'failed'),
       sum(questions_requested), sum(questions_generated), sum(questions_evaluated), sum(questions_approved),
       sum(questions_inserted), sum(duplicates_found), sum(total_errors), sum(total_api_calls),
       sum(total_cost_usd), sum(total_input_tokens), sum(total_output_tokens), avg(duration_seconds),
       sum(avg_arbiter_score * questions_evaluated) / nullif(sum(questions_evaluated), 0),
       min(min_arbiter_score), max(max_arbiter_score),
       sum(questions_approved::numeric ^ 2), sum(questions_evaluated::numeric ^ 2),
       sum(questions_approved::numeric * questions_evaluated)
  FROM question_generation_runs
 WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where;
