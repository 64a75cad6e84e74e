package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a rule is for one value of what it is grouped by.
 *
 * @param since when it came to be so
 * @param hadData whether it could decide since the rule's definition was made
 * @param announced the state that a message has gone out about; null if none has
 * @param revision of the rule's definition that says so
 */
public record GroupState(
        AlertState state,
        Instant since,
        boolean hadData,
        @Nullable AlertState announced,
        int revision) {

    /** What follows it, which is the first one of a definition if nothing came before. */
    static GroupState after(@Nullable GroupState before, AlertState state, int revision, Instant now) {
        boolean isSame = before != null && before.revision == revision;
        boolean hasData = state == AlertState.OK || state == AlertState.PENDING || state == AlertState.FIRING;
        return new GroupState(
                state,
                isSame && before.state == state ? before.since : now,
                hasData || isSame && before.hadData,
                before == null ? null : before.announced,
                revision);
    }

    GroupState announced(@Nullable AlertState state) {
        return new GroupState(this.state, since, hadData, state, revision);
    }

    /** Under which messages about the state go. */
    static UUID id(UUID rule, String group) {
        return UUID.nameUUIDFromBytes((rule + " " + group).getBytes(UTF_8));
    }
}
