package dev.runledger.alert;

import dev.runledger.metric.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What to expect of a rule while runs are like those of the ledger, by simulation: runs are drawn from the history at random, so that
 * nothing changes but by chance; and then again with a difference for the worse. Runs that resemble their neighbours raise more false
 * alarms than that. For a window in time they start at even distances.
 *
 * @param falseAlarmsPerYear how often it fires in 365.25 days in which nothing changes
 * @param simulatedYears how many years that is from
 * @param difference for the worse, in the metric's unit
 * @param medianRuns after how many runs with the difference it has fired half of the time; null if it takes more than
 *     {@value #MOST_RUNS}, or if it mostly fires anyway
 * @param mostRuns the same, nine times out of ten
 */
public record ExpectedAlarms(
        double falseAlarmsPerYear,
        double simulatedYears,
        double difference,
        @Nullable Integer medianRuns,
        @Nullable Integer mostRuns) {

    /** With fewer there is nothing to draw from. */
    private static final int FEWEST_RUNS = 30;

    private static final int DRAWN_RUNS = 200_000;
    private static final int CHANGES = 600;

    /** After so many runs a difference counts as not noticed. */
    private static final int MOST_RUNS = 300;

    private static final double RELEVANT_SHARE = 0.2;
    private static final long SEED = 20_261_126;
    private static final double SECONDS_A_YEAR = 365.25 * 86_400;

    /**
     * @param history runs in order
     * @param difference for the worse; null for a fifth of the history's value, or of all runs for FAILED
     * @return null for rules that go by the clock, and of fewer than 30 runs with a value, or runs of less than a day
     */
    static @Nullable ExpectedAlarms of(RuleDefinition rule, List<RunValue> history, @Nullable Double difference) {
        if (rule.kind().goesByTheClock()) {
            return null;
        }
        RuleWindow window = RuleWindow.of(rule);
        List<RunValue> runs = history.stream().filter(window::hasValue).toList();
        double size = runs.stream().mapToDouble(RunValue::m).sum();
        if (runs.size() < FEWEST_RUNS || size == 0) {
            return null;
        }
        Duration span = Duration.between(
                runs.get(0).startedAt(), runs.get(runs.size() - 1).startedAt());
        if (span.toDays() < 1) {
            return null;
        }
        Random random = new Random(SEED);
        double value = runs.stream().mapToDouble(RunValue::x).sum() / size;
        double runsPerYear = (runs.size() - 1) * SECONDS_A_YEAR / span.toSeconds();
        List<RunValue> drawn = new ArrayList<>();
        Duration gap = span.dividedBy(runs.size() - 1);
        for (int i = 0; i < DRAWN_RUNS; i++) {
            drawn.add(placed(rule, runs.get(random.nextInt(runs.size())), gap, i));
        }
        double years = DRAWN_RUNS / runsPerYear;
        double relevant = difference != null
                ? difference
                : rule.kind() == AlertKind.FAILED ? RELEVANT_SHARE : RELEVANT_SHARE * Math.abs(value);
        Worsening worsening = new Worsening(rule, value, relevant);
        List<Integer> noticed = noticed(rule, gap, () -> runs.get(random.nextInt(runs.size())), worsening);
        return new ExpectedAlarms(
                Replay.of(rule, drawn, false, 0).firings().size() / years,
                years,
                relevant,
                quantile(noticed, 0.5),
                quantile(noticed, 0.9));
    }

    private static @Nullable Integer quantile(List<Integer> noticed, double share) {
        if (noticed.isEmpty()) {
            return null;
        }
        int runs = noticed.get((int) Math.ceil(share * noticed.size()) - 1);
        return runs > MOST_RUNS ? null : runs;
    }

    private static RunValue placed(RuleDefinition rule, RunValue run, Duration gap, int place) {
        if (rule.window() == null) {
            return run;
        }
        Instant start = Instant.EPOCH.plus(gap.multipliedBy(place));
        return new RunValue(run.id(), start, start, run.x(), run.m());
    }

    /** After how many runs each change was noticed, in order; empty if the rule fires most of the time without one. */
    private static List<Integer> noticed(
            RuleDefinition rule, Duration gap, Supplier<RunValue> draw, Worsening worsening) {
        List<Integer> noticed = new ArrayList<>();
        int before = rule.window() == null
                ? RuleWindow.memory(rule)
                : (int) Math.max(RateWindow.SCATTER_RUNS, rule.window().dividedBy(gap) + 1);
        for (int tries = 0; noticed.size() < CHANGES && tries < 2 * CHANGES; tries++) {
            RuleWindow window = RuleWindow.of(rule);
            boolean fires = false;
            for (int i = 0; i < before && !fires; i++) {
                fires = window.add(placed(rule, draw.get(), gap, i)) && window.trip() != null;
            }
            if (!fires) {
                int runs = 0;
                do {
                    runs++;
                } while (!(window.add(placed(rule, worsening.of(draw.get()), gap, before + runs - 1))
                                && window.trip() != null)
                        && runs <= MOST_RUNS);
                noticed.add(runs);
            }
        }
        noticed.sort(null);
        return noticed.size() < CHANGES ? List.of() : noticed;
    }

    /**
     * Makes runs worse, so that the whole changes by the difference. Runs scatter around the new value as much, for it, as they did
     * around the former: shares by the root of p (1 - p), amounts in proportion.
     */
    private record Worsening(RuleDefinition rule, double value, double difference) {

        RunValue of(RunValue run) {
            double target = rule.direction() == AlertDirection.BELOW ? value - difference : value + difference;
            double x;
            if (rule.measured().unit() != Unit.SHARE) {
                x = value == 0 ? target * run.m() : run.x() * target / value;
            } else {
                double share = Math.max(0, Math.min(1, target));
                double spread = value * (1 - value) == 0 ? 1 : Math.sqrt(share * (1 - share) / (value * (1 - value)));
                double changed = share * run.m() + (run.x() - value * run.m()) * spread;
                x = Math.max(0, Math.min(run.m(), Math.rint(changed)));
            }
            return new RunValue(run.id(), run.startedAt(), run.endedAt(), x, run.m(), run.isRun());
        }
    }
}
