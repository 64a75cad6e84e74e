-- Browsers that are signed in. A session is valid no longer than the key with which it was made.
CREATE TABLE browser_session (
    id         uuid         PRIMARY KEY,
    -- SHA-256 of the cookie's 32 random bytes as text.
    digest     bytea        NOT NULL UNIQUE,
    -- SHA-256 of the key.
    key_digest bytea        NOT NULL,
    created_at timestamptz  NOT NULL,
    -- Moved on while the session is used, once in five minutes at most.
    expires_at timestamptz  NOT NULL
);

-- Finds what is over.
CREATE INDEX ix_browser_session_expires_at ON browser_session (expires_at);
