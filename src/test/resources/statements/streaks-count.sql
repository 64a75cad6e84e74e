SELECT day.started_at, judged.cell, coalesce(judged.letters, '') AS letters
  FROM unnest(CAST(:days AS timestamptz[])) AS day(started_at)
  CROSS JOIN LATERAL (
      SELECT CASE WHEN grouping(run.environment) = 1 THEN '[]'
                  ELSE jsonb_build_array(run.environment)::text END AS cell,
             string_agg(CASE WHEN run.questions_inserted < CAST(:below AS numeric) * run.questions_requested THEN 'l' ELSE '-' END, '' ORDER BY run.started_at, run.id) AS letters
        FROM question_generation_runs run
       WHERE run.status <> 'running' AND run.questions_requested > 0
         AND run.started_at >= day.started_at AND run.started_at < day.started_at + interval '24 hours'
       GROUP BY GROUPING SETS ((), (run.environment))
  ) judged
