CREATE INDEX ix_qgr_status ON question_generation_runs (status);
CREATE INDEX ix_qgr_environment ON question_generation_runs (environment);

DROP INDEX ix_qgr_started_at_id;
CREATE INDEX ix_qgr_started_at_id ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (environment, status, overall_success_rate);

DROP INDEX ix_qgr_running_reports;
DROP INDEX ix_qgr_running;
CREATE INDEX ix_qgr_running ON question_generation_runs (started_at)
    INCLUDE (environment, prompt_version, triggered_by, arbiter_config_version) WHERE status = 'running';

DELETE FROM provider_rollup WHERE grain = 'HOUR';
ALTER TABLE provider_rollup
    DROP CONSTRAINT provider_rollup_grain_check,
    ADD CONSTRAINT provider_rollup_grain_check CHECK (grain IN ('DAY', 'MONTH'));
