DROP TABLE own_metric;
