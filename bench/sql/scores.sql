SELECT count(*) FILTER (WHERE status = 'success'), count(*) FILTER (WHERE status = 'partial_failure'),
       count(*) FILTER (WHERE status = 'failed'), min(min_arbiter_score), max(max_arbiter_score),
       count(*) FILTER (WHERE m > 0), sum(x), sum(m), sum(x * x), sum(m * m), sum(x * m)
  FROM (SELECT *, avg_arbiter_score::text::numeric * questions_evaluated AS x, questions_evaluated::numeric AS m
          FROM question_generation_runs
         WHERE status <> 'running' AND started_at >= :'from' AND started_at < :'to' AND :where
        OFFSET 0) run;
