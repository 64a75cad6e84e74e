DROP TABLE streak_day;
