-- What alert rules ask of a year of runs, from an index alone: a run's row has 1.8 kB, most of it JSON that no rate needs. At
-- 100,000 runs (PostgreSQL 15, 2 busy cores) a history took 530 to 650 ms from 170 MB of rows and takes 150 to 200 from 21 MB of
-- index. A run enters it once, when it ends; one that goes on is never in it.
CREATE INDEX ix_qgr_ended ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (completed_at, stuck_at, status, exit_code, environment, prompt_version, triggered_by, arbiter_config_version,
             questions_requested, questions_generated, generation_failures, questions_evaluated, questions_approved,
             questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, questions_inserted, insertion_failures,
             total_errors, total_api_calls, total_cost_usd, duration_seconds, avg_arbiter_score, min_arbiter_score_threshold,
             total_input_tokens, total_output_tokens)
    WHERE status <> 'running';

-- The one thing besides that metrics ask of a run's JSON. Most ledgers have few such runs.
CREATE INDEX ix_qgr_figures_unknown ON question_generation_runs (id)
    WHERE report_warnings @> '[{"type": "figures_unknown"}]';
