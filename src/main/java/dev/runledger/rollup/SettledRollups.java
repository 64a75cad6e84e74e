package dev.runledger.rollup;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.CannotSerializeTransactionException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transactions that recompute a month: nobody else writes to the rollups, and all changes are folded, so that rollups and runs are of
 * the same moment. They may take an hour, while the timeouts of all other connections are meant for requests.
 */
@Component
class SettledRollups {

    private static final int TRIES = 10;
    private static final int TIMEOUT_SECONDS = 3_600;

    private static final Logger log = LoggerFactory.getLogger(SettledRollups.class);

    private final JdbcOperations jdbc;
    private final RollupFolder folder;
    private final Folding folding;
    private final ChangeLog changes;
    private final FoldFailures failures;
    private final UnbuiltMonths unbuilt;
    private final TransactionTemplate transaction;

    SettledRollups(
            JdbcOperations jdbc,
            RollupFolder folder,
            Folding folding,
            ChangeLog changes,
            FoldFailures failures,
            UnbuiltMonths unbuilt,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.folder = folder;
        this.folding = folding;
        this.changes = changes;
        this.failures = failures;
        this.unbuilt = unbuilt;
        this.transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        transaction.setTimeout(TIMEOUT_SECONDS);
    }

    /**
     * Does the work on a month of UTC. Tries again where the folding came between, which is seldom in the way for long. If a run of
     * the month makes the work fail, the month's cells are removed and its runs are folded instead, which sets that run aside.
     */
    long with(YearMonth month, Supplier<Long> work) {
        DataAccessException last = null;
        for (int i = 0; i < TRIES; i++) {
            folding.foldAll();
            try {
                return inTransaction(() -> {
                    settle();
                    return work.get();
                });
            } catch (DataAccessException e) {
                if (!Folding.isCausedByChanges(e) && !Folding.isConcurrent(e)) {
                    throw e;
                }
                last = e;
            }
        }
        if (!Folding.isCausedByChanges(last)) {
            throw last;
        }
        log.warn(
                "The runs of {} are folded one by one, since recomputing them together fails: {}",
                month,
                last.toString());
        return inTransaction(() -> {
            changes.lock();
            settle();
            folder.remove(period(month));
            changes.add(period(month));
            return 0L;
        });
    }

    /** The period of a month, as the parameters {@code from} and {@code to}. */
    static Map<String, OffsetDateTime> period(YearMonth month) {
        OffsetDateTime from = month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC);
        return Map.of("from", from, "to", from.plusMonths(1));
    }

    private long inTransaction(Supplier<Long> work) {
        Long result = transaction.execute(status -> {
            // The pool takes it back when the connection is returned.
            jdbc.execute((ConnectionCallback<Void>) connection -> {
                connection.setNetworkTimeout(Runnable::run, TIMEOUT_SECONDS * 1_000);
                return null;
            });
            return work.get();
        });
        return result == null ? 0 : result;
    }

    private void settle() {
        jdbc.queryForObject(RollupFolder.LOCK, Boolean.class);
        if (!unbuilt.hold()) {
            throw new IllegalStateException("The rollups are made by a newer version, which runs on the same database");
        }
        while (folder.foldLocked(Folding.BATCH) > 0) {
            log.debug("More changes wait to be folded");
        }
        jdbc.execute("SET LOCAL statement_timeout = '%ds'".formatted(TIMEOUT_SECONDS));
        if (failures.anyUndecided()) {
            throw new CannotSerializeTransactionException("Changes that failed to be folded are tried again first");
        }
    }
}
