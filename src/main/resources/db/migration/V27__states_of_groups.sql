-- Of each value not only the state, but since when, and what was said of it. Rules are evaluated anew when the server starts.
UPDATE alert_rule SET groups = '{}';
