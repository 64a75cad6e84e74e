package dev.runledger.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangePointsTests {
    @Test
    void aChangeHasItsDateItsLevelsAndTheirIntervals() {
        List<ChangePoint> changes =
                find(daily(20, day -> day < 12 ? 40 + day % 2 : 25 + day % 2)).changes();

        assertThat(changes).singleElement().satisfies(change -> {
            assertThat(change.at()).isEqualTo(History.day(12));
            assertThat(change.before().value()).isCloseTo(0.81, within(1e-12));
            assertThat(change.before().runs()).isEqualTo(12);
            assertThat(change.before().interval().contains(0.81)).isTrue();
            assertThat(change.after().value()).isCloseTo(0.51, within(1e-12));
            assertThat(change.after().runs()).isEqualTo(8);
            assertThat(change.confidence()).isEqualTo(1 - 1 / 250.0);
        });
    }

    @Test
    void eachOfSeveralLevelsEndsWhereTheNextBegins() {
        List<ChangePoint> changes = find(daily(120, day -> (day < 40 ? 20 : day < 80 ? 30 : 45) + day * 7 % 3))
                .changes();

        assertThat(changes).extracting(ChangePoint::at).containsExactly(History.day(40), History.day(80));
        assertThat(changes.get(0).after()).isEqualTo(changes.get(1).before());
        assertThat(changes.get(0).after().runs()).isEqualTo(40);
    }

    @Test
    void aCleanStepInALongHistoryIsNotTakenForMemory() {
        assertThat(find(daily(60, day -> day < 30 ? 50 : 40)).changes())
                .extracting(ChangePoint::at)
                .containsExactly(History.day(30));
    }

    @Test
    void aHistoryThatNeverMovesHasNoChanges() {
        assertThat(find(daily(50, day -> 35)).changes()).isEmpty();
        assertThat(find(daily(50, day -> 0)).changes()).isEmpty();
    }

    @Test
    void neitherOneWildRunNorADifferentSizeIsAChange() {
        List<Observation> history = IntStream.range(0, 40)
                .mapToObj(day -> new Observation(
                        History.day(day),
                        day < 20 ? ClusterSums.of(7 + day % 3, 10) : ClusterSums.of(78 + day % 5, 100)))
                .toList();

        assertThat(find(history).changes()).isEmpty();
        assertThat(find(daily(40, day -> day == 20 ? 5 : 35 + day * 7 % 5)).changes())
                .isEmpty();
    }

    @Test
    void morningsThatDifferFromEveningsAreNoChange() {
        assertThat(find(daily(60, run -> run % 2 == 0 ? 40 : 30)).changes()).isEmpty();
    }

    @Test
    void nineObservationsAreTooFew() {
        ChangePoints changes = find(daily(9, day -> day < 5 ? 50 : 10));

        assertThat(changes.enoughData()).isFalse();
        assertThat(changes.changes()).isEmpty();
        assertThat(find(daily(10, day -> 30)).enoughData()).isTrue();
    }

    @Test
    void emptyBucketsAreLeftOut() {
        List<Observation> history = new ArrayList<>(daily(20, day -> day < 12 ? 40 + day % 2 : 25 + day % 2));
        history.add(new Observation(History.day(30), ClusterSums.NONE));

        assertThat(find(history)).isEqualTo(find(daily(20, day -> day < 12 ? 40 + day % 2 : 25 + day % 2)));
    }

    @Test
    void spendingWithoutResultIsALevelWithoutEstimate() {
        List<Observation> history = IntStream.range(0, 24)
                .mapToObj(day -> new Observation(
                        History.day(day), ClusterSums.of(30 + day * 7 % 5, day < 12 ? 10 + day * 5 % 3 : 0)))
                .toList();

        ChangePoints changes = ChangePoints.find(history, Scale.AMOUNT, 0.95);

        assertThat(changes.observations()).isEqualTo(24);
        assertThat(changes.changes())
                .allSatisfy(change -> assertThat(change.before()).isNotNull());
    }

    @Test
    void theSameHistoryGivesTheSameAnswerInWhateverOrderItComes() {
        List<Observation> history = new History(8).daily(100, day -> day < 50 ? 0.7 : 0.55);
        List<Observation> shuffled = new ArrayList<>(history);
        Collections.shuffle(shuffled, new Random(2));

        ChangePoints changes = find(history);

        assertThat(changes.changes()).hasSize(1);
        assertThat(find(history)).isEqualTo(changes);
        assertThat(find(shuffled)).isEqualTo(changes);
    }

    @Test
    void thousandsOfPointsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> find(daily(2_001, day -> 1)))
                .withMessageContaining("2001");
    }

    private static ChangePoints find(List<Observation> history) {
        return ChangePoints.find(history, Scale.RATE, 0.95);
    }

    private static List<Observation> daily(int days, IntToLongFunction approved) {
        return IntStream.range(0, days)
                .mapToObj(day -> new Observation(History.day(day), ClusterSums.of(approved.applyAsLong(day), 50)))
                .toList();
    }
}
