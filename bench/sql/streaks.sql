SELECT max(length)
  FROM (SELECT count(*) FILTER (WHERE low) AS length
          FROM (SELECT low, count(*) FILTER (WHERE NOT low) OVER (ORDER BY started_at, id) AS island
                  FROM (SELECT started_at, id, questions_inserted < 0.5 * questions_requested AS low
                          FROM question_generation_runs
                         WHERE status <> 'running' AND questions_requested > 0
                           AND started_at >= :'from' AND started_at < :'to' AND :where) judged) numbered
         GROUP BY island) streak;
