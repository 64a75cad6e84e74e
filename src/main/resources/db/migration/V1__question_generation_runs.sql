-- One row per run of the question generation pipeline, as the pipeline's own plan names and types it.
CREATE TABLE question_generation_runs (
    id                          uuid PRIMARY KEY,
    started_at                  timestamptz NOT NULL,
    completed_at                timestamptz,
    duration_seconds            double precision,
    status                      varchar(20) NOT NULL,
    exit_code                   integer,
    questions_requested         integer     NOT NULL,
    questions_generated         integer     NOT NULL DEFAULT 0,
    generation_failures         integer     NOT NULL DEFAULT 0,
    generation_success_rate     double precision,
    questions_evaluated         integer     NOT NULL DEFAULT 0,
    questions_approved          integer     NOT NULL DEFAULT 0,
    questions_rejected          integer     NOT NULL DEFAULT 0,
    approval_rate               double precision,
    avg_arbiter_score           double precision,
    min_arbiter_score           double precision,
    max_arbiter_score           double precision,
    duplicates_found            integer     NOT NULL DEFAULT 0,
    exact_duplicates            integer     NOT NULL DEFAULT 0,
    semantic_duplicates         integer     NOT NULL DEFAULT 0,
    duplicate_rate              double precision,
    questions_inserted          integer     NOT NULL DEFAULT 0,
    insertion_failures          integer     NOT NULL DEFAULT 0,
    overall_success_rate        double precision,
    total_errors                integer     NOT NULL DEFAULT 0,
    total_api_calls             integer     NOT NULL DEFAULT 0,
    provider_metrics            jsonb,
    type_metrics                jsonb,
    difficulty_metrics          jsonb,
    error_summary               jsonb,
    prompt_version              varchar(50),
    arbiter_config_version      varchar(50),
    min_arbiter_score_threshold double precision,
    environment                 varchar(20),
    triggered_by                varchar(50),
    created_at                  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT known_status CHECK (status IN ('running', 'success', 'partial_failure', 'failed')),
    CONSTRAINT counts_not_negative CHECK (
        least(questions_requested, questions_generated, generation_failures,
              questions_evaluated, questions_approved, questions_rejected,
              duplicates_found, exact_duplicates, semantic_duplicates,
              questions_inserted, insertion_failures, total_errors, total_api_calls) >= 0),
    CONSTRAINT duration_finite CHECK (duration_seconds >= 0 AND duration_seconds < 'Infinity'),
    CONSTRAINT rates_are_shares CHECK (
        generation_success_rate BETWEEN 0 AND 1
        AND approval_rate BETWEEN 0 AND 1
        AND duplicate_rate BETWEEN 0 AND 1
        AND overall_success_rate BETWEEN 0 AND 1),
    -- In PostgreSQL's order NaN is the greatest of all floats, so this keeps it out, too.
    CONSTRAINT scores_finite CHECK (
        least(avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold) > '-Infinity'
        AND greatest(avg_arbiter_score, min_arbiter_score, max_arbiter_score, min_arbiter_score_threshold) < 'Infinity')
);

CREATE INDEX ix_qgr_started_at ON question_generation_runs (started_at DESC);
CREATE INDEX ix_qgr_status ON question_generation_runs (status);
CREATE INDEX ix_qgr_environment ON question_generation_runs (environment);
CREATE INDEX ix_qgr_overall_success ON question_generation_runs (overall_success_rate);
