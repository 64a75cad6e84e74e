package dev.runledger.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule looks at, in order.
 *
 * @param warmUp so many of the first values rest on runs that were not looked at, and say nothing
 * @param lastStart of the last run that has a value; null if none has
 * @param isStale whether no run has had a value for so long that what the last ones say is of the past
 */
record Observed(List<RunValue> values, int warmUp, @Nullable Instant lastStart, boolean isStale) {

    /** From fewer gaps the usual one is not known. */
    private static final int LEAST_GAPS = 8;

    private static final int GAPS = 30;

    /** So many times the longest of the last gaps is no usual one. */
    private static final int TIMES = 3;

    private static final Duration SHORTEST = Duration.ofDays(1);
    private static final Duration LONGEST_IF_UNKNOWN = Duration.ofDays(31);
    private static final Duration FORGOTTEN = Duration.ofDays(92);

    /** Whether there is a value at a place in the order. */
    interface Known {
        boolean at(int index);
    }

    /** When the run at a place in the order started. */
    interface Starts {
        Instant at(int index);
    }

    /** Of runs in the order in which they started. */
    static Observed of(List<RunValue> values, int warmUp, int runs, Starts starts, Known known, Instant now) {
        Instant last = null;
        Instant next = null;
        Duration longest = Duration.ZERO;
        int gaps = 0;
        for (int i = runs - 1; i >= 0 && gaps < GAPS; i--) {
            if (known.at(i)) {
                Instant start = starts.at(i);
                if (next == null) {
                    last = start;
                } else {
                    Duration gap = Duration.between(start, next);
                    longest = gap.compareTo(longest) > 0 ? gap : longest;
                    gaps++;
                }
                next = start;
            }
        }
        if (last == null) {
            return new Observed(values, warmUp, null, false);
        }
        Duration usual = longest.multipliedBy(TIMES);
        Duration until = gaps < LEAST_GAPS ? LONGEST_IF_UNKNOWN : usual.compareTo(SHORTEST) > 0 ? usual : SHORTEST;
        return new Observed(values, warmUp, last, last.plus(until).isBefore(now));
    }

    /** Whether a value of what a rule is grouped by has been without data for so long that nobody asks any more. */
    boolean isForgotten(Instant now) {
        return lastStart != null && lastStart.plus(FORGOTTEN).isBefore(now);
    }
}
