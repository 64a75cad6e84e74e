UPDATE alert_rule SET groups = '{}';
