package dev.runledger.alert;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A rule as it is stored, and where it is.
 *
 * @param revision counts its definitions
 * @param definition null if this version of the server cannot read it
 * @param since when the definition was made
 * @param error why it could not be evaluated; null unless the state is ERROR
 * @param channels where messages about its alerts go
 * @param silencedUntil until then nothing that fires is sent; null if it is
 * @param pausedAt since when it is not evaluated; null if it is
 * @param groups the state of each value of what it is grouped by
 * @param hadData whether it could decide since its definition was made
 * @param announced the state that a message has gone out about; null if none has
 * @param managed whether a file made it, which alone changes or deletes it
 * @param evaluatedAt when it was last evaluated, without an error
 */
public record AlertRule(
        UUID id,
        String name,
        int revision,
        @Nullable RuleDefinition definition,
        Instant since,
        AlertState state,
        Instant stateSince,
        @Nullable String error,
        List<UUID> channels,
        @Nullable Instant silencedUntil,
        @Nullable Instant evaluatedAt,
        @Nullable Instant pausedAt,
        SortedMap<String, GroupState> groups,
        boolean hadData,
        @Nullable AlertState announced,
        boolean managed,
        Instant createdAt,
        Instant updatedAt) {}
