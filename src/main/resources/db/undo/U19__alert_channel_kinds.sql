DROP INDEX ix_alert_message_channel;
ALTER TABLE alert_message DROP COLUMN receipt;
-- What the former version cannot send to.
DELETE FROM alert_channel WHERE kind <> 'WEBHOOK';
ALTER TABLE alert_channel ALTER COLUMN secret SET NOT NULL;
ALTER TABLE alert_channel
    DROP COLUMN kind, DROP COLUMN recipient, DROP COLUMN last_answer, DROP COLUMN last_answered_at, DROP COLUMN last_delivered_at;
