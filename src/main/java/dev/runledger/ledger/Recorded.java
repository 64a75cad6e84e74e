package dev.runledger.ledger;

import dev.runledger.report.ReportWarning;
import dev.runledger.report.RunStatus;
import java.util.List;
import java.util.UUID;

/**
 * What became of a report.
 *
 * @param id of the run
 * @param status of the run now
 * @param outcome what the report changed
 * @param warnings numbers of the run's final report that contradict each other, empty if none do
 */
public record Recorded(UUID id, RunStatus status, Outcome outcome, List<ReportWarning> warnings) {

    /** What a report changed in the ledger. */
    public enum Outcome {
        /** The run was not known before. */
        CREATED,
        /** The run was going on and has ended. */
        COMPLETED,
        /** Nothing: the ledger knew all of it, or that the run has ended since. */
        REPLAYED,
        /** Nothing: an administrator has deleted the run. */
        DELETED
    }

    /** The answer to any report of a run that was deleted. */
    static Recorded ofDeleted(UUID id, RunStatus status) {
        return new Recorded(
                id,
                status,
                Outcome.DELETED,
                List.of(new ReportWarning(
                        "id",
                        "run_deleted",
                        "The run was deleted by an administrator; nothing is recorded of it any more")));
    }
}
