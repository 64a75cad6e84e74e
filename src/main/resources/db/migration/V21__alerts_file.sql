-- Whether a file made it, which alone changes or deletes it.
ALTER TABLE alert_rule ADD COLUMN managed boolean NOT NULL DEFAULT false;
ALTER TABLE alert_channel ADD COLUMN managed boolean NOT NULL DEFAULT false;
