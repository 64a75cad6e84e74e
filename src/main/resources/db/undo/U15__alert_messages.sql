DROP TABLE alert_message;
ALTER TABLE alert DROP COLUMN notified;
ALTER TABLE alert_rule DROP COLUMN channels, DROP COLUMN silenced_until;
DROP TABLE alert_channel;
