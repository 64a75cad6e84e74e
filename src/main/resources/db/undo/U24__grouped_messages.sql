ALTER TABLE alert_rule DROP COLUMN announced, DROP COLUMN had_data;
DROP INDEX ix_alert_message_sent_with;
DROP INDEX ix_alert_message_group;
ALTER TABLE alert_message DROP COLUMN sent_with, DROP COLUMN group_key;
