package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How often CHANGE is wrong, and how soon it is right: 3 runs a day of 50 questions whose true rate is .75. */
class ChangeRuleTests {

    private static final int RUNS_A_YEAR = 3 * 365;
    private static final RuleDefinition RULE =
            Rules.of("change", AlertKind.CHANGE, Metric.APPROVAL_RATE, RunFilter.ALL, null, null, null);

    private final Simulation simulation = new Simulation(20261126);

    @Test
    void aYearWithoutChangeRaisesLessThanOneFalseAlarm() {
        int years = 100;
        long alarms = IntStream.range(0, years)
                .mapToLong(year -> replay(runs(0.75, RUNS_A_YEAR)).firings().size())
                .sum();

        assertThat((double) alarms / years).isLessThan(1);
    }

    @Test
    void aDropIsNoticedAndSoIsItsEnd() {
        List<Integer> noticed = new ArrayList<>();
        List<Integer> resolved = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            List<RunValue> history = history(Stream.of(runs(0.75, 100), runs(0.6, 30), runs(0.75, 60)));
            List<Firing> firings = Replay.of(RULE, history, false, 0).firings().stream()
                    .filter(firing -> history.indexOf(firing.firedBy()) >= 100)
                    .toList();
            noticed.add(
                    firings.isEmpty() ? 1_000 : history.indexOf(firings.get(0).firedBy()) - 99);
            resolved.add(
                    firings.isEmpty() || firings.get(0).resolvedBy() == null
                            ? 1_000
                            : history.indexOf(firings.get(0).resolvedBy()) - 129);
        }
        noticed.sort(null);
        resolved.sort(null);

        assertThat(noticed.get(100)).isLessThanOrEqualTo(13);
        assertThat(noticed.get(180)).isLessThanOrEqualTo(20);
        assertThat(resolved.get(100)).isLessThanOrEqualTo(12);
    }

    @Test
    void aSlowDeclineIsNoticedAndAnImprovementIsNot() {
        List<RunValue> declining = history(IntStream.range(0, 150).mapToObj(i -> runs(0.8 - 0.0015 * i, 1)));
        List<RunValue> improving = history(IntStream.range(0, 150).mapToObj(i -> runs(0.6 + 0.0015 * i, 1)));

        assertThat(Replay.of(RULE, declining, false, 0).firings()).isNotEmpty();
        assertThat(Replay.of(RULE, improving, false, 0).firings()).isEmpty();
    }

    @Test
    void aNewLevelThatFillsTheWindowIsTheUsualOne() {
        List<RunValue> history = history(Stream.of(runs(0.8, 100), runs(0.6, 160)));

        Replay replay = Replay.of(RULE, history, false, 0);

        assertThat(replay.firings()).isNotEmpty();
        assertThat(replay.state()).isEqualTo(AlertState.OK);
    }

    @Test
    void fewRunsSayNothing() {
        assertThat(replay(runs(0.7, 20)).state()).isEqualTo(AlertState.NO_DATA);
    }

    private Stream<ClusterSums> runs(double rate, int count) {
        return Stream.generate(() -> simulation.run(rate, 50, 0.05)).limit(count);
    }

    private static List<RunValue> history(Stream<Stream<ClusterSums>> parts) {
        return Rules.history(parts.flatMap(part -> part).toList());
    }

    private static Replay replay(Stream<ClusterSums> runs) {
        return Replay.of(RULE, Rules.history(runs.toList()), false, 0);
    }
}
