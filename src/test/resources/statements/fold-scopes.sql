WITH named AS (
    SELECT DISTINCT jsonb_build_array(run.status = 'running', run.environment)::text AS name, jsonb_build_array(run.status = 'running', run.environment, run.prompt_version, run.triggered_by,
                  run.arbiter_config_version)::text AS detailed_name, run.status = 'running' AS running,
           run.environment, run.prompt_version, run.triggered_by, run.arbiter_config_version
      FROM (SELECT change.seq, change.sign, run.*
   FROM (SELECT seq, sign, run,
                CASE sign WHEN 1 THEN max(seq) OVER (PARTITION BY run_id)
                          ELSE min(seq) OVER (PARTITION BY run_id) END AS remaining
           FROM run_change
          WHERE seq <= :last AND run_id NOT IN (SELECT run_id FROM fold_failure)) change
  CROSS JOIN LATERAL jsonb_populate_record(NULL::question_generation_runs, change.run) run
  WHERE change.seq = change.remaining) run
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
