package dev.runledger.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The times that a run may have started or ended at: from 1970 to ten years from now. Whatever comes in is held against them
 * once, so that no other code meets a time that cannot be computed with.
 *
 * @param first the earliest, included
 * @param last the latest, included
 */
public record PlausibleTimes(Instant first, Instant last) {

    /** The times in words, for messages and descriptions. */
    public static final String WORDS = "from 1970 to ten years from now";

    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);
    private static final int YEARS_AHEAD = 10;

    /** What is plausible at a moment. */
    public static PlausibleTimes at(Instant now) {
        return new PlausibleTimes(
                Instant.EPOCH,
                now.atOffset(ZoneOffset.UTC).plusYears(YEARS_AHEAD).toInstant());
    }

    public boolean contain(Instant time) {
        return !time.isBefore(first) && !time.isAfter(last);
    }

    /** The start of a period in which runs can lie: null, which is open, if it is before all of them. */
    public @Nullable Instant from(@Nullable Instant from) {
        if (from == null || from.isBefore(first)) {
            return null;
        }
        return from.isAfter(last) ? last : from;
    }

    /** The end of a period in which runs can lie: null, which is open, if it is after all of them. */
    public @Nullable Instant to(@Nullable Instant to) {
        if (to == null || to.isAfter(last)) {
            return null;
        }
        return to.isBefore(first) ? first : to;
    }

    /** Whether a reporter's clock must be ahead of ours for it to say that a run began or ended then. */
    static boolean isAhead(Instant time, Instant now) {
        return time.isAfter(now.plus(CLOCK_TOLERANCE));
    }
}
