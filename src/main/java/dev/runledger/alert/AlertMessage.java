package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message about an alert, in the outbox.
 *
 * @param attempts how often it was sent, or is being sent
 * @param lastAnswer what the receiver said last, or why it could not be asked; null before that
 * @param endedAt when it was delivered or given up; null while it waits
 */
public record AlertMessage(
        UUID id,
        UUID alertId,
        UUID channelId,
        Type type,
        State state,
        int attempts,
        @Nullable String lastAnswer,
        Instant createdAt,
        @Nullable Instant endedAt) {

    /** What the message says of the alert. */
    public enum Type {
        FIRING,
        RESOLVED
    }

    /** What has become of the message. */
    public enum State {
        WAITING,
        DELIVERED,
        GIVEN_UP
    }
}
