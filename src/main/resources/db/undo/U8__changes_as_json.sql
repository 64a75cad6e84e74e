DROP FUNCTION json_capped(jsonb), json_largest(jsonb), json_number(jsonb);
CREATE FUNCTION json_number(object jsonb, member text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN jsonb_typeof(object -> member) = 'number' THEN (object ->> member)::numeric END $$;

DROP TABLE run_notification;

ALTER TABLE run_change RENAME TO run_change_as_json;
CREATE TABLE run_change (
    seq                         bigint GENERATED ALWAYS AS IDENTITY,
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
-- The older server counts running runs where they are.
INSERT INTO run_change (
       sign,
       id, started_at, status, environment, prompt_version, triggered_by, arbiter_config_version, duration_seconds,
       questions_requested, questions_generated, generation_failures, questions_evaluated, questions_approved,
       questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted,
       insertion_failures, total_errors, total_api_calls, approval_rate, duplicate_rate, overall_success_rate,
       avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold, total_cost_usd,
       total_input_tokens, total_output_tokens, provider_metrics, cost_by_provider, type_metrics, difficulty_metrics,
       error_summary)
SELECT change.sign,
       id, started_at, status, environment, prompt_version, triggered_by, arbiter_config_version, duration_seconds,
       questions_requested, questions_generated, generation_failures, questions_evaluated, questions_approved,
       questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted,
       insertion_failures, total_errors, total_api_calls, approval_rate, duplicate_rate, overall_success_rate,
       avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold, total_cost_usd,
       total_input_tokens, total_output_tokens, provider_metrics, cost_by_provider, type_metrics, difficulty_metrics,
       error_summary
  FROM run_change_as_json change
 CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
 WHERE status <> 'running'
 ORDER BY change.seq;
DROP TABLE run_change_as_json;
ALTER TABLE run_change ADD PRIMARY KEY (seq);
