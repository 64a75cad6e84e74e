package dev.runledger.statistics;

import dev.runledger.analytics.PlantedCauses;
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
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
public record Calibration(
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
                        explanations(),
                        PlantedCauses.all())
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
            String how = how(plan);
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
        double[] drifts = {0.5, 1, 1.5, 2.1, 3};
        int[] limits = {16, 33, 24, 6, 6};
        for (int i = 0; i < drifts.length; i++) {
            double aWeek = drifts[i];
            String what = "80 days that rise by %s points a week, a prompt that does nothing in the middle, "
                    .formatted(BigDecimal.valueOf(aWeek).stripTrailingZeros().toPlainString());
            all.add(atMost(5, MISLEADING, what + "always valid", s -> isDecided(drifting(s, aWeek, ALWAYS))));
            all.add(atMost(
                    limits[i],
                    MISLEADING,
                    what + (limits[i] <= 6 ? "fixed horizon" : "fixed horizon: less than runs can show"),
                    s -> isDecided(drifting(s, aWeek, FIXED))));
        }
        all.addAll(contradicted(
                5, "two difficulties' and types' mixes move at once, truth -6 points: better", true, s -> i -> {
                    double easy = likely(s, i >= 40 ? 0.7 : 0.3);
                    double closed = likely(s, i >= 40 ? 0.7 : 0.3);
                    return cell(s, i, 40, 3, 0.45 + 0.2 * easy + 0.2 * closed - (i >= 40 ? 0.06 : 0), "", easy, closed);
                }));
        all.addAll(contradicted(5, "mix and arbiter move at once, truth -6 points: better", true, s -> i -> {
            double easy = likely(s, i >= 40 ? 0.7 : 0.3);
            double lenient = likely(s, i >= 40 ? 0.7 : 0.3);
            double rate = 0.45 + 0.2 * easy + 0.2 * lenient - (i >= 40 ? 0.06 : 0);
            return cell(s, i, 40, 3, rate, lenient > 0 ? "lenient" : "strict", easy);
        }));
        all.addAll(contradicted(
                5,
                "a provider that is 20 points better comes with a prompt that does nothing, for 10 to 50 % of each run",
                false,
                s -> i -> {
                    double share = i >= 40 ? 0.1 + 0.4 * s.uniform() : 0;
                    return cell(s, i, 40, 3, 0.6 + 0.2 * share, "", share);
                }));
        all.addAll(contradicted(
                5,
                "a provider that is 30 points better comes with a prompt that does nothing, for all of each run",
                false,
                s -> i -> cell(s, i, 40, 3, i >= 40 ? 0.8 : 0.5, "", i >= 40 ? 1 : 0)));
        all.addAll(contradicted(
                5,
                "the share of easy questions, 50 points easier, goes from .3 to .7 in every run at once, no other effect",
                false,
                s -> i -> cell(s, i, 40, 3, 0.4 + 0.5 * (i >= 40 ? 0.7 : 0.3), "", i >= 40 ? 0.7 : 0.3)));
        all.addAll(contradicted(
                5, "by trigger -5 points in both, 20 to 80 % of the better one (Simpson): better", true, s -> i -> {
                    boolean nightly = likely(s, i >= 40 ? 0.8 : 0.2) > 0;
                    double rate = (nightly ? 0.9 : 0.5) - (i >= 40 ? 0.05 : 0);
                    return cell(s, i, 40, 3, rate, String.valueOf(nightly));
                }));
        all.addAll(contradicted(
                5,
                "weekends do 10 points worse, 40 days each, no effect",
                false,
                s -> i -> cell(s, i, 40, 1, i % 7 >= 5 ? 0.65 : 0.75, "")));
        all.addAll(contradicted(
                20,
                "weekends do 20 points worse, five days of three runs each, no effect",
                false,
                s -> i -> cell(s, i, 15, 3, i / 3 % 7 >= 5 ? 0.55 : 0.75, "")));
        all.addAll(contradicted(
                5,
                "versions interleaved while the rate rises by 2 points a week, no effect",
                false,
                s -> i -> new ComparisonCell(
                        i % 2 == 1,
                        new Observation(Simulation.day(i / 2.0), s.run(0.5 + 0.01 / 7 * i, 0.1)),
                        "",
                        new double[0],
                        new double[0])));
        all.addAll(contradicted(
                5, "back to the baseline after 40 days, while it has become 10 points better", false, s -> i -> {
                    // The candidate's 40 days are in between, on the new level.
                    int day = i < 20 ? i : i < 40 ? i + 40 : i - 20;
                    return cell(s, i, 40, 1, day < 20 ? 0.6 : 0.7, day, "");
                }));
        all.addAll(contradicted(
                15,
                "the level rises by 10 points half way through the baseline, no effect",
                false,
                s -> i -> cell(s, i, 40, 1, i >= 20 ? 0.65 : 0.55, "")));
        all.addAll(contradicted(
                10, "days remember .4 of the day before, their four runs share half, no effect", false, s -> {
                    double[] days = s.remembering(40, 0.4);
                    return i -> {
                        double deviation = Math.sqrt(0.5) * (days[i / 4] + s.gaussian());
                        return ComparisonCell.of(
                                i >= 80, new Observation(Simulation.day(i / 4.0), Simulation.deviating(deviation)));
                    };
                }));
        return all;
    }

    /**
     * Whether a verdict says what is not so: that it is better, or at all that it differs.
     *
     * @param limit at a fixed horizon; always valid verdicts are held to 5 %
     */
    private static List<Calibration> contradicted(
            double limit, String what, boolean better, Function<Simulation, IntFunction<ComparisonCell>> history) {
        return Stream.of(ALWAYS, FIXED)
                .map(plan -> atMost(
                        plan.isAlwaysValid() ? 5 : limit,
                        MISLEADING,
                        what + ", " + how(plan)
                                + (limit > 5 && !plan.isAlwaysValid() ? ": less than runs can show" : ""),
                        s -> {
                            IntFunction<ComparisonCell> cell = history.apply(s);
                            Comparison comparison = Comparison.likeForLike(
                                    IntStream.range(
                                                    0,
                                                    what.startsWith("days")
                                                            ? 160
                                                            : what.contains("five days") ? 30 : 80)
                                            .mapToObj(cell)
                                            .toList(),
                                    plan);
                            return better ? comparison.verdict() == Verdict.IMPROVED : isDecided(comparison);
                        }))
                .toList();
    }

    private static double likely(Simulation simulation, double probability) {
        return simulation.uniform() < probability ? 1 : 0;
    }

    private static ComparisonCell cell(
            Simulation s, int i, int ofBaseline, double aDay, double rate, String stratum, double... mix) {
        return cell(s, i, ofBaseline, aDay, rate, i, stratum, mix);
    }

    private static ComparisonCell cell(
            Simulation s,
            int i,
            int ofBaseline,
            double aDay,
            double rate,
            int position,
            String stratum,
            double... mix) {
        return new ComparisonCell(
                i >= ofBaseline,
                new Observation(Simulation.day(position / aDay), s.run(rate, 0.03)),
                stratum,
                mix,
                new double[0]);
    }

    private static Comparison drifting(Simulation simulation, double pointsAWeek, ComparisonPlan plan) {
        return Comparison.likeForLike(
                oneAfterTheOther(40, 1, i -> simulation.run(0.55 + pointsAWeek / 700 * i, 0.03)), plan);
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
        all.addAll(needed());
        return all;
    }

    /** Whether what is said to be needed is enough; where no number is said to be, another history is drawn. */
    private static List<Calibration> needed() {
        IntFunction<BiFunction<Simulation, Integer, IntFunction<Double>>> memory =
                percent -> (s, runs) -> remembered(s.remembering(runs, percent / 100.0));
        List<Calibration> all = new ArrayList<>();
        for (String how : List.of("as they are", "like for like")) {
            all.add(needed("50 questions a run", how, FIXED, 100, 20, 0.08, 1, null));
            all.add(needed("run sizes log-normal", how, FIXED, 100, 20, 0.1, 1, LOG_NORMAL));
            all.add(needed("few runs", how, FIXED, 40, 8, 0.12, 1, null));
            all.add(needed("AR(1) .3", how, FIXED, 200, 30, 0.08, 1, memory.apply(30)));
            all.add(needed("AR(1) .6", how, FIXED, 400, 30, 0.1, 1, memory.apply(60)));
            all.add(needed("50 questions a run", how, ALWAYS, 200, how.startsWith("as") ? 10 : 100, 0.12, 1, null));
            all.add(needed("AR(1) .3", how, ALWAYS, 200, 30, 0.12, 1, memory.apply(30)));
        }
        for (ComparisonPlan plan : List.of(FIXED, ALWAYS)) {
            for (boolean sideBySide : new boolean[] {true, false}) {
                all.add(atLeast(
                        80,
                        POWER,
                        "as many runs as were planned from 100 find +10 points, %s, %s, like for like"
                                .formatted(sideBySide ? "side by side" : "one version after the other", how(plan)),
                        4,
                        s -> isFoundAsPlanned(s, plan, sideBySide)));
            }
        }
        return all;
    }

    private static final BiFunction<Simulation, Integer, IntFunction<Double>> LOG_NORMAL = (s, runs) -> i -> Double.NaN;

    private static IntFunction<Double> remembered(double[] deviations) {
        return i -> deviations[i];
    }

    private static String how(ComparisonPlan plan) {
        return plan.validity().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Calibration needed(
            String runs,
            String how,
            ComparisonPlan plan,
            int ofBaseline,
            int ofCandidate,
            double effect,
            double aDay,
            @Nullable BiFunction<Simulation, Integer, IntFunction<Double>> deviations) {
        return atLeast(
                80,
                POWER,
                "as many runs as were said to be needed after %d beside %d find +%.0f points, %s, %s, %s"
                        .formatted(ofCandidate, ofBaseline, 100 * effect, runs, how(plan), how),
                plan.isAlwaysValid() ? 20 : 4,
                s -> {
                    while (true) {
                        IntFunction<Double> deviation =
                                deviations == null ? null : deviations.apply(s, ofBaseline + ofCandidate + MOST_RUNS);
                        List<ComparisonCell> cells = new ArrayList<>();
                        addRuns(cells, s, ofBaseline + ofCandidate, ofBaseline, effect, aDay, deviation);
                        Long more = compare(how, cells, plan).runsStillNeeded(effect);
                        if (more != null && more <= MOST_RUNS) {
                            return isFoundWithin(cells, more, how, plan, s, ofBaseline, effect, aDay, deviation);
                        }
                    }
                });
    }

    private static final int MOST_RUNS = 1_500;

    private static Comparison compare(String how, List<ComparisonCell> cells, ComparisonPlan plan) {
        return how.startsWith("as") ? Comparison.raw(cells, plan) : Comparison.likeForLike(cells, plan);
    }

    /** Always valid verdicts are looked at eight times. */
    private static boolean isFoundWithin(
            List<ComparisonCell> cells,
            long more,
            String how,
            ComparisonPlan plan,
            Simulation s,
            int ofBaseline,
            double effect,
            double aDay,
            @Nullable IntFunction<Double> deviation) {
        int begun = cells.size();
        int looks = plan.isAlwaysValid() ? 8 : 1;
        for (int look = 1; look <= looks; look++) {
            addRuns(cells, s, (int) (begun + more * look / looks), ofBaseline, effect, aDay, deviation);
            if (compare(how, cells, plan).verdict() == Verdict.IMPROVED) {
                return true;
            }
        }
        return false;
    }

    private static void addRuns(
            List<ComparisonCell> cells,
            Simulation s,
            int upTo,
            int ofBaseline,
            double effect,
            double aDay,
            @Nullable IntFunction<Double> deviation) {
        for (int i = cells.size(); i < upTo; i++) {
            double rate = i < ofBaseline ? 0.7 : 0.7 + effect;
            double off = deviation == null ? 0 : deviation.apply(i);
            ClusterSums run;
            if (deviation == null) {
                run = s.run(rate, 0.1);
            } else {
                run = Double.isNaN(off) ? s.runOfAnySize(rate, 0.1) : Simulation.deviating(off + (rate - 0.7) / 0.1);
            }
            cells.add(ComparisonCell.of(i >= ofBaseline, new Observation(Simulation.day(i / aDay), run)));
        }
    }

    private static boolean isFoundAsPlanned(Simulation s, ComparisonPlan plan, boolean sideBySide) {
        List<ComparisonCell> history = new ArrayList<>();
        addRuns(history, s, 100, 100, 0, 1, null);
        ExperimentPlan experiment = ExperimentPlan.of(
                history.stream().map(ComparisonCell::observation).toList(), plan);
        Long runs = sideBySide ? experiment.runsPerVersion(0.1) : experiment.runsOfCandidate(0.1);
        if (runs == null || runs > MOST_RUNS) {
            return isFoundAsPlanned(s, plan, sideBySide);
        }
        if (!sideBySide) {
            return isFoundWithin(history, runs, "like for like", plan, s, 100, 0.1, 1, null);
        }
        List<ComparisonCell> cells = new ArrayList<>();
        int looks = plan.isAlwaysValid() ? 8 : 1;
        for (int look = 1; look <= looks; look++) {
            for (int i = cells.size(); i < 2 * runs * look / looks; i++) {
                cells.add(ComparisonCell.of(
                        i % 2 == 1, new Observation(Simulation.day(i), s.run(i % 2 == 1 ? 0.8 : 0.7, 0.1))));
            }
            if (Comparison.likeForLike(cells, plan).verdict() == Verdict.IMPROVED) {
                return true;
            }
        }
        return false;
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
