DELETE FROM browser_session WHERE key_digest IS NULL;

ALTER TABLE browser_session
    DROP CONSTRAINT ck_browser_session_of_key_or_person,
    DROP COLUMN issuer,
    DROP COLUMN subject,
    DROP COLUMN name,
    DROP COLUMN groups,
    DROP COLUMN id_token,
    ALTER COLUMN key_digest SET NOT NULL;
