-- Runs that an administrator deleted. A report of such a run, which may have waited in a reporter's spool, must not raise it again:
-- what names it stays. Everything else stays for 30 days, so that the run can be restored, and is then purged.
CREATE TABLE deleted_run (
    id            uuid        PRIMARY KEY,
    client_run_id varchar(100),
    started_at    timestamptz NOT NULL,
    environment   varchar(20),
    triggered_by  varchar(50),
    status        varchar(20) NOT NULL,
    report_digest bytea,
    -- The row as it was; once purged, only what names it, with counts of 0.
    run           jsonb       NOT NULL,
    deleted_at    timestamptz NOT NULL,
    -- Which key or person, not the key itself.
    deleted_by    varchar(200),
    purged_at     timestamptz
);

-- Asked by each report of a run that is not known, by one of these or the primary key.
CREATE INDEX ix_deleted_run_client_run_id ON deleted_run (client_run_id) WHERE client_run_id IS NOT NULL;
CREATE INDEX ix_deleted_run_started_at ON deleted_run (started_at);
-- Finds what is to be purged, and the latest.
CREATE INDEX ix_deleted_run_deleted_at ON deleted_run (deleted_at);
