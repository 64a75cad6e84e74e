-- A rule is tried on up to 100,000 runs at once. Their rows, with all their JSON, are 200 MB to read; what rules go by is in the index
-- in the order of time, in 23. It takes the place of a smaller one, so that a report writes no more entries than before.
CREATE INDEX ix_qgr_history ON question_generation_runs (started_at DESC, id DESC)
    INCLUDE (environment, status, overall_success_rate, questions_requested, questions_inserted, completed_at, stuck_at, exit_code,
             prompt_version, triggered_by, arbiter_config_version, questions_generated, generation_failures, questions_evaluated,
             questions_approved, questions_rejected, duplicates_found, exact_duplicates, semantic_duplicates, insertion_failures,
             total_errors, total_api_calls, total_cost_usd, duration_seconds, avg_arbiter_score, min_arbiter_score_threshold,
             total_input_tokens, total_output_tokens);
DROP INDEX ix_qgr_started_at_id;
