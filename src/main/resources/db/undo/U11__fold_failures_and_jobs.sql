DROP FUNCTION json_name(text);
DROP TABLE rollup_job, fold_failure;
