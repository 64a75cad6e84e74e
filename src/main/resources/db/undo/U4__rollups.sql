-- The rollups can be rebuilt from the runs, so nothing is lost.
DROP INDEX ix_qgr_running;
DROP TABLE breakdown_rollup, provider_rollup, run_rollup, run_change;
DROP FUNCTION json_object_or_empty(jsonb), json_member(jsonb, text), json_number(jsonb, text);
