CREATE INDEX ix_qgr_status ON question_generation_runs (status);
CREATE INDEX ix_qgr_environment ON question_generation_runs (environment);

DROP INDEX ix_qgr_started_at_id;
CREATE INDEX ix_qgr_started_at_id ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (environment, status, overall_success_rate);

DROP INDEX ix_qgr_running_reports;
DROP INDEX ix_qgr_running;
CREATE INDEX ix_qgr_running ON question_generation_runs (started_at)
    INCLUDE (environment, prompt_version, triggered_by, arbiter_config_version) WHERE status = 'running';

DROP TABLE duration_rollup;
TRUNCATE run_change, run_rollup, provider_rollup, breakdown_rollup;
ALTER TABLE provider_rollup
    DROP CONSTRAINT provider_rollup_grain_check,
    ADD CONSTRAINT provider_rollup_grain_check CHECK (grain IN ('DAY', 'MONTH'));
ALTER TABLE breakdown_rollup
    DROP CONSTRAINT breakdown_rollup_grain_check,
    ADD CONSTRAINT breakdown_rollup_grain_check CHECK (grain IN ('DAY', 'MONTH'));
-- The older server counts all runs anew.
INSERT INTO run_change (
       sign,
       id, started_at, status, environment, prompt_version, triggered_by, arbiter_config_version, duration_seconds,
       questions_requested, questions_generated, generation_failures, questions_evaluated, questions_approved,
       questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted,
       insertion_failures, total_errors, total_api_calls, approval_rate, duplicate_rate, overall_success_rate,
       avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold, total_cost_usd,
       total_input_tokens, total_output_tokens, provider_metrics, cost_by_provider, type_metrics, difficulty_metrics,
       error_summary)
SELECT 1,
       id, started_at, status, environment, prompt_version, triggered_by, arbiter_config_version, duration_seconds,
       questions_requested, questions_generated, generation_failures, questions_evaluated, questions_approved,
       questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted,
       insertion_failures, total_errors, total_api_calls, approval_rate, duplicate_rate, overall_success_rate,
       avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold, total_cost_usd,
       total_input_tokens, total_output_tokens, provider_metrics, cost_by_provider, type_metrics, difficulty_metrics,
       error_summary
  FROM question_generation_runs
 WHERE status <> 'running';
