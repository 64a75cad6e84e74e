package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.metric.Polarity;
import dev.runledger.statistics.Comparison.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Comparisons that know when their runs were, and what differs beside what is compared. */
class ComparisonOfRunsTests {
    private static final ComparisonPlan FIXED =
            new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.05, Validity.FIXED_HORIZON);
    private static final double[] NONE = {};

    /**
     * By hand: in stratum a 0.9 of 100 against 0.8 of 300, in b 0.5 of 300 against 0.4 of 100; weights are 75 and 75, so -0.1,
     * though together 0.6 rises to 0.7.
     */
    @Test
    void likeIsComparedWithLike() {
        List<ComparisonCell> cells = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int deviation = i % 2 == 0 ? 1 : -1;
            cells.add(cell(false, i, i < 2 ? 45 + deviation : 0, i < 2 ? 50 : 0, "a"));
            cells.add(cell(false, i, 25 + deviation, 50, "b"));
            cells.add(cell(true, i, 40 + deviation, 50, "a"));
            cells.add(cell(true, i, i < 2 ? 20 + deviation : 0, i < 2 ? 50 : 0, "b"));
        }

        Comparison comparison = Comparison.likeForLike(cells, FIXED);

        assertThat(comparison.rawDifference().value()).isCloseTo(0.1, within(1e-12));
        assertThat(comparison.difference().value()).isCloseTo(-0.1, within(1e-9));
        assertThat(comparison.rawVerdict()).isNotEqualTo(Verdict.REGRESSED);
        assertThat(comparison.verdict()).isEqualTo(Verdict.CONFOUNDED);
    }

    @Test
    void whereNothingIsAlikeNothingCanBeSaid() {
        History history = new History(2);
        List<ComparisonCell> cells = cells(
                30,
                (candidate, i) -> new ComparisonCell(
                        candidate,
                        new Observation(History.day(i), history.run(candidate ? 0.8 : 0.6)),
                        candidate ? "lenient-2" : "none",
                        NONE,
                        NONE));

        Comparison comparison = Comparison.likeForLike(cells, FIXED);

        assertThat(comparison.rawVerdict()).isEqualTo(Verdict.IMPROVED);
        assertThat(comparison.difference()).isNull();
        assertThat(comparison.verdict()).isEqualTo(Verdict.CONFOUNDED);
        assertThat(comparison.adjustedPValue()).isNull();
    }

    @Test
    void aSettingThatChangedWithTheCandidateCannotBeToldFromIt() {
        History history = new History(3);

        Comparison comparison = Comparison.likeForLike(
                cells(
                        30,
                        (candidate, i) -> new ComparisonCell(
                                candidate,
                                new Observation(History.day(i), history.run(candidate ? 0.8 : 0.6)),
                                "",
                                NONE,
                                new double[] {candidate ? 6.5 : 7})),
                FIXED);

        assertThat(comparison.verdict()).isEqualTo(Verdict.CONFOUNDED);
    }

    @Test
    void aSettingThatNeverChangesDoesNoHarm() {
        History history = new History(4);

        Comparison comparison = Comparison.likeForLike(
                cells(
                        30,
                        (candidate, i) -> new ComparisonCell(
                                candidate,
                                new Observation(History.day(i), history.run(candidate ? 0.8 : 0.6)),
                                "",
                                NONE,
                                new double[] {7})),
                FIXED);

        assertThat(comparison.verdict()).isEqualTo(Verdict.IMPROVED);
    }

    /** All of one provider before, all of another after: what providers may differ by is not known, and more runs do not tell. */
    @Test
    void aMixThatChangedAtOnceLeavesTheDifferenceOpen() {
        History history = new History(5);

        Comparison comparison = Comparison.likeForLike(
                cells(
                        60,
                        (candidate, i) -> new ComparisonCell(
                                candidate,
                                new Observation(History.day(i), history.run(candidate ? 0.8 : 0.6)),
                                "",
                                new double[] {candidate ? 1 : 0},
                                NONE)),
                FIXED);

        assertThat(comparison.verdict()).isEqualTo(Verdict.CONFOUNDED);
        assertThat(comparison.isNever(0.2)).isTrue();
    }

    /** A share that moved by 2 % can be responsible for little, however little it varies. */
    @Test
    void aMixThatHardlyDiffersDoesNoHarm() {
        History history = new History(6);

        Comparison comparison = Comparison.likeForLike(
                cells(
                        60,
                        (candidate, i) -> new ComparisonCell(
                                candidate,
                                new Observation(History.day(i), history.run(candidate ? 0.8 : 0.6)),
                                "",
                                new double[] {candidate ? 0.52 : 0.5},
                                NONE)),
                FIXED);

        assertThat(comparison.verdict()).isEqualTo(Verdict.IMPROVED);
    }

    @Test
    void aLineThatGoesOnIsNoDifference() {
        List<ComparisonCell> cells = IntStream.range(0, 80)
                .mapToObj(day -> ComparisonCell.of(
                        day >= 40,
                        new Observation(History.day(day), ClusterSums.of(300 + 3 * day + day * 7 % 5, 1_000))))
                .toList();

        Comparison comparison = Comparison.likeForLike(cells, FIXED);

        assertThat(comparison.rawVerdict()).isEqualTo(Verdict.IMPROVED);
        assertThat(comparison.difference().value()).isCloseTo(0, within(0.002));
        assertThat(comparison.drift().perWeek()).isCloseTo(0.021, within(0.001));
        assertThat(comparison.drift().isClear()).isTrue();
    }

    /** Runs of one day that are all the same are one run. */
    @Test
    void runsOfADayThatAreAllAlikeCountOnce() {
        History history = new History(7);
        List<ComparisonCell> days = cells(
                10, (candidate, i) -> ComparisonCell.of(candidate, new Observation(History.day(i), history.run(0.7))));
        List<ComparisonCell> fiveADay = new ArrayList<>();
        days.forEach(day -> fiveADay.addAll(List.of(day, day, day, day, day)));

        Difference once = Comparison.raw(days, FIXED).difference();
        Difference fiveTimes = Comparison.raw(fiveADay, FIXED).difference();

        assertThat(fiveTimes.value()).isCloseTo(once.value(), within(1e-12));
        assertThat(fiveTimes.designEffect()).isGreaterThan(4);
        assertThat(fiveTimes.standardError()).isGreaterThan(0.9 * once.standardError());
    }

    /** Sums of days say the same as their runs, where the runs of a day are independent or not. */
    @Test
    void theOrderOfCellsDoesNotMatter() {
        History history = new History(8);
        List<ComparisonCell> cells = cells(
                30,
                (candidate, i) -> ComparisonCell.of(candidate, new Observation(History.day(i / 3), history.run(0.7))));
        List<ComparisonCell> reversed = new ArrayList<>(cells);
        java.util.Collections.reverse(reversed);

        assertThat(Comparison.likeForLike(reversed, FIXED).difference().value())
                .isCloseTo(Comparison.likeForLike(cells, FIXED).difference().value(), within(1e-9));
    }

    @ParameterizedTest
    @EnumSource
    void exchangingTheArmsTurnsTheDifferenceRound(Validity validity) {
        ComparisonPlan plan = new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.05, validity);
        History history = new History(9);
        List<ComparisonCell> cells = cells(
                20,
                (candidate, i) -> new ComparisonCell(
                        candidate,
                        new Observation(History.day(i), history.run(0.7)),
                        "s" + i % 3,
                        new double[] {i % 7 / 7.0},
                        NONE));
        List<ComparisonCell> exchanged = cells.stream()
                .map(cell -> new ComparisonCell(
                        !cell.candidate(), cell.observation(), cell.stratum(), cell.mix(), cell.settings()))
                .toList();

        Difference there = Comparison.likeForLike(cells, plan).difference();
        Difference back = Comparison.likeForLike(exchanged, plan).difference();

        assertThat(back.value()).isCloseTo(-there.value(), within(1e-9));
        assertThat(back.pValue()).isCloseTo(there.pValue(), within(1e-9));
        assertThat(back.interval().low()).isCloseTo(-there.interval().high(), within(1e-9));
    }

    private interface Maker {
        ComparisonCell make(boolean candidate, int i);
    }

    private static List<ComparisonCell> cells(int runs, Maker maker) {
        return IntStream.range(0, 2 * runs)
                .mapToObj(i -> maker.make(i >= runs, i))
                .toList();
    }

    private static ComparisonCell cell(boolean candidate, int day, long x, long m, String stratum) {
        return new ComparisonCell(
                candidate, new Observation(History.day(day), ClusterSums.of(x, m)), stratum, NONE, NONE);
    }
}
