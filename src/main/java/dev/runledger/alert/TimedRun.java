package dev.runledger.alert;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as a rule sees it that goes by the clock.
 *
 * @param endedAt null while it goes on
 * @param stuckAt when the ledger declared it stuck, by its heartbeats or its age; null if it did not
 * @param cost in US dollars; null if none was reported
 */
record TimedRun(
        UUID id,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Instant stuckAt,
        @Nullable Double cost) {}
