package dev.runledger.statistics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A moment from which a metric keeps another level.
 *
 * @param at start of the first observation on the new level
 * @param before the level since the change before this one, or since the start; null if it has nothing to divide by
 * @param after the level until the next change, or the end; null likewise
 * @param confidence 1 - the chance of so clear a change in a history without any; at most 0.999
 */
public record ChangePoint(
        Instant at, @Nullable Estimate before, @Nullable Estimate after, double confidence) {}
