package dev.runledger.live;

import dev.runledger.ledger.Run;
import dev.runledger.report.RunStatus;

/** A run that changed, as it is since. */
public record RunChange(Kind kind, Run run) {

    /** What became of the run. */
    public enum Kind {
        STARTED,
        ENDED,
        CHANGED
    }

    /**
     * The run's last change, of those that were recorded together.
     *
     * @param hasProgress whether it has sent a heartbeat
     */
    static RunChange of(Run run, boolean hasProgress) {
        if (run.getStatus() != RunStatus.RUNNING) {
            return new RunChange(Kind.ENDED, run);
        }
        boolean isNew = run.getUpdatedAt().equals(run.getCreatedAt()) && !hasProgress;
        return new RunChange(isNew ? Kind.STARTED : Kind.CHANGED, run);
    }
}
