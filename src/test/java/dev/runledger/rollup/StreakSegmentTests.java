package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs in order of their start: l is a run of low success, - another. */
class StreakSegmentTests {

    @ParameterizedTest
    @CsvSource({
        // letters, low at the start, low at the end, longest, runs before the longest
        "'',       0, 0, 0, 0",
        "-,        0, 0, 0, 0",
        "l,        1, 1, 1, 0",
        "lll,      3, 3, 3, 0",
        "ll-,      2, 0, 2, 0",
        "-ll,      0, 2, 2, 1",
        "l--lll-l, 1, 1, 3, 3",
    })
    void lowRunsAreCountedAtBothEndsAndInTheLongestRow(
            String letters, int firstLow, int lastLow, int longest, int longestAt) {
        assertThat(StreakSegment.of(null, letters))
                .isEqualTo(new StreakSegment(null, letters.length(), firstLow, lastLow, longest, longestAt));
    }

    @ParameterizedTest
    @CsvSource({"ll-ll, 0", "-l-ll-ll, 3"})
    void theEarliestOfTheLongestRowsCounts(String letters, int longestAt) {
        assertThat(StreakSegment.of(null, letters).longestAt()).isEqualTo(longestAt);
    }

    @ParameterizedTest
    @CsvSource({"'', true", "ll, true", "l-, false", "-l, false"})
    void aSegmentIsLowThroughoutUnlessARunIsNot(String letters, boolean isLowThroughout) {
        assertThat(StreakSegment.of(null, letters).isLowThroughout()).isEqualTo(isLowThroughout);
    }
}
