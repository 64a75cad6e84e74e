DROP TABLE alert, alert_rule;
