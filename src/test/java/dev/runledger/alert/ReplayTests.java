package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReplayTests {

    private static final RuleDefinition PLAN = Rules.consecutive(Metric.OVERALL_SUCCESS_RATE, 0.5, 3, 3);

    @Test
    void overallSuccessBelowHalfForThreeRunsInARowFiresAtTheThird() {
        List<RunValue> runs = percent(80, 40, 40, 60, 40, 49, 10, 20, 50, 40);

        Replay replay = Replay.of(PLAN, runs, false, 0);

        assertThat(replay.firings()).singleElement().satisfies(firing -> {
            assertThat(firing.firedBy()).isEqualTo(runs.get(6));
            assertThat(firing.evidence().value()).isEqualTo(0.1);
            assertThat(firing.evidence().runs()).containsExactlyElementsOf(ids(runs.subList(4, 7)));
            assertThat(firing.resolvedBy()).isEqualTo(runs.get(8));
        });
        assertThat(replay.state()).isEqualTo(AlertState.PENDING);
    }

    @Test
    void aRunWithoutTheMetricIsNeitherBadNorGood() {
        List<RunValue> runs = Rules.history(
                List.of(of(40), of(40), ClusterSums.NONE, ClusterSums.NONE, of(40), ClusterSums.NONE, of(90)));

        assertThat(Replay.of(PLAN, runs.subList(0, 4), false, 0).firings()).isEmpty();
        Firing firing = Replay.of(PLAN, runs, false, 0).firings().get(0);
        assertThat(firing.firedBy()).isEqualTo(runs.get(4));
        assertThat(firing.resolvedBy()).isEqualTo(runs.get(6));
    }

    @Test
    void aRuleThatHasNothingToGoBySaysSoInsteadOfOk() {
        assertThat(Replay.of(PLAN, List.of(), false, 0).state()).isEqualTo(AlertState.NO_DATA);
        assertThat(Replay.of(PLAN, percent(90, 90), false, 0).state()).isEqualTo(AlertState.NO_DATA);
        assertThat(Replay.of(PLAN, percent(90, 90, 90), false, 0).state()).isEqualTo(AlertState.OK);
        List<ClusterSums> fadedOut = Stream.concat(
                        Stream.of(of(90), of(90), of(90)),
                        Stream.generate(() -> ClusterSums.NONE).limit(3))
                .toList();
        assertThat(Replay.of(PLAN, Rules.history(fadedOut), false, 0).state()).isEqualTo(AlertState.NO_DATA);
    }

    @Test
    void someOfTheLastRunsAreEnoughAndRecoveryWaitsUntilTheyAreNot() {
        RuleDefinition rule = Rules.consecutive(Metric.OVERALL_SUCCESS_RATE, 0.5, 3, 5);
        List<RunValue> runs = percent(90, 40, 40, 90, 40, 90, 90, 90);

        Firing firing = Replay.of(rule, runs, false, 0).firings().get(0);

        assertThat(firing.firedBy()).isEqualTo(runs.get(4));
        // After run 5 there still are three bad ones among five.
        assertThat(firing.resolvedBy()).isEqualTo(runs.get(6));
    }

    @Test
    void recoveryHasAThresholdAndACountOfItsOwn() {
        RuleDefinition rule = RuleDefinition.of(
                "r",
                AlertKind.CONSECUTIVE,
                Metric.OVERALL_SUCCESS_RATE,
                RunFilter.ALL,
                null,
                0.5,
                1,
                null,
                0.7,
                2,
                0.9,
                null,
                null,
                null,
                null);
        List<RunValue> runs = percent(40, 60, 75, 65, 70, 80, 90);

        List<Firing> firings = Replay.of(rule, runs, false, 0).firings();

        assertThat(firings).singleElement().returns(runs.get(5), Firing::resolvedBy);
    }

    @Test
    void aFailedRunFiresAndTheNextOtherOneResolves() {
        RuleDefinition rule = Rules.of("f", AlertKind.FAILED, null, RunFilter.ALL, null, null, null);
        List<RunValue> runs = Rules.history(
                List.of(ClusterSums.of(0, 1), ClusterSums.of(1, 1), ClusterSums.of(1, 1), ClusterSums.of(0, 1)));

        assertThat(Replay.of(rule, runs, false, 0).firings())
                .singleElement()
                .returns(runs.get(1), Firing::firedBy)
                .returns(runs.get(3), Firing::resolvedBy);
    }

    @Test
    void aRateDoesNotFireForAFewUnluckyQuestions() {
        RuleDefinition rule = Rules.rate(Metric.APPROVAL_RATE, 0.7);
        List<ClusterSums> unlucky = Stream.of(3, 4, 2, 4, 3, 3, 4, 3)
                .map(approved -> ClusterSums.of(approved, 5))
                .toList();

        Replay replay = Replay.of(rule, Rules.history(unlucky), false, 0);

        assertThat(replay.firings()).isEmpty();
        assertThat(replay.state()).isEqualTo(AlertState.PENDING);
    }

    @Test
    void aRateFiresWithTheBoundOfItsIntervalBeyondTheThreshold() {
        RuleDefinition rule = Rules.rate(Metric.APPROVAL_RATE, 0.7);
        List<RunValue> runs = percent(IntStream.range(0, 40)
                .map(i -> i < 30 ? 78 + i % 5 : 48 + i % 5)
                .toArray());

        Replay replay = Replay.of(rule, runs, false, 0);

        assertThat(replay.firings()).singleElement().satisfies(firing -> {
            assertThat(firing.evidence().interval().high()).isLessThan(0.7);
            assertThat(firing.evidence().interval().contains(firing.evidence().value()))
                    .isTrue();
            assertThat(firing.evidence().runs()).hasSizeBetween(7, 20);
            assertThat(firing.resolvedBy()).isNull();
        });
    }

    @Test
    void aRateOverHoursIsThatOfTheRunsThatStartedWithinThemWhoeverComesOrLeaves() {
        RuleDefinition rule = Rules.rateOfHours(Metric.APPROVAL_RATE, RunFilter.ALL, 0.7, 24);
        // Every eight hours.
        List<RunValue> runs = percent(IntStream.range(0, 34)
                .map(i -> i < 30 ? 88 + i % 5 : i < 33 ? 40 + i % 5 : 90)
                .toArray());
        RunValue lastGood = runs.get(29);
        RunValue lastBad = runs.get(32);

        List<Firing> firings = replay(rule, runs, runs.get(33).startedAt()).firings();
        assertThat(firings).singleElement().satisfies(firing -> {
            // Two bad ones among three are beyond it, and so sure that it is said when the last good one leaves.
            assertThat(firing.firedAt()).isAfter(runs.get(31).startedAt());
            assertThat(firing.evidence().runs()).doesNotContain(lastGood.id()).isSubsetOf(ids(runs.subList(30, 33)));
            assertThat(firing.resolvedBy()).isNull();
        });

        Replay later = replay(
                rule, runs, lastBad.startedAt().plus(Duration.ofHours(24)).plusSeconds(1));
        assertThat(later.firings()).singleElement().satisfies(firing -> {
            assertThat(firing.resolvedBy().isRun()).isFalse();
            assertThat(firing.resolvedAt()).isEqualTo(lastBad.startedAt().plus(Duration.ofHours(24)));
        });
        assertThat(later.state()).isEqualTo(AlertState.OK);
        assertThat(replay(rule, runs, runs.get(33).startedAt().plus(Duration.ofHours(25)))
                        .state())
                .isEqualTo(AlertState.NO_DATA);
    }

    @Test
    void whatFiresOverHoursGoesOnFiringWhenNoRunIsLeft() {
        RuleDefinition rule = Rules.rateOfHours(Metric.APPROVAL_RATE, RunFilter.ALL, 0.7, 24);
        List<RunValue> runs = percent(
                IntStream.range(0, 34).map(i -> i < 30 ? 88 + i % 5 : 40).toArray());

        Replay replay = replay(rule, runs, runs.get(33).startedAt().plus(Duration.ofDays(9)));

        assertThat(replay.state()).isEqualTo(AlertState.FIRING);
    }

    private static Replay replay(RuleDefinition rule, List<RunValue> runs, Instant now) {
        return Replay.of(rule, Moments.leaving(rule, runs, now, true).values(), false, 0);
    }

    @Test
    void aHistoryInPartsFiresAsTheWholeDoes() {
        RuleDefinition rule = Rules.consecutive(Metric.OVERALL_SUCCESS_RATE, 0.5, 2, 3);
        List<RunValue> runs = percent(90, 40, 40, 40, 40, 40, 90, 90, 90, 40, 40, 90);
        Replay whole = Replay.of(rule, runs, false, 0);
        assertThat(whole.firings()).hasSize(2);

        Replay later = Replay.of(rule, runs.subList(1, runs.size()), true, 3);

        assertThat(later.endOfEarlier()).isEqualTo(whole.firings().get(0).resolvedBy());
        assertThat(later.firings()).containsExactly(whole.firings().get(1));
    }

    private static ClusterSums of(int percent) {
        return ClusterSums.of(percent, 100);
    }

    private static List<RunValue> percent(int... values) {
        return Rules.history(IntStream.of(values).mapToObj(ReplayTests::of).toList());
    }

    private static List<UUID> ids(List<RunValue> runs) {
        return runs.stream().map(RunValue::id).toList();
    }
}
