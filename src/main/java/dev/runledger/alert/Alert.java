package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert as it is recorded.
 *
 * @param seq in the order in which alerts were recorded
 * @param revision of the rule's definition that raised it
 * @param group the value of what the rule is grouped by; empty if it is not
 * @param fired the run that tripped the rule
 * @param resolved the run by which it had recovered; null while it fires
 * @param withdrawnAt since when the ledger does not show it any more, as runs were deleted or came late; null while it does
 * @param notified what of it is, or was, in the outbox
 * @param noticedAt when it was recorded
 */
public record Alert(
        UUID id,
        long seq,
        UUID ruleId,
        int revision,
        String group,
        End fired,
        Evidence evidence,
        @Nullable End resolved,
        @Nullable Instant withdrawnAt,
        Notified notified,
        Instant noticedAt,
        @Nullable Instant acknowledgedAt,
        @Nullable String acknowledgedBy) {

    /** What has been sent of an alert, or is to be. */
    enum Notified {
        NOTHING,
        FIRING,
        RESOLVED
    }

    /** The run at one end of an alert. */
    public record End(UUID run, Instant startedAt, Instant endedAt) {

        static End of(RunValue run) {
            return new End(run.id(), run.startedAt(), run.endedAt());
        }

        /** Whether this run comes before the other one, in the order in which a rule sees them. */
        boolean isBefore(RunValue other) {
            int byStart = startedAt.compareTo(other.startedAt());
            // As PostgreSQL orders them; Java's own order is a signed one.
            return byStart != 0
                    ? byStart < 0
                    : run.toString().compareTo(other.id().toString()) < 0;
        }
    }

    public boolean isFiring() {
        return resolved == null && withdrawnAt == null;
    }
}
