-- What a million runs taught (PostgreSQL 15, 2 cores).

-- Providers by the hour. A period of 30 days from and to the middle of a day read 1,370 runs for its ends, each with the JSON
-- of five providers: 39 of the 41 ms that the question took.
ALTER TABLE provider_rollup
    DROP CONSTRAINT provider_rollup_grain_check,
    ADD CONSTRAINT provider_rollup_grain_check CHECK (grain IN ('HOUR', 'DAY', 'MONTH'));

-- Errors and questions by the hour as well, for days and weeks of most time zones begin within a day of UTC: a page of them
-- took 2 s. How many runs took how long is no breakdown, and has days at best: nobody asks for it by time.
ALTER TABLE breakdown_rollup
    DROP CONSTRAINT breakdown_rollup_grain_check,
    ADD CONSTRAINT breakdown_rollup_grain_check CHECK (grain IN ('HOUR', 'DAY', 'MONTH'));
CREATE TABLE duration_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    step                   integer     NOT NULL,
    runs                   bigint      NOT NULL,

    PRIMARY KEY (detailed, grain, started_at, cell, step)
);

-- All runs are counted anew, since those counted so far are in no hour. Answers stay exact meanwhile.
TRUNCATE run_change, run_rollup, provider_rollup, breakdown_rollup;
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

-- Runs that go on and report nothing yet are counted from the index alone; the REST statistics sum what the others report.
DROP INDEX ix_qgr_running;
CREATE INDEX ix_qgr_running ON question_generation_runs (started_at)
    INCLUDE (environment, prompt_version, triggered_by, arbiter_config_version, questions_requested)
    WHERE status = 'running';
CREATE INDEX ix_qgr_running_reports ON question_generation_runs (started_at)
    WHERE status = 'running'
      AND (greatest(questions_generated, generation_failures, questions_evaluated, questions_approved, questions_rejected,
                    duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted, insertion_failures,
                    total_errors, total_api_calls) > 0
           OR num_nonnulls(duration_seconds, approval_rate, duplicate_rate, overall_success_rate, avg_arbiter_score,
                           min_arbiter_score, max_arbiter_score, total_cost_usd, total_input_tokens,
                           total_output_tokens, provider_metrics, cost_by_provider) > 0);

-- Streaks are read from the index alone.
DROP INDEX ix_qgr_started_at_id;
CREATE INDEX ix_qgr_started_at_id ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (environment, status, overall_success_rate, questions_requested, questions_inserted);

-- They counted runs before rollups did, and cost a report a write each. A larger index begins with the same column.
DROP INDEX ix_qgr_status, ix_qgr_environment;
