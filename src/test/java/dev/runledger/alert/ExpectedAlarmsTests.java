package dev.runledger.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.metric.Metric;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Simulation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is expected of a rule, held against new runs of the same kind: 3 a day of 50 questions, correlation .05. */
class ExpectedAlarmsTests {

    private static final int RUNS_A_YEAR = 3 * 365;
    private static final int BEFORE = 60;
    private static final int AFTER = 120;

    private final Simulation simulation = new Simulation(20261127);

    static List<RuleDefinition> rules() {
        return List.of(
                Rules.rate(Metric.APPROVAL_RATE, 0.70),
                Rules.consecutive(Metric.APPROVAL_RATE, 0.70, 3, 3),
                Rules.consecutive(Metric.APPROVAL_RATE, 0.65, 3, 5));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whatIsExpectedOfARuleIsWithinAFifthOfWhatNewRunsGive(RuleDefinition rule) {
        ExpectedAlarms expected = ExpectedAlarms.of(rule, history(50_000, 0.75), 0.15);

        int years = 150;
        double alarms = (double) Replay.of(rule, history(years * RUNS_A_YEAR, 0.75), false, 0)
                        .firings()
                        .size()
                / years;
        List<Integer> noticed = noticed(rule);
        assertThat(expected.falseAlarmsPerYear()).isCloseTo(alarms, within(0.2 * alarms));
        assertThat((double) expected.medianRuns())
                .isCloseTo(noticed.get(noticed.size() / 2), within(Math.max(1, 0.2 * expected.medianRuns())));
        assertThat((double) expected.mostRuns())
                .isCloseTo(noticed.get(noticed.size() * 9 / 10), within(Math.max(1, 0.2 * expected.mostRuns())));
        assertThat(expected.simulatedYears()).isCloseTo(200_000.0 / RUNS_A_YEAR, within(0.5));
    }

    @Test
    void aCostThatRisesIsWorseAndADifferenceThatNobodyNoticesHasNoNumberOfRuns() {
        RuleDefinition rule = Rules.rate(Metric.COST_PER_RUN, 1.3);
        List<RunValue> history = Rules.history(Stream.generate(
                        () -> ClusterSums.of(BigDecimal.valueOf(1 + 0.2 * simulation.gaussian()), BigDecimal.ONE))
                .limit(2_000)
                .toList());

        ExpectedAlarms large = ExpectedAlarms.of(rule, history, 0.6);
        ExpectedAlarms small = ExpectedAlarms.of(rule, history, 0.01);
        ExpectedAlarms usual = ExpectedAlarms.of(rule, history, null);

        assertThat(large.medianRuns()).isLessThanOrEqualTo(10);
        assertThat(large.falseAlarmsPerYear()).isLessThan(0.5);
        assertThat(small.medianRuns()).isNull();
        assertThat(small.mostRuns()).isNull();
        assertThat(usual.difference()).isCloseTo(0.2, within(0.02));
    }

    @Test
    void aRuleThatFiresAnywayAndOneWithoutEnoughRunsExpectNothing() {
        RuleDefinition beyond = Rules.rate(Metric.APPROVAL_RATE, 0.9);

        assertThat(ExpectedAlarms.of(beyond, history(500, 0.75), null).medianRuns())
                .isNull();
        assertThat(ExpectedAlarms.of(beyond, history(29, 0.75), null)).isNull();
        assertThat(ExpectedAlarms.of(beyond, history(30, 0.75), null)).isNotNull();
    }

    private List<RunValue> history(int runs, double rate) {
        return Rules.history(IntStream.range(0, runs)
                .mapToObj(run -> simulation.run(rate, 50, 0.05))
                .toList());
    }

    private List<Integer> noticed(RuleDefinition rule) {
        List<Integer> noticed = new ArrayList<>();
        Supplier<List<RunValue>> histories = () -> Stream.concat(
                        Stream.generate(() -> simulation.run(0.75, 50, 0.05)).limit(BEFORE),
                        Stream.generate(() -> simulation.run(0.60, 50, 0.05)).limit(AFTER))
                .collect(java.util.stream.Collectors.collectingAndThen(
                        java.util.stream.Collectors.toList(), Rules::history));
        while (noticed.size() < 400) {
            List<RunValue> history = histories.get();
            if (Replay.of(rule, history.subList(0, BEFORE), false, 0).firings().isEmpty()) {
                Replay.of(rule, history, false, 0).firings().stream()
                        .findFirst()
                        .ifPresent(firing ->
                                noticed.add((int) firing.firedBy().id().getLeastSignificantBits() - BEFORE + 1));
            }
        }
        noticed.sort(null);
        return noticed;
    }
}
