package dev.runledger.rollup;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.OffsetDateTime;
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

    private static final int SMALL_BATCH = 1_000;

    /** Held till the end of the transaction by the only one who may write to the rollups. */
    static final String TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('runledger rollups', 0))";

    static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('runledger rollups', 0)) IS NULL";

    private final JdbcClient jdbc;
    private final ChangeLog changes;
    private final FoldFailures failures;
    private final StreakDays streakDays;
    private final UnbuiltMonths unbuilt;
    private final ObservationRegistry observations;
    private final TransactionTemplate transaction;
    private final TransactionTemplate smallTransaction;

    RollupFolder(
            JdbcClient jdbc,
            ChangeLog changes,
            FoldFailures failures,
            StreakDays streakDays,
            UnbuiltMonths unbuilt,
            ObservationRegistry observations,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.changes = changes;
        this.failures = failures;
        this.streakDays = streakDays;
        this.unbuilt = unbuilt;
        this.observations = observations;
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
        return Observation.createNotStarted("fold", observations)
                .observe(() -> locked(size <= SMALL_BATCH ? smallTransaction : transaction, () -> foldLocked(size)));
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
        jdbc.sql(RollupStatements.REMOVE_MONTH).params(period).update();
    }

    /** Folds if nobody else does, and no newer version is to do it. */
    private int locked(TransactionTemplate transaction, IntSupplier fold) {
        Integer folded = transaction.execute(
                status -> jdbc.sql(TRY_LOCK).query(Boolean.class).single() && unbuilt.hold() ? fold.getAsInt() : 0);
        return folded == null ? 0 : folded;
    }

    /** Folds what waits, up to so many changes. All statements see those of the transaction's first moment. */
    int foldLocked(int size) {
        Long last = changes.last(size);
        return last == null ? 0 : foldUpTo(last);
    }

    private int foldUpTo(long last) {
        jdbc.sql(RollupStatements.ADD_SCOPES_OF_CHANGES).param("last", last).update();
        jdbc.sql(RollupStatements.ADD_CHANGES).param("last", last).update();
        if (jdbc.sql("SELECT EXISTS (SELECT 1 FROM run_change WHERE sign < 0 AND seq <= :last)")
                .param("last", last)
                .query(Boolean.class)
                .single()) {
            jdbc.sql(RollupStatements.CORRECT_EXTREMES_OF_CHANGES)
                    .param("last", last)
                    .update();
        }
        streakDays.markChanged(last);
        return changes.forget(last);
    }
}
