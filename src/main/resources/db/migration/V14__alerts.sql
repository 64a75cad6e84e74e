-- What to watch the runs for.
CREATE TABLE alert_rule (
    id           uuid         PRIMARY KEY,
    name         varchar(100) NOT NULL UNIQUE,
    -- Counts the definitions that the rule has had: each has alerts of its own.
    revision     integer      NOT NULL DEFAULT 1,
    definition   jsonb        NOT NULL,
    -- What was over before the definition was made is no alert.
    since        timestamptz  NOT NULL,
    state        varchar(10)  NOT NULL CHECK (state IN ('OK', 'PENDING', 'FIRING', 'NO_DATA', 'ERROR')),
    state_since  timestamptz  NOT NULL,
    -- Why it could not be evaluated.
    error        text,
    evaluated_at timestamptz,
    created_at   timestamptz  NOT NULL,
    updated_at   timestamptz  NOT NULL,
    CHECK ((state = 'ERROR') = (error IS NOT NULL))
);

-- What the rules found. Which run it was and when are kept here: the runs may be deleted.
CREATE TABLE alert (
    id                  uuid        PRIMARY KEY,
    seq                 bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    rule_id             uuid        NOT NULL REFERENCES alert_rule ON DELETE CASCADE,
    revision            integer     NOT NULL,
    fired_run           uuid        NOT NULL,
    fired_run_start     timestamptz NOT NULL,
    fired_at            timestamptz NOT NULL,
    value               float8      NOT NULL,
    low                 float8,
    high                float8,
    runs                uuid[]      NOT NULL,
    resolved_run        uuid,
    resolved_run_start  timestamptz,
    resolved_at         timestamptz,
    -- Since when the ledger does not show it any more: runs were deleted or came late. Null while it does.
    withdrawn_at        timestamptz,
    noticed_at          timestamptz NOT NULL,
    acknowledged_at     timestamptz,
    acknowledged_by     varchar(100),
    UNIQUE (rule_id, revision, fired_run),
    CHECK ((resolved_run IS NULL) = (resolved_at IS NULL)),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
