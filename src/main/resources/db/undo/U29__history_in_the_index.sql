DROP INDEX ix_qgr_history;
CREATE INDEX ix_qgr_started_at_id ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (environment, status, overall_success_rate, questions_requested, questions_inserted);
