DROP TABLE deleted_run;
