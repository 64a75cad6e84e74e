-- What a run that is going on has reported of itself so far, in a row of its own: a report every half minute must not rewrite the
-- run, whose row is wide and in eleven indexes. A row goes when its run has ended or was deleted.
CREATE TABLE run_progress (
    run_id      uuid PRIMARY KEY,
    reported_at timestamptz NOT NULL,
    silent_at   timestamptz NOT NULL,
    figures     jsonb       NOT NULL
);
