-- Aggregates that are exact at every read. A run that ends is noted here in the transaction that records it, as one row that
-- nobody else touches; soon after, the notes are folded into the rollups, many at once. A question reads rollups and notes
-- together in one statement, so it never matters how far the folding has come.
--
-- Cells updated by every writer instead were not taken: reports of one day meet in the same few rows, and each would wait
-- for the commit of the one before.
CREATE TABLE run_change (
    seq                         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- 1: counts from now on, -1: counts no more, 0: only news, for a run that goes on counts nowhere.
    sign                        smallint NOT NULL CHECK (sign IN (-1, 0, 1)),
    id                          uuid NOT NULL,
    started_at                  timestamptz NOT NULL,
    status                      varchar(20) NOT NULL,
    environment                 varchar(20),
    prompt_version              varchar(50),
    triggered_by                varchar(50),
    arbiter_config_version      varchar(50),
    duration_seconds            double precision,
    questions_requested         integer NOT NULL,
    questions_generated         integer NOT NULL,
    generation_failures         integer NOT NULL,
    questions_evaluated         integer NOT NULL,
    questions_approved          integer NOT NULL,
    questions_rejected          integer NOT NULL,
    duplicates_found            integer NOT NULL,
    exact_duplicates            integer NOT NULL,
    semantic_duplicates         integer NOT NULL,
    questions_inserted          integer NOT NULL,
    insertion_failures          integer NOT NULL,
    total_errors                integer NOT NULL,
    total_api_calls             integer NOT NULL,
    approval_rate               double precision,
    duplicate_rate              double precision,
    overall_success_rate        double precision,
    avg_arbiter_score           double precision,
    min_arbiter_score           double precision,
    max_arbiter_score           double precision,
    min_arbiter_score_threshold double precision,
    total_cost_usd              double precision,
    total_input_tokens          bigint,
    total_output_tokens         bigint,
    provider_metrics            jsonb,
    cost_by_provider            jsonb,
    type_metrics                jsonb,
    difficulty_metrics          jsonb,
    error_summary               jsonb
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The member's value if it is a number; null for anything else.
CREATE FUNCTION json_number(object jsonb, member text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN jsonb_typeof(object -> member) = 'number' THEN (object ->> member)::numeric END $$;

-- The member's value; null if there is none, or nothing that could have one.
CREATE FUNCTION json_member(object jsonb, member text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT object -> member $$;

CREATE FUNCTION json_object_or_empty(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN jsonb_typeof(value) = 'object' THEN value ELSE '{}'::jsonb END $$;

-- Cells of runs: per hour, day or month of UTC and environment; detailed ones per day or month and all four dimensions.
-- Only one transaction at a time writes here. cell names the dimensions without null, for absent values are values, too.
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
    -- Values as they were reported: how many runs report one, and their sum.
    overall_success_rate_runs bigint NOT NULL, overall_success_rate_sum numeric NOT NULL,
    approval_rate_runs bigint NOT NULL, approval_rate_sum numeric NOT NULL,
    duplicate_rate_runs bigint NOT NULL, duplicate_rate_sum numeric NOT NULL,
    avg_arbiter_score_runs bigint NOT NULL, avg_arbiter_score_sum numeric NOT NULL,
    duration_seconds_runs bigint NOT NULL, duration_seconds_sum numeric NOT NULL,
    min_reported_score double precision, max_reported_score double precision,
    PRIMARY KEY (detailed, grain, started_at, cell)
);

-- Cells of providers. No hours: seldom asked for, and many.
CREATE TABLE provider_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
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

-- Cells of everything that runs report under names: question types, difficulties, error categories and severities; and how
-- many runs took how long, in steps of 2 %, which leads to exact percentiles without reading all runs.
CREATE TABLE breakdown_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
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

-- Runs that go on are counted from here.
CREATE INDEX ix_qgr_running ON question_generation_runs (started_at)
    INCLUDE (environment, prompt_version, triggered_by, arbiter_config_version) WHERE status = 'running';

-- What has ended already counts from the first question on.
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
