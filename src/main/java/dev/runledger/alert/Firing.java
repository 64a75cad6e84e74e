package dev.runledger.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An alert as a rule finds it in the history of runs.
 *
 * @param firedBy the run that tripped the rule
 * @param resolvedBy the run by which it had recovered; null while it fires
 */
public record Firing(
        RunValue firedBy, Evidence evidence, @Nullable RunValue resolvedBy) {

    public Instant firedAt() {
        return firedBy.endedAt();
    }

    public @Nullable Instant resolvedAt() {
        return resolvedBy == null ? null : resolvedBy.endedAt();
    }
}
