package dev.runledger.search;

import org.jspecify.annotations.Nullable;

/**
 * Values between two bounds, both included; a bound that is null is open. A run without the value lies in no range.
 *
 * @throws IllegalArgumentException if the bounds are the wrong way round, or none is given
 */
public record Range(@Nullable Double min, @Nullable Double max) {

    public Range {
        if (min == null && max == null) {
            throw new IllegalArgumentException("A range needs min, max or both");
        }
        if (min != null && max != null && min > max) {
            throw new IllegalArgumentException("min is %s, above max, which is %s".formatted(min, max));
        }
    }
}
