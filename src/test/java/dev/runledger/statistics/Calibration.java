package dev.runledger.statistics;

import dev.runledger.metric.Polarity;
import dev.runledger.statistics.ChangeDecomposition.Kind;
import dev.runledger.statistics.ChangeDecomposition.Part;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import dev.runledger.statistics.Comparison.Verdict;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is simulated to see whether verdicts and intervals hold, and what each is held to.
 *
 * @param topic the heading it belongs under
 * @param what is simulated
 * @param limit in percent of repetitions
 * @param atMost whether it may come about so often at most; else it has to at least
 * @param cost how much more than a short one it takes, in whole numbers
 * @param comesAbout whether it comes about in one repetition
 */
record Calibration(
        String topic, String what, double limit, boolean atMost, int cost, Predicate<Simulation> comesAbout) {

    private static final ComparisonPlan FIXED = plan(Validity.FIXED_HORIZON);
    private static final ComparisonPlan ALWAYS = plan(Validity.ALWAYS_VALID);

    private static final String FALSE_VERDICTS = "False verdicts of comparisons";
    private static final String MISLEADING = "Histories that mislead";
    private static final String POWER = "What comparisons find";
    private static final String TRENDS = "Trends";
    private static final String CHANGE_POINTS = "Change points";
    private static final String INTERVALS = "Intervals that miss";
    private static final String EXPLANATIONS = "Explanations";

    private static ComparisonPlan plan(Validity validity) {
        return new ComparisonPlan(Polarity.HIGHER_IS_BETTER, Scale.RATE, 0.95, 0.035, validity);
    }

    /** The share of repetitions in which it comes about, in percent. */
    double measure(int repetitions) {
        Simulation simulation = new Simulation(what.hashCode());
        return 100.0
                * IntStream.range(0, repetitions)
                        .filter(i -> comesAbout.test(simulation))
                        .count()
                / repetitions;
    }

    @Override
    public String toString() {
        return "%s: %s, %s %s %%".formatted(topic, what, atMost ? "at most" : "at least", limit);
    }

    static List<Calibration> all() {
        return Stream.of(
                        falseVerdicts("as they are", Comparison::raw),
                        falseVerdicts("like for like", Comparison::likeForLike),
                        misleading(),
                        power(),
                        trends(),
                        changePoints(),
                        intervals(),
                        explanations())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Calibration> falseVerdicts(
            String how, BiFunction<List<ComparisonCell>, ComparisonPlan, Comparison> compare) {
        List<Calibration> all = new ArrayList<>();
        for (int runs : new int[] {3, 5, 8, 30}) {
            all.add(atMost(
                    6.5,
                    FALSE_VERDICTS,
                    "run sizes log-normal (sigma 1), intra-run correlation .1, %d runs an arm, %s".formatted(runs, how),
                    s -> isDecided(compare.apply(oneAfterTheOther(runs, 1, i -> s.runOfAnySize(0.7, 0.1)), FIXED))));
        }
        all.add(atMost(
                5,
                FALSE_VERDICTS,
                "one run of 10,000 questions beside 50 of 10, " + how,
                s -> isDecided(compare.apply(
                        oneAfterTheOther(51, 1, i -> s.run(0.6, i == 76 ? 10_000 : 10, 0.1)), FIXED))));
        for (double correlation : new double[] {0.3, 0.6}) {
            for (int runs : new int[] {8, 30, 100}) {
                if (runs > 8 || correlation < 0.5) {
                    all.add(atMost(
                            correlation < 0.5 ? 7 : 9,
                            FALSE_VERDICTS,
                            "neighbouring runs alike, AR(1) %s, %d runs an arm, %s"
                                    .formatted(decimals(correlation), runs, how),
                            s -> {
                                double[] series = s.remembering(2 * runs, correlation);
                                return isDecided(compare.apply(
                                        oneAfterTheOther(runs, 1, i -> Simulation.deviating(series[i])), FIXED));
                            }));
                }
            }
        }
        for (int days : new int[] {5, 10, 20}) {
            all.add(atMost(
                    6,
                    FALSE_VERDICTS,
                    "the five runs of a day share half of their deviation, %d days an arm, %s".formatted(days, how),
                    s -> {
                        double[] shared = s.remembering(2 * days, 0);
                        return isDecided(compare.apply(
                                oneAfterTheOther(
                                        5 * days,
                                        5,
                                        i -> Simulation.deviating(Math.sqrt(0.5) * (shared[i / 5] + s.gaussian()))),
                                FIXED));
                    }));
        }
        all.add(atMost(
                5,
                FALSE_VERDICTS,
                "looked at daily for 60 days, 3 runs a day and arm, any verdict ever, " + how,
                40,
                s -> dayOfVerdict(s, 0, 60, compare) <= 60));
        return all;
    }

    private static List<Calibration> misleading() {
        List<Calibration> all = new ArrayList<>();
        for (ComparisonPlan plan : List.of(ALWAYS, FIXED)) {
            String how = plan.validity().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            all.add(atMost(
                    5,
                    MISLEADING,
                    "difficulty mix 30 to 70 % easy, truth -6 points: better, " + how,
                    s -> Comparison.likeForLike(mixed(s, true), plan).verdict() == Verdict.IMPROVED));
            all.add(atMost(
                    7,
                    MISLEADING,
                    "difficulty mix 30 to 70 % easy, the adjusted interval misses -6, " + how,
                    s -> !Comparison.likeForLike(mixed(s, true), plan)
                            .difference()
                            .interval()
                            .contains(-0.06)));
            all.add(atMost(
                    7,
                    MISLEADING,
                    "arbiter 30 to 70 %, the adjusted interval misses -6, " + how,
                    s -> !Comparison.likeForLike(mixed(s, false), plan)
                            .difference()
                            .interval()
                            .contains(-0.06)));
        }
        all.add(atMost(
                5,
                MISLEADING,
                "80 days that rise by 2.1 points a week, a prompt that does nothing in the middle, always valid",
                s -> isDecided(Comparison.likeForLike(
                        oneAfterTheOther(40, 1, i -> s.run(0.55 + 0.003 * i, 0.03)), ALWAYS))));
        all.add(atMost(
                15,
                MISLEADING,
                "the same, fixed horizon",
                s -> isDecided(Comparison.likeForLike(
                        oneAfterTheOther(40, 1, i -> s.run(0.55 + 0.003 * i, 0.03)), FIXED))));
        return all;
    }

    /** 40 runs a version, eight hours apart: easy ones at .9, hard ones at .6, and six points less with the candidate. */
    private static List<ComparisonCell> mixed(Simulation simulation, boolean mix) {
        List<ComparisonCell> cells = new ArrayList<>();
        for (boolean candidate : new boolean[] {false, true}) {
            List<Boolean> easy = new ArrayList<>(Collections.nCopies(candidate ? 28 : 12, true));
            easy.addAll(Collections.nCopies(candidate ? 12 : 28, false));
            Collections.shuffle(easy, new Random(Double.doubleToLongBits(simulation.gaussian())));
            for (int i = 0; i < 40; i++) {
                double rate = (easy.get(i) ? 0.9 : 0.6) - (candidate ? 0.06 : 0);
                cells.add(new ComparisonCell(
                        candidate,
                        new Observation(Simulation.day(((candidate ? 40 : 0) + i) / 3.0), simulation.run(rate, 0.03)),
                        mix ? "" : easy.get(i).toString(),
                        mix ? new double[] {easy.get(i) ? 1 : 0} : new double[0],
                        new double[0]));
            }
        }
        return cells;
    }

    private static List<Calibration> power() {
        List<Calibration> all = new ArrayList<>();
        all.add(atLeast(
                50,
                POWER,
                "+10 points by 50 runs in all, correlation .1, one a day, as they are",
                1,
                s -> isDecided(Comparison.raw(oneAfterTheOther(25, 1, i -> s.run(i < 25 ? 0.7 : 0.8, 0.1)), FIXED))));
        all.add(atLeast(
                50,
                POWER,
                "+10 points by 50 runs in all, correlation .1, three a day, as they are",
                1,
                s -> isDecided(Comparison.raw(oneAfterTheOther(25, 3, i -> s.run(i < 25 ? 0.7 : 0.8, 0.1)), FIXED))));
        all.add(atLeast(
                57,
                POWER,
                "+5 points by 200 runs in all, correlation .1, one a day, as they are",
                3,
                s -> isDecided(Comparison.raw(
                        oneAfterTheOther(100, 1, i -> s.run(i < 100 ? 0.7 : 0.75, 0.1)), FIXED))));
        all.add(atLeast(
                50,
                POWER,
                "+10 points by 50 runs in all, correlation .1, one a day, like for like",
                1,
                s -> isDecided(Comparison.likeForLike(
                        oneAfterTheOther(25, 1, i -> s.run(i < 25 ? 0.7 : 0.8, 0.1)), FIXED))));
        all.add(atLeast(
                50,
                POWER,
                "+5 points by 200 runs in all, correlation .1, one a day, like for like",
                3,
                s -> isDecided(Comparison.likeForLike(
                        oneAfterTheOther(100, 1, i -> s.run(i < 100 ? 0.7 : 0.75, 0.1)), FIXED))));
        all.add(atLeast(
                50,
                POWER,
                "always valid, +10 points by 3 runs a day and arm found by day 20, like for like",
                20,
                s -> dayOfVerdict(s, 0.1, 20, Comparison::likeForLike) <= 20));
        all.add(atLeast(75, POWER, "as many runs as were said to be needed after 20 find +8 points", 3, s -> {
            List<ComparisonCell> baseline = IntStream.range(0, 100)
                    .mapToObj(i -> ComparisonCell.of(false, new Observation(Simulation.day(i), s.run(0.7, 0.1))))
                    .toList();
            long runs = 20
                    + Comparison.raw(withCandidate(s, baseline, 20, 0.78), FIXED)
                            .runsStillNeeded(0.08);
            return isDecided(Comparison.raw(withCandidate(s, baseline, runs, 0.78), FIXED));
        }));
        return all;
    }

    private static List<ComparisonCell> withCandidate(
            Simulation s, List<ComparisonCell> baseline, long runs, double rate) {
        List<ComparisonCell> cells = new ArrayList<>(baseline);
        for (int i = 0; i < runs; i++) {
            cells.add(ComparisonCell.of(true, new Observation(Simulation.day(baseline.size() + i), s.run(rate, 0.1))));
        }
        return cells;
    }

    private static List<Calibration> trends() {
        List<Calibration> all = new ArrayList<>();
        for (double correlation : new double[] {0, 0.3, 0.6}) {
            for (int points : new int[] {20, 50, 100, 200}) {
                all.add(atMost(
                        correlation < 0.5 ? 6.5 : 9.5,
                        TRENDS,
                        "nothing moves, AR(1) %s, %d points".formatted(decimals(correlation), points),
                        1 + points / 50,
                        s -> isTrend(Trend.of(series(s, points, correlation), Polarity.HIGHER_IS_BETTER, 0.95))));
            }
        }
        all.add(atMost(
                10,
                TRENDS,
                "nothing moves in 20 series read together, any called a trend",
                20,
                s -> Trend.together(
                                Stream.generate(() -> new Trend.Series(series(s, 50, 0.3), Polarity.HIGHER_IS_BETTER))
                                        .limit(20)
                                        .toList(),
                                0.95)
                        .stream()
                        .anyMatch(Calibration::isTrend)));
        all.add(atLeast(
                85,
                TRENDS,
                "1 point a week over 100 days, correlation .05, found",
                3,
                s -> isTrend(Trend.of(
                        daily(100, i -> s.run(0.65 + 0.01 * i / 7, 0.05)), Polarity.HIGHER_IS_BETTER, 0.95))));
        return all;
    }

    private static List<Calibration> changePoints() {
        List<Calibration> all = new ArrayList<>();
        for (double correlation : new double[] {0, 0.3, 0.6}) {
            all.add(atMost(
                    correlation < 0.5 ? 5 : 13,
                    CHANGE_POINTS,
                    "nothing changes, AR(1) %s, 100 points".formatted(decimals(correlation)),
                    5,
                    s -> !changes(series(s, 100, correlation)).isEmpty()));
        }
        all.add(atLeast(
                80,
                CHANGE_POINTS,
                "a step of 10 points in the middle of 200, correlation .05, found",
                20,
                s -> changes(daily(200, i -> s.run(i < 100 ? 0.7 : 0.6, 0.05))).stream()
                        .anyMatch(change -> isNear(change, 100, 15))));
        all.add(atLeast(75, CHANGE_POINTS, "a dip of 25 points for 20 of 100, both ends within 5", 10, s -> {
            List<ChangePoint> changes = changes(daily(100, i -> s.run(i < 40 || i >= 60 ? 0.75 : 0.5, 0.05)));
            return changes.size() == 2 && isNear(changes.get(0), 40, 5) && isNear(changes.get(1), 60, 5);
        }));
        return all;
    }

    private static List<Calibration> intervals() {
        List<Calibration> all = new ArrayList<>();
        for (double rate : new double[] {0.02, 0.98}) {
            for (int runs : new int[] {8, 15, 30}) {
                all.add(atMost(
                        6,
                        INTERVALS,
                        "rate %s, %d runs, correlation .05".formatted(decimals(rate), runs),
                        s -> misses(s, runs, rate, 0.05)));
            }
            all.add(atMost(
                    20,
                    INTERVALS,
                    "rate %s, 30 runs, correlation .3: beyond what runs can tell".formatted(decimals(rate)),
                    s -> misses(s, 30, rate, 0.3)));
        }
        int[] runs = {5, 30, 100};
        int[] limits = {10, 8, 6};
        for (int i = 0; i < runs.length; i++) {
            int count = runs[i];
            all.add(atMost(
                    limits[i],
                    INTERVALS,
                    "mean duration, log-normal (sigma 1), %d runs".formatted(count),
                    s -> !Estimate.of(durations(s, count), Scale.AMOUNT, 0.95)
                            .interval()
                            .contains(Math.exp(0.5))));
        }
        for (int count : new int[] {10, 30, 100}) {
            all.add(atMost(5, INTERVALS, "median duration, %d runs".formatted(count), s -> {
                double[] values = IntStream.range(0, count)
                        .mapToDouble(i -> s.gaussian())
                        .sorted()
                        .toArray();
                RankInterval ranks = RankInterval.of(count, 0.5, 0.95);
                return values[ranks.low() - 1] > 0 || values[ranks.high() - 1] < 0;
            }));
        }
        return all;
    }

    private static List<Calibration> explanations() {
        return List.of(
                atLeast(95, EXPLANATIONS, "one of five providers that does 20 points worse is ranked first", 1, s -> {
                    int planted = 3;
                    return first(s, key -> key == planted ? -0.2 : 0, key -> 0)
                            .filter(part -> part.key().equals("p" + planted) && part.kind() == Kind.RATE)
                            .isPresent();
                }),
                atLeast(
                        95,
                        EXPLANATIONS,
                        "one of five providers that does 20 points worse all along and has three times the runs is ranked first",
                        1,
                        s -> first(s, key -> 0, key -> key == 3 ? 60 : 0)
                                .filter(part -> part.key().equals("p3") && part.kind() == Kind.MIX)
                                .isPresent()));
    }

    private static java.util.Optional<Part> first(
            Simulation s, java.util.function.IntToDoubleFunction worse, java.util.function.IntUnaryOperator more) {
        List<Slice> slices = new ArrayList<>();
        for (int key = 0; key < 5; key++) {
            double rate = 0.8 - (more.applyAsInt(3) > 0 && key == 3 ? 0.2 : 0);
            slices.add(new Slice(
                    "p" + key, runs(s, 30, rate), runs(s, 30 + more.applyAsInt(key), rate + worse.applyAsDouble(key))));
        }
        ClusterSums before = slices.stream().map(Slice::before).reduce(ClusterSums.NONE, ClusterSums::plus);
        ClusterSums after = slices.stream().map(Slice::after).reduce(ClusterSums.NONE, ClusterSums::plus);
        return ChangeDecomposition.of(slices, before, after, 0.95).parts().stream()
                .max(Comparator.comparingDouble(Part::evidence));
    }

    private static ClusterSums runs(Simulation s, int count, double rate) {
        return Stream.generate(() -> s.run(rate, 0.05)).limit(count).reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    private static boolean misses(Simulation s, int runs, double rate, double correlation) {
        ClusterSums sums =
                Stream.generate(() -> s.run(rate, correlation)).limit(runs).reduce(ClusterSums.NONE, ClusterSums::plus);
        return !Estimate.of(sums, Scale.RATE, 0.95).interval().contains(rate);
    }

    private static ClusterSums durations(Simulation s, int runs) {
        return Stream.generate(() -> ClusterSums.of(BigDecimal.valueOf(Math.exp(s.gaussian())), BigDecimal.ONE))
                .limit(runs)
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    private static boolean isDecided(Comparison comparison) {
        return comparison.verdict() == Verdict.IMPROVED || comparison.verdict() == Verdict.REGRESSED;
    }

    private static boolean isTrend(Trend trend) {
        return trend.verdict() == Trend.Verdict.IMPROVING || trend.verdict() == Trend.Verdict.DECLINING;
    }

    private static List<ComparisonCell> oneAfterTheOther(int runs, double aDay, IntFunction<ClusterSums> run) {
        return IntStream.range(0, 2 * runs)
                .mapToObj(i -> ComparisonCell.of(i >= runs, new Observation(Simulation.day(i / aDay), run.apply(i))))
                .toList();
    }

    /** The first day on which a daily look finds a difference between arms that run side by side; past the last if none does. */
    private static int dayOfVerdict(
            Simulation s,
            double effect,
            int days,
            BiFunction<List<ComparisonCell>, ComparisonPlan, Comparison> compare) {
        List<ComparisonCell> cells = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            for (int run = 0; run < 3; run++) {
                cells.add(ComparisonCell.of(false, new Observation(Simulation.day(day + run / 3.0), s.run(0.7, 0.1))));
                cells.add(ComparisonCell.of(
                        true, new Observation(Simulation.day(day + run / 3.0 + 0.1), s.run(0.7 + effect, 0.1))));
            }
            if (isDecided(compare.apply(cells, ALWAYS))) {
                return day + 1;
            }
        }
        return days + 1;
    }

    private static List<Observation> daily(int days, IntFunction<ClusterSums> run) {
        return IntStream.range(0, days)
                .mapToObj(day -> new Observation(Simulation.day(day), run.apply(day)))
                .toList();
    }

    private static List<Observation> series(Simulation s, int points, double correlation) {
        double[] deviations = s.remembering(points, correlation);
        return daily(points, i -> Simulation.deviating(deviations[i]));
    }

    private static List<ChangePoint> changes(List<Observation> history) {
        return ChangePoints.find(history, Scale.RATE, 0.95).changes();
    }

    private static boolean isNear(ChangePoint change, int day, int tolerance) {
        return !change.at().isBefore(Simulation.day(day - tolerance))
                && !change.at().isAfter(Simulation.day(day + tolerance));
    }

    private static Calibration atMost(double limit, String topic, String what, Predicate<Simulation> comesAbout) {
        return atMost(limit, topic, what, 1, comesAbout);
    }

    private static Calibration atMost(
            double limit, String topic, String what, int cost, Predicate<Simulation> comesAbout) {
        return new Calibration(topic, what, limit, true, cost, comesAbout);
    }

    private static Calibration atLeast(
            double limit, String topic, String what, int cost, Predicate<Simulation> comesAbout) {
        return new Calibration(topic, what, limit, false, cost, comesAbout);
    }

    private static String decimals(double number) {
        return number == 0 ? "0" : String.valueOf(number).substring(1);
    }
}
