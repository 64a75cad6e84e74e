package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.rollup.Slices.Slice;
import dev.runledger.search.RunFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Days of UTC whose streaks are counted, so that long periods need not be read run by run. Sums can be added to, streaks
 * cannot: a day that changes is stale, is read from its runs, and is counted anew when it has been quiet for a while.
 */
@Component
public class StreakDays {

    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final int DAYS_AT_ONCE = 50;

    /** Inserted / requested of a low run. What lies below anything else is for the runs themselves. */
    private static final double BELOW = 0.5;

    /** A day without a cell of the environment has no runs of it. A change that waits to be folded makes its day stale, too. */
    static final String COUNTED = """
            SELECT day.started_at, coalesce(own.runs, 0) AS runs, coalesce(own.first_low, 0) AS first_low,
                   coalesce(own.last_low, 0) AS last_low, coalesce(own.longest, 0) AS longest,
                   coalesce(own.longest_at, 0) AS longest_at
              FROM streak_day day
              LEFT JOIN streak_day own
                ON own.started_at = day.started_at
               AND own.cell = CASE WHEN CAST(:environment AS text) IS NULL THEN '[]'
                                   ELSE jsonb_build_array(CAST(:environment AS text))::text END
             WHERE day.cell = '[]' AND day.stale_since IS NULL
               AND day.started_at >= CAST(:from AS timestamptz) AND day.started_at < CAST(:to AS timestamptz)
               AND day.started_at NOT IN (SELECT date_trunc('day', started_at, 'UTC') FROM %s run WHERE status <> 'running')
             ORDER BY day.started_at
            """.formatted(ChangeLog.starts("true"));

    private static final String MARK_STALE = """
            INSERT INTO streak_day AS day (started_at, cell, stale_since, runs, first_low, last_low, longest, longest_at)
            SELECT DISTINCT date_trunc('day', run.started_at, 'UTC'), '[]', %s, 0, 0, 0, 0, 0
              FROM %s run
             WHERE %s
            ON CONFLICT (started_at, cell) DO UPDATE SET stale_since = excluded.stale_since
            """;

    static final String MARK_CHANGED =
            MARK_STALE.formatted("now()", ChangeLog.starts("seq <= :last"), "run.status <> 'running'");

    static final String MARK_FOR_REBUILD = MARK_STALE.formatted(
            "timestamptz '-infinity'",
            "question_generation_runs",
            "run.status <> 'running' AND run.started_at >= :from AND run.started_at < :to");

    private static final String MARK_WRONG = """
            UPDATE streak_day SET stale_since = '-infinity' WHERE cell = '[]' AND started_at = ANY (CAST(:days AS timestamptz[]))
            """;

    private static final String QUIET_DAYS = """
            SELECT started_at
              FROM streak_day
             WHERE cell = '[]' AND stale_since <= now() - make_interval(secs => :quiet)
             ORDER BY started_at DESC
             LIMIT :days
            """;

    static final String FRESH = """
            SELECT cell.*
              FROM streak_day cell
             WHERE cell.started_at >= :from AND cell.started_at < :to
               AND EXISTS (SELECT FROM streak_day day
                            WHERE day.started_at = cell.started_at AND day.cell = '[]' AND day.stale_since IS NULL)
            """;

    static final String COUNT = """
            SELECT day.started_at, judged.cell, coalesce(judged.letters, '') AS letters
              FROM unnest(CAST(:days AS timestamptz[])) AS day(started_at)
              CROSS JOIN LATERAL (
                  SELECT CASE WHEN grouping(run.environment) = 1 THEN '[]'
                              ELSE jsonb_build_array(run.environment)::text END AS cell,
                         string_agg(%s, '' ORDER BY run.started_at, run.id) AS letters
                    FROM question_generation_runs run
                   WHERE %s
                     AND run.started_at >= day.started_at AND run.started_at < day.started_at + interval '24 hours'
                   GROUP BY GROUPING SETS ((), (run.environment))
              ) judged
            """.formatted(StreakSegment.LETTER, StreakSegment.JUDGED);

    private static final Logger log = LoggerFactory.getLogger(StreakDays.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    StreakDays(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** The days within the filter's period whose streaks are counted, in order. None if the filter is for anything finer. */
    public List<StreakSegment> counted(RunFilter filter, double below) {
        RunFilter known = RunFilter.during(filter.from(), filter.to(), List.of(), filter.environments(), null);
        if (below != BELOW || !filter.equals(known) || filter.environments().size() > 1) {
            return List.of();
        }
        Slice period = new Slice(
                Grain.DAY,
                filter.from() == null ? null : Grain.DAY.ceiling(filter.from()),
                filter.to() == null ? null : Grain.DAY.floor(filter.to()));
        return jdbc.sql(COUNTED)
                .param("environment", filter.environments().stream().findFirst().orElse(null), Types.VARCHAR)
                .param("from", Slices.from(period))
                .param("to", Slices.to(period))
                .query((row, number) -> segment(row))
                .list();
    }

    /** Marks the days of changes that are being folded. */
    void markChanged(long last) {
        jdbc.sql(MARK_CHANGED).param("last", last).update();
    }

    /** Has the days of a period counted anew. */
    void rebuild(Map<String, OffsetDateTime> period) {
        jdbc.sql("DELETE FROM streak_day WHERE started_at >= :from AND started_at < :to")
                .params(period)
                .update();
        jdbc.sql(MARK_FOR_REBUILD).params(period).update();
    }

    /** Counts the days of a period that are not stale once more. Returns how many differed, which are stale now. */
    int audit(Map<String, OffsetDateTime> period) {
        List<Cell> fresh =
                jdbc.sql(FRESH).params(period).query((row, number) -> cell(row)).list();
        List<Instant> days = fresh.stream().map(Cell::day).distinct().toList();
        Set<Cell> differing = new HashSet<>(fresh);
        for (Cell counted : count(days)) {
            if (!differing.remove(counted)) {
                differing.add(counted);
            }
        }
        List<Instant> wrong = differing.stream().map(Cell::day).distinct().toList();
        jdbc.sql(MARK_WRONG).param("days", array(wrong)).update();
        return wrong.size();
    }

    @Scheduled(fixedDelayString = "PT2S", initialDelayString = "PT2S")
    void countQuietDays() {
        try {
            countStaleDays(QUIET);
        } catch (RuntimeException e) {
            log.warn("Streaks of days were not counted, which will be tried again: {}", e.toString());
        }
    }

    /** Counts what has been stale for so long, unless somebody else writes to rollups. */
    void countStaleDays(Duration quiet) {
        boolean more;
        do {
            more = Boolean.TRUE.equals(transaction.execute(status ->
                    jdbc.sql(RollupFolder.TRY_LOCK).query(Boolean.class).single() && countSome(quiet)));
        } while (more);
    }

    /**
     * Each statement sees what has been committed by then. A run that is recorded meanwhile may be counted or not: its change
     * waits to be folded, which makes its day stale again.
     */
    private boolean countSome(Duration quiet) {
        List<Instant> days = jdbc.sql(QUIET_DAYS)
                .param("quiet", quiet.toSeconds())
                .param("days", DAYS_AT_ONCE)
                .query((row, number) -> start(row))
                .list();
        if (days.isEmpty()) {
            return false;
        }
        jdbc.sql("DELETE FROM streak_day WHERE started_at = ANY (CAST(:days AS timestamptz[]))")
                .param("days", array(days))
                .update();
        for (Cell cell : count(days)) {
            jdbc.sql("""
                    INSERT INTO streak_day (started_at, cell, runs, first_low, last_low, longest, longest_at)
                    VALUES (CAST(:started_at AS timestamptz), :cell, :runs, :first_low, :last_low, :longest, :longest_at)
                    """)
                    .param("started_at", cell.day().toString())
                    .param("cell", cell.name())
                    .param("runs", cell.segment().runs())
                    .param("first_low", cell.segment().firstLow())
                    .param("last_low", cell.segment().lastLow())
                    .param("longest", cell.segment().longest())
                    .param("longest_at", cell.segment().longestAt())
                    .update();
        }
        return days.size() == DAYS_AT_ONCE;
    }

    private List<Cell> count(List<Instant> days) {
        return jdbc.sql(COUNT)
                .param("below", BELOW)
                .param("days", array(days))
                .query((row, number) ->
                        new Cell(row.getString("cell"), StreakSegment.of(start(row), row.getString("letters"))))
                .list();
    }

    /** @param name {@code []} for all runs, else as JSON an array of the environment */
    private record Cell(String name, StreakSegment segment) {

        Instant day() {
            return segment.from();
        }
    }

    private static Cell cell(ResultSet row) throws SQLException {
        return new Cell(row.getString("cell"), segment(row));
    }

    private static String array(List<Instant> moments) {
        return moments.stream().map(Instant::toString).collect(joining(",", "{", "}"));
    }

    private static StreakSegment segment(ResultSet row) throws SQLException {
        return new StreakSegment(
                start(row),
                row.getInt("runs"),
                row.getInt("first_low"),
                row.getInt("last_low"),
                row.getInt("longest"),
                row.getInt("longest_at"));
    }

    private static Instant start(ResultSet row) throws SQLException {
        return row.getObject("started_at", OffsetDateTime.class).toInstant();
    }
}
