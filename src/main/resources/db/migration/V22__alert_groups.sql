-- One evaluation for each value of what a rule is grouped by; '' for rules that are not.
ALTER TABLE alert
    ADD COLUMN group_key text NOT NULL DEFAULT '',
    DROP CONSTRAINT alert_rule_id_revision_fired_run_key,
    ADD UNIQUE (rule_id, revision, group_key, fired_run);

ALTER TABLE alert_rule
    -- The state of each value.
    ADD COLUMN groups    jsonb NOT NULL DEFAULT '{}',
    -- While it is not null, nothing is evaluated.
    ADD COLUMN paused_at timestamptz;
