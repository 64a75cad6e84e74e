ALTER TABLE duration_rollup RENAME TO duration_rollup_by_block;
CREATE TABLE duration_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    step                   integer     NOT NULL,
    runs                   bigint      NOT NULL,

    PRIMARY KEY (detailed, grain, started_at, cell, step)
);
INSERT INTO duration_rollup
SELECT detailed, grain, started_at, cell, environment, prompt_version, triggered_by, arbiter_config_version,
       16 * block + step.number - 1, step.runs
  FROM duration_rollup_by_block
  CROSS JOIN LATERAL unnest(ARRAY[
       runs_0, runs_1, runs_2, runs_3, runs_4, runs_5, runs_6, runs_7,
       runs_8, runs_9, runs_10, runs_11, runs_12, runs_13, runs_14, runs_15
  ]) WITH ORDINALITY AS step(runs, number)
 WHERE step.runs <> 0;
DROP TABLE duration_rollup_by_block;
