ALTER TABLE alert_message DROP COLUMN joins, DROP COLUMN sent_body;
