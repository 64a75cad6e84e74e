-- What administrators did, who signed in, which keys were refused: apart from the runs, and never changed.
CREATE TABLE audit_entry (
    seq     bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz  NOT NULL,
    -- Which key or person, not the key itself; an address where nobody is known.
    actor   varchar(200) NOT NULL,
    action  varchar(50)  NOT NULL,
    -- What it was done to: an id.
    subject varchar(200),
    -- What was asked for.
    details jsonb,
    -- What was there before and after. Null where nothing was, or nothing can be shown.
    before  jsonb,
    after   jsonb
);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'The audit log is append-only'; END $$;

-- The server owns its tables, so that taking away privileges would bind nobody.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Keys that administrators made, beside those of the configuration.
CREATE TABLE service_key (
    id           uuid         PRIMARY KEY,
    name         varchar(100) NOT NULL,
    role         varchar(20)  NOT NULL,
    -- SHA-256 of 24 random bytes as text: nothing that could be guessed.
    digest       bytea        NOT NULL UNIQUE,
    created_at   timestamptz  NOT NULL,
    created_by   varchar(200) NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    -- To within a minute.
    last_used_at timestamptz
);

-- A key that is valid is known by its name.
CREATE UNIQUE INDEX ix_service_key_name ON service_key (name) WHERE revoked_at IS NULL;
