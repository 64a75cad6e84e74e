-- What reports carry beyond the plan (the reporter's own name, cost, tokens), and what the ledger itself notes of a run.
ALTER TABLE question_generation_runs
    ADD COLUMN client_run_id       varchar(100),
    ADD COLUMN total_cost_usd      double precision,
    ADD COLUMN total_input_tokens  bigint,
    ADD COLUMN total_output_tokens bigint,
    ADD COLUMN cost_by_provider    jsonb,
    -- Numbers of the report that contradict each other: a list, empty if none do, null if nobody looked.
    ADD COLUMN report_warnings     jsonb,
    -- SHA-256 of the final report's values: tells a retry from a conflict. Null until there is one.
    ADD COLUMN report_digest       bytea,
    ADD COLUMN updated_at          timestamptz NOT NULL DEFAULT now(),
    -- When a run that never ended was declared stuck. It stays after a late completion, which sets recovered.
    ADD COLUMN stuck_at            timestamptz,
    ADD COLUMN recovered           boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT cost_finite CHECK (total_cost_usd >= 0 AND total_cost_usd < 'Infinity'),
    ADD CONSTRAINT tokens_not_negative CHECK (least(total_input_tokens, total_output_tokens) >= 0);

-- Not unique: a run's identity rests on its primary key alone.
CREATE INDEX ix_qgr_client_run_id ON question_generation_runs (client_run_id);
