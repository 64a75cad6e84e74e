SELECT count(*) FROM question_generation_runs WHERE started_at >= :'from' AND started_at < :'to' AND :where;
