SELECT cell.*
  FROM streak_day cell
 WHERE cell.started_at >= :from AND cell.started_at < :to
   AND EXISTS (SELECT FROM streak_day day
                WHERE day.started_at = cell.started_at AND day.cell = '[]' AND day.stale_since IS NULL)
