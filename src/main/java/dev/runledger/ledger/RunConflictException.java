package dev.runledger.ledger;

import dev.runledger.report.RunStatus;
import java.util.UUID;

/** A final report of a run that has ended already, and with other values. The first report is kept. */
public class RunConflictException extends RuntimeException {

    private final UUID runId;
    private final RunStatus status;

    RunConflictException(UUID runId, RunStatus status) {
        super("Generation run %s is already complete with status '%s' and other values; the first report is kept"
                .formatted(runId, status.code()));
        this.runId = runId;
        this.status = status;
    }

    public UUID runId() {
        return runId;
    }

    /** The status that is stored. */
    public RunStatus status() {
        return status;
    }
}
