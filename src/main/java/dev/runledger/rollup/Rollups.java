package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Recomputes the rollups from the runs: to see that nothing differs, or to make them anew. */
@Service
public class Rollups {

    private static final int TRIES = 10;
    private static final int TIMEOUT_SECONDS = 3_600;

    private static final String MONTHS = """
            SELECT DISTINCT date_trunc('month', started_at, 'UTC') AS month
              FROM (SELECT started_at FROM run_rollup WHERE grain = 'MONTH' AND NOT detailed
                     UNION ALL
                    SELECT started_at FROM question_generation_runs WHERE status <> 'running') run
             ORDER BY month
            """;

    private static final String OF_MONTH =
            "run.status <> 'running' AND run.started_at >= :from AND run.started_at < :to";

    private static final Logger log = LoggerFactory.getLogger(Rollups.class);

    private final JdbcClient jdbc;
    private final RollupFolder folder;
    private final StreakDays streakDays;
    private final Clock clock;
    private final TransactionTemplate transaction;

    Rollups(
            JdbcClient jdbc,
            RollupFolder folder,
            StreakDays streakDays,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.folder = folder;
        this.streakDays = streakDays;
        this.clock = clock;
        this.transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        transaction.setTimeout(TIMEOUT_SECONDS);
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
        months.forEach(month -> retried(() -> {
            settle();
            for (RollupTable table : RollupTable.values()) {
                jdbc.sql("DELETE FROM %s WHERE started_at >= :from AND started_at < :to".formatted(table.table()))
                        .params(period(month))
                        .update();
                jdbc.sql(RollupFolder.add(table, table.table(), "question_generation_runs", OF_MONTH, "1"))
                        .params(period(month))
                        .update();
            }
            streakDays.rebuild(period(month));
            return 0L;
        }));
        log.info("The rollups of {} month(s) were rebuilt from the runs", months.size());
        return months.size();
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
        long repaired = retried(() -> {
            settle();
            long cells = streakDays.audit(period(month));
            for (RollupTable table : RollupTable.values()) {
                cells += repair(table, month);
            }
            return cells;
        });
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

    /** Waits for whoever writes to the rollups, and folds what waits, so that rollups and runs are of the same moment. */
    private void settle() {
        jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
        while (folder.foldLocked() > 0) {
            log.debug("More changes wait to be folded");
        }
    }

    private List<YearMonth> months() {
        return jdbc.sql(MONTHS).query(OffsetDateTime.class).list().stream()
                .map(month -> YearMonth.from(month.withOffsetSameInstant(ZoneOffset.UTC)))
                .toList();
    }

    private static Map<String, OffsetDateTime> period(YearMonth month) {
        OffsetDateTime from = month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC);
        return Map.of("from", from, "to", from.plusMonths(1));
    }

    /** Tries again where the folding came between; it is seldom in the way for long. */
    private long retried(Supplier<Long> work) {
        ConcurrencyFailureException last = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                Long result = transaction.execute(status -> work.get());
                return result == null ? 0 : result;
            } catch (ConcurrencyFailureException e) {
                last = e;
            }
        }
        throw last;
    }
}
