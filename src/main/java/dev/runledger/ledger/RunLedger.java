package dev.runledger.ledger;

import dev.runledger.report.RunReport;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Records what reporters send about runs. Reports may come in any order, any number of times, and many at once. */
@Service
public class RunLedger {

    private static final int TRIES = 5;

    private final RunRows rows;

    RunLedger(RunRows rows) {
        this.rows = rows;
    }

    /**
     * Records the start or the end of a run. When this returns, the report will not be lost; sent again, it changes nothing.
     * A new report takes one statement, a transaction of its own unless the caller has one. Nothing is recorded of a run that was
     * {@linkplain DeletedRuns deleted}, which is no fault of its reporter: sent again, it would be in vain again.
     *
     * @param idempotencyKey names the request, for reporters that don't name the run
     * @throws RunConflictException if the run has ended already, and with other values
     */
    public Recorded record(RunReport report, @Nullable String idempotencyKey) {
        for (int i = 0; i < TRIES; i++) {
            Recorded recorded = tryToRecord(report, idempotencyKey);
            if (recorded != null) {
                return recorded;
            }
        }
        throw new IllegalStateException("Neither inserted nor found: " + report.startedAt());
    }

    /** Null if the run has been changed or deleted meanwhile. */
    private @Nullable Recorded tryToRecord(RunReport report, @Nullable String idempotencyKey) {
        for (UUID id : candidateIds(report, idempotencyKey)) {
            Recorded recorded = rows.upsert(report, id);
            if (recorded != null) {
                return recorded;
            }
            RunRows.ExistingRun existing = rows.existing(report, id);
            if (existing == null) {
                Recorded deleted = rows.deleted(report, id, !report.isAnonymous() || idempotencyKey != null);
                if (deleted != null) {
                    return deleted;
                }
            }
            if (existing != null && !report.isFinal()) {
                rows.fillContext(report, existing.id());
                return existing.replay(report);
            }
            if (existing != null && existing.hasSameReport()) {
                return existing.replay(report);
            }
            if (existing != null && !existing.status().isFinal()) {
                return null;
            }
            if (existing != null && (!report.isAnonymous() || idempotencyKey != null)) {
                throw new RunConflictException(existing.id(), existing.status());
            }
        }
        return null;
    }

    /** The ids under which to look for the run, if nothing else in the report leads to it, and to insert it. */
    private static List<UUID> candidateIds(RunReport report, @Nullable String idempotencyKey) {
        if (report.id() != null) {
            return List.of(report.id());
        }
        if (report.clientRunId() != null) {
            return List.of(RunIds.ofClientRunId(report.clientRunId()));
        }
        if (idempotencyKey != null) {
            return List.of(RunIds.ofIdempotencyKey(idempotencyKey));
        }
        // Of two different runs that began at the same moment, the second is known by its results.
        return List.of(RunIds.ofStart(report), RunIds.ofStartAndResults(report));
    }
}
