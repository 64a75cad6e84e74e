ALTER TABLE alert_rule DROP COLUMN managed;
ALTER TABLE alert_channel DROP COLUMN managed;
