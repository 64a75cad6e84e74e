ALTER TABLE alert_message
    -- What has the same one is likely due to the same cause, and goes out as one message; nothing is grouped under ''.
    ADD COLUMN group_key text NOT NULL DEFAULT '',
    -- The message that carries this one.
    ADD COLUMN sent_with uuid;

CREATE INDEX ix_alert_message_group ON alert_message (channel_id, group_key, ended_at) WHERE group_key <> '';
CREATE INDEX ix_alert_message_sent_with ON alert_message (sent_with) WHERE sent_with IS NOT NULL;

ALTER TABLE alert_rule
    -- Whether it could decide since its definition was made.
    ADD COLUMN had_data  boolean NOT NULL DEFAULT false,
    -- The state that a message has gone out about: that it cannot be evaluated, or has no data any more.
    ADD COLUMN announced varchar(10) CHECK (announced IN ('ERROR', 'NO_DATA'));
