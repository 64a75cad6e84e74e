-- Reports are held to what a run can plausibly say. What was taken before that: blank names become null, times and numbers
-- beyond the bounds null with a warning, and a run whose start nobody can have meant began when it was recorded. One run of the
-- year 1 or 9999 made timelines, trends and streaks of all runs fail, and a score near the end of double their summaries.

-- The values as they were, for the way back.
CREATE TABLE implausible_run (
    id       uuid  PRIMARY KEY,
    original jsonb NOT NULL
);

-- Ten years from now, up to the end of that month, so that a cell of the rollups is on one side or the other.
INSERT INTO implausible_run (id, original)
SELECT id,
       jsonb_build_object(
           'started_at', started_at, 'completed_at', completed_at, 'duration_seconds', duration_seconds,
           'avg_arbiter_score', avg_arbiter_score, 'min_arbiter_score', min_arbiter_score,
           'max_arbiter_score', max_arbiter_score, 'min_arbiter_score_threshold', min_arbiter_score_threshold,
           'total_cost_usd', total_cost_usd, 'environment', environment, 'triggered_by', triggered_by,
           'prompt_version', prompt_version, 'arbiter_config_version', arbiter_config_version,
           'client_run_id', client_run_id, 'report_warnings', report_warnings)
  FROM question_generation_runs
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month'
    OR completed_at < '1970-01-01Z' OR completed_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month'
    OR duration_seconds > 1e9 OR total_cost_usd > 1e9
    OR abs(avg_arbiter_score) > 1e6 OR abs(min_arbiter_score) > 1e6 OR abs(max_arbiter_score) > 1e6
    OR abs(min_arbiter_score_threshold) > 1e6
    OR environment ~ '^\s*$' OR triggered_by ~ '^\s*$' OR prompt_version ~ '^\s*$'
    OR arbiter_config_version ~ '^\s*$' OR client_run_id ~ '^\s*$';

-- Of such times there is nothing but such runs: all that they ever contributed goes.
DELETE FROM run_change
 WHERE (run ->> 'started_at')::timestamptz < '1970-01-01Z'
    OR (run ->> 'started_at')::timestamptz >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';
DELETE FROM run_rollup
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';
DELETE FROM provider_rollup
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';
DELETE FROM breakdown_rollup
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';
DELETE FROM duration_rollup
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';
DELETE FROM streak_day
 WHERE started_at < '1970-01-01Z' OR started_at >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month';

-- The others leave their cells as they were, and all come back as they are from now on.
INSERT INTO run_change (run_id, sign, run)
SELECT id, -1, to_jsonb(run)
  FROM question_generation_runs run JOIN implausible_run USING (id)
 WHERE started_at >= '1970-01-01Z' AND started_at < date_trunc('month', now(), 'UTC') + interval '10 years 1 month';

UPDATE question_generation_runs run
   SET started_at = CASE WHEN oddity.start THEN run.created_at ELSE run.started_at END,
       completed_at = CASE WHEN oddity.end THEN NULL ELSE run.completed_at END,
       duration_seconds = CASE WHEN run.duration_seconds <= 1e9 THEN run.duration_seconds END,
       total_cost_usd = CASE WHEN run.total_cost_usd <= 1e9 THEN run.total_cost_usd END,
       avg_arbiter_score = CASE WHEN abs(run.avg_arbiter_score) <= 1e6 THEN run.avg_arbiter_score END,
       min_arbiter_score = CASE WHEN abs(run.min_arbiter_score) <= 1e6 THEN run.min_arbiter_score END,
       max_arbiter_score = CASE WHEN abs(run.max_arbiter_score) <= 1e6 THEN run.max_arbiter_score END,
       min_arbiter_score_threshold =
           CASE WHEN abs(run.min_arbiter_score_threshold) <= 1e6 THEN run.min_arbiter_score_threshold END,
       environment = CASE WHEN run.environment !~ '^\s*$' THEN run.environment END,
       triggered_by = CASE WHEN run.triggered_by !~ '^\s*$' THEN run.triggered_by END,
       prompt_version = CASE WHEN run.prompt_version !~ '^\s*$' THEN run.prompt_version END,
       arbiter_config_version = CASE WHEN run.arbiter_config_version !~ '^\s*$' THEN run.arbiter_config_version END,
       client_run_id = CASE WHEN run.client_run_id !~ '^\s*$' THEN run.client_run_id END,
       report_warnings = coalesce(run.report_warnings, '[]') || oddity.warnings
  FROM (SELECT odd.id,
               bool_or(value.name = 'started_at') AS start,
               bool_or(value.name = 'completed_at') AS "end",
               coalesce(
                   jsonb_agg(
                       jsonb_build_object(
                           'field', value.name,
                           'type', CASE value.name WHEN 'started_at' THEN 'time_replaced'
                                                   WHEN 'completed_at' THEN 'time_left_out'
                                                   ELSE 'number_left_out' END,
                           'message', format(
                               CASE value.name
                                   WHEN 'started_at' THEN '%s is when the run was recorded: %s is no time that it can have'
                                   ELSE '%s is left out: %s is no value that it can have' END,
                               value.name, value.text))
                       ORDER BY value.name) FILTER (WHERE value.name IS NOT NULL),
                   '[]') AS warnings
          FROM implausible_run odd
          LEFT JOIN LATERAL (
              SELECT name,
                     CASE WHEN name IN ('started_at', 'completed_at')
                          THEN to_char(text::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                          ELSE text::double precision::text END
                FROM jsonb_each_text(odd.original) AS original(name, text)
               WHERE CASE
                         WHEN name IN ('started_at', 'completed_at')
                         THEN text::timestamptz < '1970-01-01Z'
                              OR text::timestamptz >= date_trunc('month', now(), 'UTC') + interval '10 years 1 month'
                         WHEN name IN ('duration_seconds', 'total_cost_usd') THEN text::double precision > 1e9
                         WHEN name LIKE '%arbiter_score%' THEN abs(text::double precision) > 1e6
                         ELSE false
                     END) AS value(name, text) ON true
         GROUP BY odd.id) oddity
 WHERE run.id = oddity.id;

INSERT INTO run_change (run_id, sign, run)
SELECT id, 1, to_jsonb(run)
  FROM question_generation_runs run JOIN implausible_run USING (id);

-- Wider than what reports are held to, for whoever loads runs directly in the database: no query can compute with more.
ALTER TABLE question_generation_runs
    ADD CONSTRAINT times_plausible CHECK (
        started_at >= '1970-01-01Z' AND started_at < '2200-01-01Z'
        AND completed_at >= '1970-01-01Z' AND completed_at < '2200-01-01Z');
