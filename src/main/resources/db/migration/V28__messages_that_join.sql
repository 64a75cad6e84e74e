ALTER TABLE alert_message
    -- The first message about the same cause within a minute: this one says what it said, and more. Its own id if it is the first.
    ADD COLUMN joins     uuid,
    -- What is sent instead of the body, with what other alerts of the cause there are; byte for byte each time.
    ADD COLUMN sent_body text;

CREATE INDEX ix_alert_message_joins ON alert_message (joins) WHERE joins IS NOT NULL;
