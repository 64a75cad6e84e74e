DROP TABLE rollup, rollup_scope, rollup_series, rollup_formulas, rollup_unbuilt;
DROP TYPE rollup_level;
ALTER TABLE question_generation_runs DROP COLUMN metrics;
ALTER TABLE question_generation_runs DROP COLUMN breakdowns;

CREATE FUNCTION json_member(object jsonb, member text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT object -> member $$;

CREATE INDEX ix_qgr_running_reports ON question_generation_runs (started_at)
    WHERE status = 'running'
      AND (greatest(questions_generated, generation_failures, questions_evaluated, questions_approved, questions_rejected,
                    duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted, insertion_failures,
                    total_errors, total_api_calls) > 0
           OR num_nonnulls(duration_seconds, approval_rate, duplicate_rate, overall_success_rate, avg_arbiter_score,
                           min_arbiter_score, max_arbiter_score, total_cost_usd, total_input_tokens,
                           total_output_tokens, provider_metrics, cost_by_provider) > 0);

CREATE TABLE run_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('HOUR', 'DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    runs_success bigint NOT NULL, runs_partial_failure bigint NOT NULL, runs_failed bigint NOT NULL,
    questions_requested bigint NOT NULL, questions_generated bigint NOT NULL, generation_failures bigint NOT NULL,
    questions_evaluated bigint NOT NULL, questions_approved bigint NOT NULL, questions_rejected bigint NOT NULL,
    duplicates_found bigint NOT NULL, exact_duplicates bigint NOT NULL, semantic_duplicates bigint NOT NULL,
    questions_inserted bigint NOT NULL, insertion_failures bigint NOT NULL, total_errors bigint NOT NULL,
    total_api_calls bigint NOT NULL,
    -- Per metric: runs with a numerator x or denominator m, and the sums of x, m, x², m² and xm over them.
    run_success_rate_n bigint NOT NULL, run_success_rate_x numeric NOT NULL, run_success_rate_m numeric NOT NULL,
    run_success_rate_xx numeric NOT NULL, run_success_rate_mm numeric NOT NULL, run_success_rate_xm numeric NOT NULL,
    generation_success_rate_n bigint NOT NULL, generation_success_rate_x numeric NOT NULL,
    generation_success_rate_m numeric NOT NULL, generation_success_rate_xx numeric NOT NULL,
    generation_success_rate_mm numeric NOT NULL, generation_success_rate_xm numeric NOT NULL,
    approval_rate_n bigint NOT NULL, approval_rate_x numeric NOT NULL, approval_rate_m numeric NOT NULL,
    approval_rate_xx numeric NOT NULL, approval_rate_mm numeric NOT NULL, approval_rate_xm numeric NOT NULL,
    duplicate_rate_n bigint NOT NULL, duplicate_rate_x numeric NOT NULL, duplicate_rate_m numeric NOT NULL,
    duplicate_rate_xx numeric NOT NULL, duplicate_rate_mm numeric NOT NULL, duplicate_rate_xm numeric NOT NULL,
    overall_success_rate_n bigint NOT NULL, overall_success_rate_x numeric NOT NULL,
    overall_success_rate_m numeric NOT NULL, overall_success_rate_xx numeric NOT NULL,
    overall_success_rate_mm numeric NOT NULL, overall_success_rate_xm numeric NOT NULL,
    arbiter_score_n bigint NOT NULL, arbiter_score_x numeric NOT NULL, arbiter_score_m numeric NOT NULL,
    arbiter_score_xx numeric NOT NULL, arbiter_score_mm numeric NOT NULL, arbiter_score_xm numeric NOT NULL,
    duration_n bigint NOT NULL, duration_x numeric NOT NULL, duration_m numeric NOT NULL,
    duration_xx numeric NOT NULL, duration_mm numeric NOT NULL, duration_xm numeric NOT NULL,
    duration_per_question_n bigint NOT NULL, duration_per_question_x numeric NOT NULL,
    duration_per_question_m numeric NOT NULL, duration_per_question_xx numeric NOT NULL,
    duration_per_question_mm numeric NOT NULL, duration_per_question_xm numeric NOT NULL,
    api_calls_per_inserted_question_n bigint NOT NULL, api_calls_per_inserted_question_x numeric NOT NULL,
    api_calls_per_inserted_question_m numeric NOT NULL, api_calls_per_inserted_question_xx numeric NOT NULL,
    api_calls_per_inserted_question_mm numeric NOT NULL, api_calls_per_inserted_question_xm numeric NOT NULL,
    cost_per_inserted_question_n bigint NOT NULL, cost_per_inserted_question_x numeric NOT NULL,
    cost_per_inserted_question_m numeric NOT NULL, cost_per_inserted_question_xx numeric NOT NULL,
    cost_per_inserted_question_mm numeric NOT NULL, cost_per_inserted_question_xm numeric NOT NULL,
    tokens_per_inserted_question_n bigint NOT NULL, tokens_per_inserted_question_x numeric NOT NULL,
    tokens_per_inserted_question_m numeric NOT NULL, tokens_per_inserted_question_xx numeric NOT NULL,
    tokens_per_inserted_question_mm numeric NOT NULL, tokens_per_inserted_question_xm numeric NOT NULL,
    cost_per_run_n bigint NOT NULL, cost_per_run_x numeric NOT NULL, cost_per_run_m numeric NOT NULL,
    cost_per_run_xx numeric NOT NULL, cost_per_run_mm numeric NOT NULL, cost_per_run_xm numeric NOT NULL,
    errors_per_run_n bigint NOT NULL, errors_per_run_x numeric NOT NULL, errors_per_run_m numeric NOT NULL,
    errors_per_run_xx numeric NOT NULL, errors_per_run_mm numeric NOT NULL, errors_per_run_xm numeric NOT NULL,
    input_tokens numeric NOT NULL,
    input_tokens_runs bigint NOT NULL,
    output_tokens numeric NOT NULL,
    output_tokens_runs bigint NOT NULL, tokens_runs bigint NOT NULL,
    min_score double precision, max_score double precision,
    first_started_at timestamptz, last_started_at timestamptz,
    threshold numeric NOT NULL,
    threshold_runs bigint NOT NULL,
    overall_success_rate_runs bigint NOT NULL, overall_success_rate_sum numeric NOT NULL,
    approval_rate_runs bigint NOT NULL, approval_rate_sum numeric NOT NULL,
    duplicate_rate_runs bigint NOT NULL, duplicate_rate_sum numeric NOT NULL,
    avg_arbiter_score_runs bigint NOT NULL, avg_arbiter_score_sum numeric NOT NULL,
    duration_seconds_runs bigint NOT NULL, duration_seconds_sum numeric NOT NULL,
    min_reported_score double precision, max_reported_score double precision,
    PRIMARY KEY (detailed, grain, started_at, cell)
);

CREATE TABLE provider_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('HOUR', 'DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    provider               text        NOT NULL,
    runs bigint NOT NULL, metrics_runs bigint NOT NULL,
    generated numeric NOT NULL, failures numeric NOT NULL, api_calls numeric NOT NULL,
    input_tokens numeric NOT NULL,
    input_tokens_runs bigint NOT NULL,
    output_tokens numeric NOT NULL,
    output_tokens_runs bigint NOT NULL, cost_runs bigint NOT NULL,
    success_n bigint NOT NULL, success_x numeric NOT NULL, success_m numeric NOT NULL, success_xx numeric NOT NULL,
    success_mm numeric NOT NULL, success_xm numeric NOT NULL,
    approval_n bigint NOT NULL, approval_x numeric NOT NULL, approval_m numeric NOT NULL,
    approval_xx numeric NOT NULL, approval_mm numeric NOT NULL, approval_xm numeric NOT NULL,
    attributed_n bigint NOT NULL, attributed_x numeric NOT NULL, attributed_m numeric NOT NULL,
    attributed_xx numeric NOT NULL, attributed_mm numeric NOT NULL, attributed_xm numeric NOT NULL,
    calls_n bigint NOT NULL, calls_x numeric NOT NULL, calls_m numeric NOT NULL, calls_xx numeric NOT NULL,
    calls_mm numeric NOT NULL, calls_xm numeric NOT NULL,
    cost_n bigint NOT NULL, cost_x numeric NOT NULL, cost_m numeric NOT NULL, cost_xx numeric NOT NULL,
    cost_mm numeric NOT NULL, cost_xm numeric NOT NULL,

    PRIMARY KEY (detailed, grain, started_at, cell, provider)
);

CREATE TABLE breakdown_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('HOUR', 'DAY', 'MONTH')),
    kind                   varchar(20) NOT NULL,
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    name                   text        NOT NULL,
    runs                   bigint      NOT NULL,
    failed_runs            bigint      NOT NULL,
    quantity               numeric     NOT NULL,

    PRIMARY KEY (detailed, grain, kind, started_at, cell, name)
);

CREATE TABLE duration_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    -- The steps 16 * block to 16 * block + 15, each with how many runs took so long.
    block                  integer     NOT NULL,
    runs_0 bigint NOT NULL, runs_1 bigint NOT NULL, runs_2 bigint NOT NULL, runs_3 bigint NOT NULL,
    runs_4 bigint NOT NULL, runs_5 bigint NOT NULL, runs_6 bigint NOT NULL, runs_7 bigint NOT NULL,
    runs_8 bigint NOT NULL, runs_9 bigint NOT NULL, runs_10 bigint NOT NULL, runs_11 bigint NOT NULL,
    runs_12 bigint NOT NULL, runs_13 bigint NOT NULL, runs_14 bigint NOT NULL, runs_15 bigint NOT NULL,

    PRIMARY KEY (detailed, grain, started_at, cell, block)
);

-- The older server counts all runs anew.
TRUNCATE run_change;
INSERT INTO run_change (run_id, sign, run)
SELECT id, 1, to_jsonb(run) FROM question_generation_runs run WHERE status <> 'running';
