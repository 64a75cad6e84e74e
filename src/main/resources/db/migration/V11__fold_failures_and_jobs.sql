-- Runs whose changes failed to be folded. Their changes wait, and count nowhere, until they are folded or the run is deleted.
CREATE TABLE fold_failure (
    run_id       uuid        PRIMARY KEY,
    failures     integer     NOT NULL CHECK (failures >= 0),
    -- What the database said of the last failure.
    reason       text        NOT NULL,
    -- The run's last change by then: with a newer one it is worth another try.
    last_seq     bigint      NOT NULL,
    -- Since when it is not tried again and again.
    set_aside_at timestamptz
);

-- Audits and rebuilds of the rollups, month by month. A job goes on where it stopped, on whichever instance is there.
CREATE TABLE rollup_job (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind           varchar(10) NOT NULL CHECK (kind IN ('AUDIT', 'REBUILD')),
    state          varchar(10) NOT NULL CHECK (state IN ('RUNNING', 'STOPPED', 'DONE')),
    -- First days, in UTC, in the order in which they are done.
    months         date[]      NOT NULL,
    months_done    integer     NOT NULL DEFAULT 0,
    repaired_cells bigint      NOT NULL DEFAULT 0,
    started_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz
);

-- One at a time.
CREATE UNIQUE INDEX ix_rollup_job_running ON rollup_job (state) WHERE state = 'RUNNING';

-- A name as the rollups keep it. A long one is shortened and told apart by its hash, since no index takes more than 2,704 bytes:
-- an error category of 3,000 characters could not be folded.
CREATE FUNCTION json_name(key text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN length(key) <= 200 THEN key ELSE left(key, 160) || '…' || left(md5(key), 12) END $$;
