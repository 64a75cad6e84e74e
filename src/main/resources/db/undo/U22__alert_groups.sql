-- What the former version cannot keep apart.
DELETE FROM alert WHERE group_key <> '';
ALTER TABLE alert_rule DROP COLUMN groups, DROP COLUMN paused_at;
-- With the column goes the key that it is in.
ALTER TABLE alert DROP COLUMN group_key, ADD CONSTRAINT alert_rule_id_revision_fired_run_key UNIQUE (rule_id, revision, fired_run);
