DROP TABLE question_generation_runs;
