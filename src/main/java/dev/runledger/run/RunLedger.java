package dev.runledger.run;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Records what reporters tell of runs. Reports may come in any order, any number of times, and many at once. */
@Service
public class RunLedger {

    private final RunRows rows;

    RunLedger(RunRows rows) {
        this.rows = rows;
    }

    /**
     * Records the start or the end of a run. When this returns and the transaction has committed, the report will not be
     * lost; sent again, it changes nothing.
     *
     * @param idempotencyKey names the request, for reporters that don't name the run
     * @throws RunConflictException if the run has ended already, and with other values
     */
    @Transactional
    public Recorded record(RunReport report, @Nullable String idempotencyKey) {
        if (report.clientRunId() != null) {
            rows.lockName(report.clientRunId());
        }
        for (UUID id : candidateIds(report, idempotencyKey)) {
            Recorded recorded = rows.upsert(report, id);
            if (recorded != null) {
                return recorded;
            }
            RunRows.Standing standing = rows.standing(report, id);
            if (standing != null && (!report.isFinal() || standing.hasSameReport())) {
                if (!report.isFinal() && standing.status().isFinal()) {
                    rows.fillContext(report, standing.id());
                }
                return standing.replay();
            }
            if (standing != null && (!report.isAnonymous() || idempotencyKey != null)) {
                throw new RunConflictException(standing.id(), standing.status());
            }
        }
        throw new IllegalStateException("Neither inserted nor found: " + report.startedAt());
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
