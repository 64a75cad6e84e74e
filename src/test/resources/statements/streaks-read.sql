SELECT day.started_at, coalesce(own.runs, 0) AS runs, coalesce(own.first_low, 0) AS first_low,
       coalesce(own.last_low, 0) AS last_low, coalesce(own.longest, 0) AS longest,
       coalesce(own.longest_at, 0) AS longest_at
  FROM streak_day day
  LEFT JOIN streak_day own
    ON own.started_at = day.started_at
   AND own.cell = CASE WHEN CAST(:environment AS text) IS NULL THEN '[]'
                       ELSE jsonb_build_array(CAST(:environment AS text))::text END
 WHERE day.cell = '[]' AND day.stale_since IS NULL
   AND day.started_at >= CAST(:from AS timestamptz) AND day.started_at < CAST(:to AS timestamptz)
   AND day.started_at NOT IN (SELECT date_trunc('day', started_at, 'UTC') FROM (SELECT seq, CAST(run ->> 'started_at' AS timestamptz) AS started_at, run ->> 'status' AS status
   FROM run_change
  WHERE true AND run_id NOT IN (SELECT run_id FROM fold_failure)) run WHERE status <> 'running')
 ORDER BY day.started_at
