package dev.runledger.rollup;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How runs of low success lie among the runs of a span of time, in order of their start.
 *
 * @param from where the segment begins; null for the first run of all
 * @param firstLow how many of the first runs in a row are low
 * @param lastLow how many of the last runs in a row are low
 * @param longest how many are low in the longest row, the earliest of such
 * @param longestAt how many runs come before that row
 */
public record StreakSegment(@Nullable Instant from, int runs, int firstLow, int lastLow, int longest, int longestAt) {

    private static final char LOW = 'l';

    /** What SQL makes of a run; {@link #of} reads a string of these. In decimals: 7 of 100 is not below 0.07. */
    public static final String LETTER =
            "CASE WHEN run.questions_inserted < CAST(:below AS numeric) * run.questions_requested THEN '%s' ELSE '-' END"
                    .formatted(LOW);

    public static final String JUDGED = "run.status <> 'running' AND run.questions_requested > 0";

    public static StreakSegment of(@Nullable Instant from, String letters) {
        int longest = 0;
        int longestAt = 0;
        int length = 0;
        for (int at = letters.indexOf(LOW); at >= 0; at = letters.indexOf(LOW, at + length)) {
            length = rowFrom(letters, at);
            if (length > longest) {
                longest = length;
                longestAt = at;
            }
        }
        int lastLow = letters.endsWith(String.valueOf(LOW)) ? length : 0;
        return new StreakSegment(from, letters.length(), rowFrom(letters, 0), lastLow, longest, longestAt);
    }

    public boolean isLowThroughout() {
        return firstLow == runs;
    }

    private static int rowFrom(String letters, int at) {
        int end = at;
        while (end < letters.length() && letters.charAt(end) == LOW) {
            end++;
        }
        return end - at;
    }
}
