INSERT INTO streak_day AS day (started_at, cell, stale_since, runs, first_low, last_low, longest, longest_at)
SELECT DISTINCT date_trunc('day', run.started_at, 'UTC'), '[]', timestamptz '-infinity', 0, 0, 0, 0, 0
  FROM question_generation_runs run
 WHERE run.status <> 'running' AND run.started_at >= :from AND run.started_at < :to
ON CONFLICT (started_at, cell) DO UPDATE SET stale_since = excluded.stale_since
