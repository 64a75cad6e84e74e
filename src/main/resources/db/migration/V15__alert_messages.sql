-- Where messages about alerts go.
CREATE TABLE alert_channel (
    id         uuid         PRIMARY KEY,
    name       varchar(100) NOT NULL UNIQUE,
    url        text         NOT NULL,
    -- What messages are signed with, encrypted with a key that is not in the database.
    secret     bytea        NOT NULL,
    created_at timestamptz  NOT NULL
);

ALTER TABLE alert_rule
    ADD COLUMN channels       uuid[] NOT NULL DEFAULT '{}',
    -- Until then nothing that fires is sent.
    ADD COLUMN silenced_until timestamptz;

-- What of an alert is in the outbox: nothing, that it fires, that it is resolved.
ALTER TABLE alert
    ADD COLUMN notified varchar(10) NOT NULL DEFAULT 'NOTHING' CHECK (notified IN ('NOTHING', 'FIRING', 'RESOLVED'));

-- Alerts that were raised before there were messages stay without.
UPDATE alert SET notified = 'RESOLVED' WHERE resolved_at IS NOT NULL OR withdrawn_at IS NOT NULL;

-- The outbox: written in the transaction that changes an alert, emptied by any instance. It outlives the rule and its alerts.
CREATE TABLE alert_message (
    id              uuid        PRIMARY KEY,
    seq             bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    alert_id        uuid        NOT NULL,
    channel_id      uuid        NOT NULL REFERENCES alert_channel ON DELETE CASCADE,
    type            varchar(10) NOT NULL CHECK (type IN ('FIRING', 'RESOLVED')),
    -- As it is sent, byte for byte each time.
    body            text        NOT NULL,
    state           varchar(10) NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'DELIVERED', 'GIVEN_UP')),
    attempts        integer     NOT NULL DEFAULT 0,
    -- While it is being sent, when somebody else may try.
    next_attempt_at timestamptz NOT NULL,
    -- What the receiver said last, or why it could not be asked.
    last_answer     text,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz
);

CREATE INDEX ix_alert_message_waiting ON alert_message (alert_id, channel_id, seq) WHERE state = 'WAITING';
CREATE INDEX ix_alert_message_alert ON alert_message (alert_id);
