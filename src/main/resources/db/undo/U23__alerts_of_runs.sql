DROP INDEX ix_alert_runs;
