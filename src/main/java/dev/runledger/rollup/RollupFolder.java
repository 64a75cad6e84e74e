package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.rollup.Measure.Aggregate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
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

    private static final int BATCH = 5_000;
    private static final int VACUUM_AFTER = 2_000;

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

    private static final Logger log = LoggerFactory.getLogger(RollupFolder.class);

    private final JdbcClient jdbc;
    private final ChangeLog changes;
    private final StreakDays streakDays;
    private final TransactionTemplate transaction;
    private int foldedSinceVacuum;

    RollupFolder(JdbcClient jdbc, ChangeLog changes, StreakDays streakDays, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.changes = changes;
        this.streakDays = streakDays;
        this.transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    @Scheduled(fixedDelayString = "PT0.2S", initialDelayString = "PT1S")
    void foldAll() {
        try {
            int folded;
            do {
                folded = fold();
                foldedSinceVacuum += folded;
            } while (folded == BATCH);
            if (foldedSinceVacuum >= VACUUM_AFTER) {
                changes.vacuum();
                foldedSinceVacuum = 0;
            }
        } catch (ConcurrencyFailureException e) {
            log.debug("Another server has folded these changes");
        } catch (RuntimeException e) {
            log.warn("Changes of runs were not folded into the rollups, which will be tried again: {}", e.toString());
        }
    }

    /** Folds what waits, up to a batch, if nobody else does. Returns how many changes that were. */
    int fold() {
        if (changes.last(1) == null) {
            return 0;
        }
        Integer folded = transaction.execute(
                status -> jdbc.sql(TRY_LOCK).query(Boolean.class).single() ? foldLocked() : 0);
        return folded == null ? 0 : folded;
    }

    /** All statements see the same changes, those of the transaction's first moment. */
    int foldLocked() {
        Long last = changes.last(BATCH);
        if (last == null) {
            return 0;
        }
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
