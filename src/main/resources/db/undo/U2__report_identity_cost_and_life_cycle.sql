-- Loses what V2's columns hold.
DROP INDEX ix_qgr_client_run_id;
ALTER TABLE question_generation_runs
    DROP CONSTRAINT tokens_not_negative,
    DROP CONSTRAINT cost_finite,
    DROP COLUMN recovered,
    DROP COLUMN stuck_at,
    DROP COLUMN updated_at,
    DROP COLUMN report_digest,
    DROP COLUMN report_warnings,
    DROP COLUMN cost_by_provider,
    DROP COLUMN total_output_tokens,
    DROP COLUMN total_input_tokens,
    DROP COLUMN total_cost_usd,
    DROP COLUMN client_run_id;
