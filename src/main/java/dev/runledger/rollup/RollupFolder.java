package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import dev.runledger.rollup.Measure.Aggregate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Folds noted changes of runs into the rollups, many at once. One server does this at a time; if none does, answers stay exact
 * and get slower.
 */
@Component
public class RollupFolder {

    private static final int TIMEOUT_SECONDS = 15;

    /** Of batches that were made smaller after a failure: a change that takes for ever is found soon. */
    private static final int SMALL_TIMEOUT_SECONDS = 5;

    /** Held till the end of the transaction by the only one who may write to the rollups. */
    static final String TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('runledger rollups', 0))";

    static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('runledger rollups', 0)) IS NULL";

    /** The name of the cell of a {@code level} that a row belongs to. */
    private static final String CELL = """
            CASE WHEN level.detailed
                 THEN jsonb_build_array(environment, prompt_version, triggered_by, arbiter_config_version)
                 ELSE jsonb_build_array(environment)
            END::text""";

    private static final Map<RollupTable, String> ADD_CHANGES = new EnumMap<>(RollupTable.class);

    static {
        for (RollupTable table : RollupTable.values()) {
            ADD_CHANGES.put(
                    table,
                    add(table, table.table(), ChangeLog.net("seq <= :last"), "run.status <> 'running'", "run.sign"));
        }
    }

    private final JdbcClient jdbc;
    private final ChangeLog changes;
    private final FoldFailures failures;
    private final StreakDays streakDays;
    private final TransactionTemplate transaction;
    private final TransactionTemplate smallTransaction;

    RollupFolder(
            JdbcClient jdbc,
            ChangeLog changes,
            FoldFailures failures,
            StreakDays streakDays,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.changes = changes;
        this.failures = failures;
        this.streakDays = streakDays;
        this.transaction = transaction(transactions, TIMEOUT_SECONDS);
        this.smallTransaction = transaction(transactions, SMALL_TIMEOUT_SECONDS);
    }

    private static TransactionTemplate transaction(PlatformTransactionManager transactions, int timeoutSeconds) {
        TransactionTemplate transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        transaction.setTimeout(timeoutSeconds);
        return transaction;
    }

    /** Folds what waits, up to so many changes, if nobody else does. Returns how many changes that were. */
    int fold(int size) {
        if (changes.last(1) == null) {
            return 0;
        }
        return locked(size < Folding.BATCH ? smallTransaction : transaction, () -> foldLocked(size));
    }

    /** Folds what waits together with a run that failed so far. */
    void foldFailed(UUID run) {
        locked(smallTransaction, () -> {
            failures.release(run);
            return foldLocked(Folding.BATCH);
        });
    }

    /** Takes a run out of what it was counted for so far, and leaves the rest of its changes set aside. */
    void foldLeaving(UUID run, long seq, String reason) {
        locked(smallTransaction, () -> {
            failures.release(run);
            int folded = foldUpTo(seq);
            failures.setAside(run, reason);
            return folded;
        });
    }

    /** Removes the cells of a period. */
    void remove(Map<String, OffsetDateTime> period) {
        for (RollupTable table : RollupTable.values()) {
            jdbc.sql("DELETE FROM %s WHERE started_at >= :from AND started_at < :to".formatted(table.table()))
                    .params(period)
                    .update();
        }
    }

    /** Folds if nobody else does. */
    private int locked(TransactionTemplate transaction, IntSupplier fold) {
        Integer folded = transaction.execute(
                status -> jdbc.sql(TRY_LOCK).query(Boolean.class).single() ? fold.getAsInt() : 0);
        return folded == null ? 0 : folded;
    }

    /** Folds what waits, up to so many changes. All statements see those of the transaction's first moment. */
    int foldLocked(int size) {
        Long last = changes.last(size);
        return last == null ? 0 : foldUpTo(last);
    }

    private int foldUpTo(long last) {
        for (RollupTable table : RollupTable.values()) {
            jdbc.sql(ADD_CHANGES.get(table)).param("last", last).update();
        }
        if (jdbc.sql("SELECT EXISTS (SELECT 1 FROM %s run WHERE sign < 0 AND status <> 'running')"
                        .formatted(ChangeLog.net("seq <= :last")))
                .param("last", last)
                .query(Boolean.class)
                .single()) {
            jdbc.sql(EXTREMES).param("last", last).update();
        }
        streakDays.markChanged(last);
        return changes.forget(last);
    }

    /**
     * The statement that adds what rows contribute to the cells of a table. They are put together by the finest cell first,
     * so that the coarser ones cost next to nothing.
     *
     * @param target the table itself, or one like it
     * @param source a table of runs, or of changes
     * @param condition which of its rows, called {@code run}
     * @param sign what to multiply sums with
     */
    static String add(RollupTable table, String target, String source, String condition, String sign) {
        List<String> fine = new ArrayList<>();
        List<String> coarse = new ArrayList<>();
        List<String> merge = new ArrayList<>();
        for (Measure measure : table.measures()) {
            String column = measure.column();
            boolean sum = measure.aggregate() == Aggregate.SUM;
            fine.add((sum
                            ? "sum(%s * (%s))".formatted(sign, measure.sql())
                            : measure.aggregate().of("CASE WHEN %s > 0 THEN %s END".formatted(sign, measure.sql())))
                    + " AS " + column);
            coarse.add(measure.aggregate().of(column));
            merge.add(column + " = "
                    + switch (measure.aggregate()) {
                        case SUM -> "cell.%1$s + excluded.%1$s".formatted(column);
                        case MIN -> "least(cell.%1$s, excluded.%1$s)".formatted(column);
                        case MAX -> "greatest(cell.%1$s, excluded.%1$s)".formatted(column);
                    });
        }
        String dimensions = String.join(", ", RollupTable.DIMENSIONS);
        String runDimensions = RollupTable.DIMENSIONS.stream()
                .map(dimension -> "run." + dimension)
                .collect(joining(", "));
        String keys = table.keys().stream().map(key -> ", " + key).collect(joining());
        String rawKeys = table.keys().stream()
                .map(key -> ", " + table.rawKey(key) + " AS " + key)
                .collect(joining());
        String columns = table.measures().stream().map(Measure::column).collect(joining(", "));
        return """
                WITH fine AS (
                    SELECT date_trunc('%1$s', run.started_at, 'UTC') AS started_at, %2$s%3$s,
                           %4$s
                      FROM %5$s
                      %6$s
                     GROUP BY date_trunc('%1$s', run.started_at, 'UTC'), %2$s%7$s
                ), leveled AS (
                    SELECT level.detailed, level.grain, date_trunc(level.grain, fine.started_at, 'UTC') AS at,
                           %16$s AS cell,
                           fine.*
                      FROM fine CROSS JOIN (VALUES %8$s) AS level(detailed, grain)
                )
                INSERT INTO %9$s AS cell (detailed, grain, started_at, cell, %10$s%11$s, %12$s)
                SELECT detailed, grain, at, cell, min(environment),
                       CASE WHEN detailed THEN min(prompt_version) END,
                       CASE WHEN detailed THEN min(triggered_by) END,
                       CASE WHEN detailed THEN min(arbiter_config_version) END%11$s,
                       %13$s
                  FROM leveled
                 GROUP BY detailed, grain, at, cell%11$s
                 ORDER BY detailed, grain, at, cell
                ON CONFLICT (%14$s) DO UPDATE SET %15$s
                """.formatted(
                table.finest(false).name().toLowerCase(Locale.ROOT),
                runDimensions,
                rawKeys,
                String.join(", ", fine),
                Measure.rows(source, condition, table.measures()),
                table.each(),
                table.keys().stream().map(key -> ", " + table.rawKey(key)).collect(joining()),
                table.levels(),
                target,
                dimensions,
                keys,
                columns,
                String.join(", ", coarse),
                table.primaryKey(),
                String.join(", ", merge),
                CELL);
    }

    /** Extremes cannot be subtracted: where a run left a cell, they are read from the runs that remain. */
    private static final String EXTREMES = extremes();

    private static String extremes() {
        List<Measure> extremes = RollupTable.RUNS.measures().stream()
                .filter(measure -> measure.aggregate() != Aggregate.SUM)
                .toList();
        return """
                UPDATE run_rollup cell
                   SET (%s) = (
                       SELECT %s
                         FROM question_generation_runs run
                        WHERE run.status <> 'running'
                          AND run.started_at >= cell.started_at
                          AND run.started_at < ((cell.started_at AT TIME ZONE 'UTC') + ('1 ' || cell.grain)::interval) AT TIME ZONE 'UTC'
                          AND run.environment IS NOT DISTINCT FROM cell.environment
                          AND (NOT cell.detailed
                               OR (run.prompt_version, run.triggered_by, run.arbiter_config_version)
                                  IS NOT DISTINCT FROM (cell.prompt_version, cell.triggered_by, cell.arbiter_config_version)))
                  FROM (SELECT DISTINCT level.detailed, level.grain, date_trunc(level.grain, started_at, 'UTC') AS at, %s AS cell
                          FROM %s run CROSS JOIN (VALUES %s) AS level(detailed, grain)
                         WHERE sign < 0 AND status <> 'running') gone
                 WHERE (cell.detailed, cell.grain, cell.started_at, cell.cell) = (gone.detailed, gone.grain, gone.at, gone.cell)
                """.formatted(
                        extremes.stream().map(Measure::column).collect(joining(", ")),
                        extremes.stream()
                                .map(measure -> measure.aggregate().of(measure.sql()))
                                .collect(joining(", ")),
                        CELL,
                        ChangeLog.net("seq <= :last"),
                        RollupTable.RUNS.levels());
    }
}
