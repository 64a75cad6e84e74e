WITH named AS (
    SELECT DISTINCT jsonb_build_array(run.status = 'running', run.environment)::text AS name, jsonb_build_array(run.status = 'running', run.environment, run.prompt_version, run.triggered_by,
                  run.arbiter_config_version)::text AS detailed_name, run.status = 'running' AS running,
           run.environment, run.prompt_version, run.triggered_by, run.arbiter_config_version
      FROM (SELECT 1 AS sign, run.*
   FROM question_generation_runs run
  WHERE run.started_at >= :from AND run.started_at < :to AND run.id NOT IN (SELECT run_id FROM fold_failure)) run
), scope AS (
    SELECT DISTINCT name, running, environment, NULL AS prompt_version, NULL AS triggered_by,
           NULL AS arbiter_config_version
      FROM named
     UNION ALL
    SELECT detailed_name, running, environment, prompt_version, triggered_by, arbiter_config_version FROM named
)
INSERT INTO rollup_scope (name, running, environment, prompt_version, triggered_by, arbiter_config_version)
SELECT * FROM scope WHERE NOT EXISTS (SELECT 1 FROM rollup_scope known WHERE known.name = scope.name)
ON CONFLICT DO NOTHING
