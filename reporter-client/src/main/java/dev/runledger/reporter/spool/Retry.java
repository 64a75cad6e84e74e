package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * What happened so far to a report that could not be delivered.
 *
 * @param attempts failed attempts that may be the report's own fault
 * @param nextAttemptAt when it is tried again
 * @param aloneSince since when it is known that the server takes other reports; null if that is not known
 * @param error what happened last
 */
public record Retry(
        int attempts,
        Instant firstFailedAt,
        Instant lastFailedAt,
        Instant nextAttemptAt,
        @Nullable Instant aloneSince,
        String error) {

    private static final Duration LONGEST_ALONE = Duration.ofDays(1);
    private static final int LONGEST_ERROR = 500;

    public Retry {
        error = error.length() > LONGEST_ERROR ? error.substring(0, LONGEST_ERROR) : error;
    }

    /**
     * After one more failure.
     *
     * @param before null if this is the first
     * @param wait how long to wait after so many attempts
     * @param ownFault whether the report may be at fault, rather than the server
     * @param othersRecorded whether the server took other reports in the same pass
     */
    public static Retry after(
            @Nullable Retry before,
            Instant now,
            IntFunction<Duration> wait,
            boolean ownFault,
            boolean othersRecorded,
            String error) {
        int attempts = (before == null ? 0 : before.attempts) + (ownFault || othersRecorded ? 1 : 0);
        Retry after = new Retry(
                attempts,
                before == null ? now : before.firstFailedAt,
                now,
                ownFault || othersRecorded ? now.plus(wait.apply(attempts)) : now,
                before == null ? null : before.aloneSince,
                error);
        return othersRecorded ? after.alone(now) : after;
    }

    /** The server took another report while it did not take this one. */
    public Retry alone(Instant now) {
        return aloneSince != null ? this : new Retry(attempts, firstFailedAt, lastFailedAt, nextAttemptAt, now, error);
    }

    /** Whether it has been tried alone for so long that it is put aside. */
    public boolean isGivenUp(Instant now) {
        return aloneSince != null && !aloneSince.plus(LONGEST_ALONE).isAfter(now);
    }

    ObjectNode toJson() {
        return Json.object()
                .put("attempts", attempts)
                .put("first_failed_at", Times.text(firstFailedAt))
                .put("last_failed_at", Times.text(lastFailedAt))
                .put("next_attempt_at", Times.text(nextAttemptAt))
                .put("alone_since", aloneSince == null ? null : Times.text(aloneSince))
                .put("error", error);
    }

    /** Null if it is not what {@link #toJson} writes. */
    static @Nullable Retry read(byte[] content) {
        try {
            ObjectNode json = Json.read(content);
            return new Retry(
                    json.path("attempts").asInt(0),
                    Instant.parse(json.path("first_failed_at").asString("")),
                    Instant.parse(json.path("last_failed_at").asString("")),
                    Instant.parse(json.path("next_attempt_at").asString("")),
                    json.hasNonNull("alone_since")
                            ? Instant.parse(json.get("alone_since").asString(""))
                            : null,
                    json.path("error").asString(""));
        } catch (JacksonException | DateTimeException e) {
            return null;
        }
    }
}
