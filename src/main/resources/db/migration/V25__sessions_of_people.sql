-- People who signed in with an issuer: such a session rests on what the issuer said, not on a key.
ALTER TABLE browser_session
    ALTER COLUMN key_digest DROP NOT NULL,
    ADD COLUMN issuer   text,
    -- What the issuer knows the person by.
    ADD COLUMN subject  text,
    -- What people know the person by.
    ADD COLUMN name     varchar(200),
    -- Which groups the issuer said last that the person is in. The role follows from them at each use.
    ADD COLUMN groups   text[],
    -- Says to the issuer whom to sign out. Opens nothing here.
    ADD COLUMN id_token text,
    ADD CONSTRAINT ck_browser_session_of_key_or_person CHECK (num_nonnulls(key_digest, subject) = 1
        AND num_nonnulls(issuer, subject, name, groups, id_token) IN (0, 5));
