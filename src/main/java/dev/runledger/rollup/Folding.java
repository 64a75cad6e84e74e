package dev.runledger.rollup;

import dev.runledger.database.DatabaseOutage;
import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Has changes of runs folded soon after they are noted, many at once. Where a batch fails, smaller ones lead to the change that
 * makes it fail; its run is tried alone from then on and set aside after the third failure, and everything else goes on.
 */
@Component
class Folding {

    static final int BATCH = 5_000;

    private static final int SMALLER = 8;
    private static final int VACUUM_AFTER = 2_000;

    private static final Logger log = LoggerFactory.getLogger(Folding.class);

    private final RollupFolder folder;
    private final ChangeLog changes;
    private final FoldFailures failures;
    private int foldedSinceVacuum;
    private boolean isFirst = true;

    Folding(RollupFolder folder, ChangeLog changes, FoldFailures failures) {
        this.folder = folder;
        this.changes = changes;
        this.failures = failures;
    }

    @Scheduled(fixedDelayString = "PT0.2S", initialDelayString = "PT1S")
    void foldAll() {
        try {
            if (isFirst) {
                failures.retryAll();
                isFirst = false;
            }
            foldWaiting();
            failures.toRetry().forEach(this::retry);
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

    private void foldWaiting() {
        int size = BATCH;
        boolean more;
        do {
            try {
                int folded = folder.fold(size);
                foldedSinceVacuum += folded;
                more = folded == size;
                size = Math.min(BATCH, 2 * size);
            } catch (DataAccessException e) {
                if (!isCausedByChanges(e)) {
                    throw e;
                }
                more = true;
                size = Math.min(size, changes.waiting());
                if (size > 1) {
                    size = Math.max(1, size / SMALLER);
                } else {
                    failed(firstRun(), e);
                    size = BATCH;
                }
            }
        } while (more);
    }

    private @Nullable UUID firstRun() {
        Long first = changes.last(1);
        return first == null ? null : changes.run(first);
    }

    private void retry(UUID run) {
        try {
            folder.foldFailed(run);
        } catch (DataAccessException e) {
            if (!isCausedByChanges(e)) {
                throw e;
            }
            failed(run, e);
        }
    }

    private void failed(@Nullable UUID run, DataAccessException failure) {
        if (run != null && failures.add(run, reason(failure)) == FoldFailures.TRIES) {
            setAside(run, reason(failure));
            log.error("Changes of run {} cannot be folded and are set aside: {}", run, reason(failure));
        }
    }

    /** What it was counted for until now is folded first, so that it counts nowhere. */
    private void setAside(UUID run, String reason) {
        Long leaving = changes.leaving(run);
        try {
            if (leaving != null) {
                folder.foldLeaving(run, leaving, reason);
            }
        } catch (DataAccessException e) {
            if (!isCausedByChanges(e)) {
                throw e;
            }
            log.error("Run {} is counted until its month is audited: {}", run, reason(e));
            changes.forgetOnly(leaving);
        }
        failures.setAside(run, reason);
    }

    /** Whether the changes are to blame, rather than the database being away or others being in the way. */
    static boolean isCausedByChanges(DataAccessException failure) {
        return !isConcurrent(failure) && !DatabaseOutage.isBehind(failure);
    }

    static boolean isConcurrent(DataAccessException failure) {
        return failure instanceof ConcurrencyFailureException;
    }

    private static String reason(DataAccessException failure) {
        if (failure instanceof QueryTimeoutException) {
            return "It took too long";
        }
        Throwable cause = failure.getMostSpecificCause();
        return cause instanceof PSQLException sql && sql.getServerErrorMessage() != null
                ? String.valueOf(sql.getServerErrorMessage().getMessage())
                : cause.getClass().getSimpleName();
    }
}
