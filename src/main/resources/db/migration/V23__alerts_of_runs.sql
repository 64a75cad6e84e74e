-- For the alerts that a run is among the evidence of.
CREATE INDEX ix_alert_runs ON alert USING gin (runs);
