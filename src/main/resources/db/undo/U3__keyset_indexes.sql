DROP INDEX ix_qgr_cost_id, ix_qgr_errors_id, ix_qgr_arbiter_score_id, ix_qgr_approval_id, ix_qgr_duration_id;
CREATE INDEX ix_qgr_overall_success ON question_generation_runs (overall_success_rate);
CREATE INDEX ix_qgr_started_at ON question_generation_runs (started_at DESC);
DROP INDEX ix_qgr_overall_success_id, ix_qgr_environment_started_at, ix_qgr_status_started_at, ix_qgr_started_at_id;
