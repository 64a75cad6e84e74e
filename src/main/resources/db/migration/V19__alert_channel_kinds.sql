ALTER TABLE alert_channel
    ADD COLUMN kind              varchar(10) NOT NULL DEFAULT 'WEBHOOK' CHECK (kind IN ('WEBHOOK', 'SLACK', 'PAGERDUTY', 'EMAIL')),
    -- The channel of a Slack bot, or an address of mail.
    ADD COLUMN recipient         text,
    ADD COLUMN last_answer       text,
    ADD COLUMN last_answered_at  timestamptz,
    ADD COLUMN last_delivered_at timestamptz;

-- Mail has none of its own.
ALTER TABLE alert_channel ALTER COLUMN secret DROP NOT NULL;

-- By what the receiver knows the message, if it can be edited there.
ALTER TABLE alert_message ADD COLUMN receipt text;

CREATE INDEX ix_alert_message_channel ON alert_message (channel_id, state) WHERE state <> 'DELIVERED';
