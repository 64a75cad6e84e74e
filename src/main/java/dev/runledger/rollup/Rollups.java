package dev.runledger.rollup;

import static dev.runledger.rollup.SettledRollups.period;
import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.FoldFailures;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/** Recomputes the rollups from the runs: to see that nothing differs, or to make them anew. */
@Service
public class Rollups {

    private static final String MONTHS = """
            SELECT DISTINCT date_trunc('month', started_at, 'UTC') AS month
              FROM (SELECT started_at FROM run_rollup WHERE grain = 'MONTH' AND NOT detailed
                     UNION ALL
                    SELECT started_at FROM question_generation_runs WHERE status <> 'running') run
             ORDER BY month
            """;

    private static final String OF_MONTH =
            "run.status <> 'running' AND run.started_at >= :from AND run.started_at < :to AND "
                    + FoldFailures.NONE_OF_RUN;

    private static final Logger log = LoggerFactory.getLogger(Rollups.class);

    private final JdbcClient jdbc;
    private final RollupFolder folder;
    private final SettledRollups settled;
    private final StreakDays streakDays;
    private final Clock clock;

    Rollups(JdbcClient jdbc, RollupFolder folder, SettledRollups settled, StreakDays streakDays, Clock clock) {
        this.jdbc = jdbc;
        this.folder = folder;
        this.settled = settled;
        this.streakDays = streakDays;
        this.clock = clock;
    }

    /**
     * What an audit found.
     *
     * @param months of UTC that were recomputed
     * @param repairedCells that differed from what the runs come to, and do not any more
     */
    public record Audit(int months, long repairedCells) {}

    /** Makes the rollups anew, month by month. Runs may be recorded meanwhile; answers stay exact. Returns the months. */
    public int rebuild() {
        List<YearMonth> months = months();
        months.forEach(month -> settled.with(month, () -> rebuildSettled(month)));
        log.info("The rollups of {} month(s) were rebuilt from the runs", months.size());
        return months.size();
    }

    /** Makes a month anew, within a settled transaction. Returns 0. */
    long rebuildSettled(YearMonth month) {
        folder.remove(period(month));
        for (RollupTable table : RollupTable.values()) {
            jdbc.sql(RollupFolder.add(table, table.table(), "question_generation_runs", OF_MONTH, "1"))
                    .params(period(month))
                    .update();
        }
        streakDays.rebuild(period(month));
        return 0;
    }

    /** Recomputes every month, and repairs what differs. */
    public Audit auditAll() {
        List<YearMonth> months = months();
        return new Audit(months.size(), months.stream().mapToLong(this::audit).sum());
    }

    /** The month before this one, at four in the morning: by then hardly anything is reported for it any more. */
    @Scheduled(cron = "0 0 4 * * *")
    void auditLastMonth() {
        audit(YearMonth.now(clock.withZone(ZoneOffset.UTC)).minusMonths(1));
    }

    /** Recomputes a month of UTC. Returns how many cells differed and were repaired. */
    long audit(YearMonth month) {
        return settled.with(month, () -> auditSettled(month));
    }

    /** As {@link #audit}, within a settled transaction. */
    long auditSettled(YearMonth month) {
        long repaired = streakDays.audit(period(month));
        for (RollupTable table : RollupTable.values()) {
            repaired += repair(table, month);
        }
        if (repaired > 0) {
            log.error("{} cells of the rollups of {} differed from the runs and were repaired", repaired, month);
        }
        return repaired;
    }

    private long repair(RollupTable table, YearMonth month) {
        String expected = "expected_" + table.table();
        jdbc.sql("DROP TABLE IF EXISTS pg_temp." + expected).update();
        jdbc.sql("CREATE TEMPORARY TABLE %s (LIKE %s INCLUDING ALL) ON COMMIT DROP".formatted(expected, table.table()))
                .update();
        jdbc.sql(RollupFolder.add(table, expected, "question_generation_runs", OF_MONTH, "1"))
                .params(period(month))
                .update();
        String same = "cell.cell = expected.cell AND cell.detailed = expected.detailed AND cell.grain = expected.grain"
                + " AND cell.started_at = expected.started_at"
                + table.keys().stream()
                        .map(key -> " AND cell.%1$s = expected.%1$s".formatted(key))
                        .collect(joining());
        String equal = table.measures().stream()
                .map(Measure::column)
                .map(column -> "cell.%1$s IS NOT DISTINCT FROM expected.%1$s".formatted(column))
                .collect(joining(" AND "));
        // A cell that all runs have left stays, with zeros: only what is not 0 differs from there being no cell.
        String zero = table.measures().stream()
                .filter(measure -> measure.aggregate() == Measure.Aggregate.SUM)
                .map(measure -> "cell.%s = 0".formatted(measure.column()))
                .collect(joining(" AND "));
        int wrong = jdbc.sql("""
                        DELETE FROM %s cell
                         WHERE started_at >= :from AND started_at < :to
                           AND NOT EXISTS (SELECT FROM %s expected WHERE %s AND %s)
                           AND NOT (%s AND NOT EXISTS (SELECT FROM %2$s expected WHERE %3$s))
                        """.formatted(table.table(), expected, same, equal, zero))
                .params(period(month))
                .update();
        int missing = jdbc.sql("""
                        INSERT INTO %s
                        SELECT * FROM %s expected
                         WHERE NOT EXISTS (SELECT FROM %1$s cell WHERE %s)
                        """.formatted(table.table(), expected, same)).update();
        return Math.max(wrong, missing);
    }

    /** The months of UTC that have cells, or finished runs. */
    List<YearMonth> months() {
        return jdbc.sql(MONTHS).query(OffsetDateTime.class).list().stream()
                .map(month -> YearMonth.from(month.withOffsetSameInstant(ZoneOffset.UTC)))
                .toList();
    }
}
