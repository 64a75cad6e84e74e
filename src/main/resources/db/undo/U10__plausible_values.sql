ALTER TABLE question_generation_runs DROP CONSTRAINT times_plausible;

INSERT INTO run_change (run_id, sign, run)
SELECT id, -1, to_jsonb(run)
  FROM question_generation_runs run JOIN implausible_run USING (id);

UPDATE question_generation_runs run
   SET started_at = original.started_at, completed_at = original.completed_at,
       duration_seconds = original.duration_seconds, total_cost_usd = original.total_cost_usd,
       avg_arbiter_score = original.avg_arbiter_score, min_arbiter_score = original.min_arbiter_score,
       max_arbiter_score = original.max_arbiter_score,
       min_arbiter_score_threshold = original.min_arbiter_score_threshold,
       environment = original.environment, triggered_by = original.triggered_by,
       prompt_version = original.prompt_version, arbiter_config_version = original.arbiter_config_version,
       client_run_id = original.client_run_id, report_warnings = original.report_warnings
  FROM implausible_run odd
 CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, odd.original) original
 WHERE run.id = odd.id;

INSERT INTO run_change (run_id, sign, run)
SELECT id, 1, to_jsonb(run)
  FROM question_generation_runs run JOIN implausible_run USING (id);

DROP TABLE implausible_run;
