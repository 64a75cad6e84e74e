-- Durations by blocks of 16 steps, a column for each step. One row a step made a question over two years fetch 12,000 rows from
-- all over the table for its percentiles: half of the time that a summary took.
ALTER TABLE duration_rollup RENAME TO duration_rollup_by_step;
CREATE TABLE duration_rollup (
    detailed               boolean     NOT NULL,
    grain                  varchar(5)  NOT NULL CHECK (grain IN ('DAY', 'MONTH')),
    started_at             timestamptz NOT NULL,
    cell                   text        NOT NULL,
    environment            varchar(20),
    prompt_version         varchar(50),
    triggered_by           varchar(50),
    arbiter_config_version varchar(50),
    -- The steps 16 * block to 16 * block + 15, each with how many runs took so long.
    block                  integer     NOT NULL,
    runs_0 bigint NOT NULL, runs_1 bigint NOT NULL, runs_2 bigint NOT NULL, runs_3 bigint NOT NULL,
    runs_4 bigint NOT NULL, runs_5 bigint NOT NULL, runs_6 bigint NOT NULL, runs_7 bigint NOT NULL,
    runs_8 bigint NOT NULL, runs_9 bigint NOT NULL, runs_10 bigint NOT NULL, runs_11 bigint NOT NULL,
    runs_12 bigint NOT NULL, runs_13 bigint NOT NULL, runs_14 bigint NOT NULL, runs_15 bigint NOT NULL,

    PRIMARY KEY (detailed, grain, started_at, cell, block)
);
INSERT INTO duration_rollup
SELECT detailed, grain, started_at, cell, min(environment), min(prompt_version), min(triggered_by),
       min(arbiter_config_version), step >> 4,
       coalesce(sum(runs) FILTER (WHERE step & 15 = 0), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 1), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 2), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 3), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 4), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 5), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 6), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 7), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 8), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 9), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 10), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 11), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 12), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 13), 0),
       coalesce(sum(runs) FILTER (WHERE step & 15 = 14), 0), coalesce(sum(runs) FILTER (WHERE step & 15 = 15), 0)
  FROM duration_rollup_by_step
 GROUP BY detailed, grain, started_at, cell, step >> 4;
DROP TABLE duration_rollup_by_step;
