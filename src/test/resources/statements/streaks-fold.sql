INSERT INTO streak_day AS day (started_at, cell, stale_since, runs, first_low, last_low, longest, longest_at)
SELECT DISTINCT date_trunc('day', run.started_at, 'UTC'), '[]', now(), 0, 0, 0, 0, 0
  FROM (SELECT seq, CAST(run ->> 'started_at' AS timestamptz) AS started_at, run ->> 'status' AS status
   FROM run_change
  WHERE seq <= :last AND run_id NOT IN (SELECT run_id FROM fold_failure)) run
 WHERE run.status <> 'running'
ON CONFLICT (started_at, cell) DO UPDATE SET stale_since = excluded.stale_since
