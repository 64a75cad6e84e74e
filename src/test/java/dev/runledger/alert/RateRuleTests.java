package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.metric.Metric;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * How often the default rule is wrong, and how soon it is right: 3 runs a day of 50 questions whose true rate is .75, against a
 * threshold of .70.
 */
class RateRuleTests {

    private static final int RUNS_A_YEAR = 3 * 365;
    private static final int BEFORE = 60;
    private static final RuleDefinition DEFAULT = Rules.rate(Metric.APPROVAL_RATE, 0.70);

    private final Simulation simulation = new Simulation(20261126);

    @Test
    void theDefaultRuleRaisesAtMostTwoAndAHalfFalseAlarmsAYear() {
        int years = 200;
        long alarms = IntStream.range(0, years)
                .mapToLong(year -> firings(runs(0.75, RUNS_A_YEAR)).size())
                .sum();

        assertThat((double) alarms / years).isLessThanOrEqualTo(2.5);
    }

    @Test
    void aDropIsNoticedAfterSixRunsInTheMedianAndTwelveInNineOfTenCases() {
        List<Integer> runsUntilNoticed = new ArrayList<>();
        while (runsUntilNoticed.size() < 1_000) {
            List<RunValue> history = Rules.history(
                    Stream.concat(runs(0.75, BEFORE), runs(0.60, BEFORE)).toList());
            if (Replay.of(DEFAULT, history.subList(0, BEFORE), false, 0).state() != AlertState.FIRING) {
                Firing first = Replay.of(DEFAULT, history, false, 0).firings().stream()
                        .filter(firing -> history.indexOf(firing.firedBy()) >= BEFORE)
                        .findFirst()
                        .orElseThrow();
                runsUntilNoticed.add(history.indexOf(first.firedBy()) - BEFORE + 1);
            }
        }
        runsUntilNoticed.sort(null);

        assertThat(runsUntilNoticed.get(500)).isLessThanOrEqualTo(6);
        assertThat(runsUntilNoticed.get(900)).isLessThanOrEqualTo(12);
    }

    private Stream<ClusterSums> runs(double rate, int count) {
        return Stream.generate(() -> simulation.run(rate, 50, 0.05)).limit(count);
    }

    private static List<Firing> firings(Stream<ClusterSums> runs) {
        return Replay.of(DEFAULT, Rules.history(runs.toList()), false, 0).firings();
    }
}
