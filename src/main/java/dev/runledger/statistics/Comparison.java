package dev.runledger.statistics;

import dev.runledger.metric.Polarity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One metric over two sets of runs: as they are, and like for like, which is what the verdict is about. */
public final class Comparison {

    /** What a comparison comes to. */
    public enum Verdict {
        /** The candidate is better, and chance alone hardly explains it. */
        IMPROVED,
        /** The candidate is worse, and chance alone hardly explains it. */
        REGRESSED,
        /** The candidate's value is higher, of a metric of which nobody has said which way is better. */
        HIGHER,
        /** The candidate's value is lower, of such a metric. */
        LOWER,
        /** The true difference is smaller than a relevant one, whichever way it goes. */
        NO_DIFFERENCE_FOUND,
        /** No difference was found, but the runs are too few to rule out a relevant one. */
        INSUFFICIENT_DATA,
        /** What differs may be due to what else differs, and more runs of this kind will not show it. */
        CONFOUNDED
    }

    /** Why there are not enough data. */
    public enum Insufficiency {
        /** An arm has no denominator: nothing was evaluated, for instance. */
        NOTHING_TO_DIVIDE_BY,
        /** Too few runs, or one of them is nearly all there is. */
        TOO_FEW_RUNS,
        /** All runs have the very same value, so that nothing shows how far chance carries it. */
        NO_SPREAD
    }

    /**
     * How fast the metric moves within the arms, apart from what the candidate does to it.
     *
     * @param perWeek in the metric's unit per 7 days
     * @param standardError of that
     */
    public record Drift(double perWeek, double standardError) {
        /** Whether chance alone hardly explains it. */
        public boolean isClear() {
            return Math.abs(perWeek) > 2 * standardError;
        }
    }

    /** Fewest runs in each arm for which misses were measured to keep to the confidence requested. */
    static final int MIN_RUNS = 3;
    /** Fewest effective runs in each arm, likewise. */
    private static final double MIN_EFFECTIVE_RUNS = 2;

    /** In weeks. Versions less apart ran at the same time. */
    private static final double LEAST_APART = 0.15;

    private static final double POWER = 0.8;
    /** More runs than this no pipeline makes. */
    private static final long NEVER = 1_000_000_000_000L;

    private final ComparisonPlan plan;
    private final ClusterSums baseline;
    private final ClusterSums candidate;
    private final @Nullable Effect raw;
    private final @Nullable Effect effect;
    private final boolean adjusted;
    private final double tests;
    private @Nullable Difference difference;

    private Comparison(
            ComparisonPlan plan,
            ClusterSums baseline,
            ClusterSums candidate,
            @Nullable Effect raw,
            @Nullable Effect effect,
            boolean adjusted,
            double tests) {
        this.plan = plan;
        this.baseline = baseline;
        this.candidate = candidate;
        this.raw = raw;
        this.effect = effect;
        this.adjusted = adjusted;
        this.tests = tests;
    }

    /** Compares sums of runs as they are, taken to be independent of each other. */
    public static Comparison of(ClusterSums baseline, ClusterSums candidate, ComparisonPlan plan) {
        return raw(
                List.of(
                        ComparisonCell.of(false, new Observation(Instant.EPOCH, baseline)),
                        ComparisonCell.of(true, new Observation(Instant.EPOCH, candidate))),
                plan);
    }

    /** Compares runs as they are; those that resemble their neighbours, or others of their day, count for less. */
    public static Comparison raw(List<ComparisonCell> cells, ComparisonPlan plan) {
        Effect raw = DifferenceModel.raw(cells, plan.scale());
        return new Comparison(plan, sums(cells, false), sums(cells, true), raw, raw, false, 1);
    }

    /** Compares like with like, and with what would have been if the metric had gone on drifting as it does within the arms. */
    public static Comparison likeForLike(List<ComparisonCell> cells, ComparisonPlan plan) {
        ClusterSums baseline = sums(cells, false);
        Double level = baseline.ratio();
        return new Comparison(
                plan,
                baseline,
                sums(cells, true),
                DifferenceModel.raw(cells, plan.scale()),
                level == null ? null : DifferenceModel.adjusted(cells, plan, level),
                true,
                1);
    }

    private static ClusterSums sums(List<ComparisonCell> cells, boolean candidate) {
        return cells.stream()
                .filter(cell -> cell.candidate() == candidate)
                .map(cell -> cell.observation().sums())
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    /**
     * Adjusts comparisons that are made and read together, so that the chance of even one false alarm among them stays at
     * 1 - confidence. Comparisons that cannot be judged are not counted. Intervals get as much wider as verdicts get stricter.
     *
     * @see <a href="https://www.jstor.org/stable/4615733">Holm (1979), a sequentially rejective multiple test procedure</a>
     */
    public static List<Comparison> holm(List<Comparison> comparisons) {
        List<Comparison> adjusted = new ArrayList<>(comparisons);
        List<Integer> byPValue = IntStream.range(0, comparisons.size())
                .filter(index -> comparisons.get(index).pValue() != null)
                .boxed()
                .sorted(Comparator.comparingDouble(
                        index -> comparisons.get(index).pValueOr1()))
                .toList();
        double greatest = 0;
        for (int rank = 0; rank < byPValue.size(); rank++) {
            Comparison comparison = comparisons.get(byPValue.get(rank));
            double pValue = comparison.pValueOr1();
            greatest = Math.max(greatest, pValue * (byPValue.size() - rank));
            adjusted.set(
                    byPValue.get(rank),
                    comparison.amongTests(pValue == 0 ? byPValue.size() - rank : greatest / pValue));
        }
        return List.copyOf(adjusted);
    }

    private Comparison amongTests(double count) {
        return new Comparison(plan, baseline, candidate, raw, effect, adjusted, count);
    }

    public ComparisonPlan plan() {
        return plan;
    }

    /** Over all runs of the baseline. */
    public ClusterSums baseline() {
        return baseline;
    }

    /** Over all runs of the candidate. */
    public ClusterSums candidate() {
        return candidate;
    }

    /** Candidate minus baseline, like for like if that was requested; null if it cannot be judged, or nothing is alike. */
    public @Nullable Difference difference() {
        if (difference == null && effect != null) {
            difference = Difference.of(effect, plan, tests);
        }
        return difference;
    }

    /** Candidate minus baseline as they are; null if it cannot be judged. */
    public @Nullable Difference rawDifference() {
        return raw == null ? null : Difference.of(raw, plan, tests);
    }

    /** The difference's p-value, as if it were the only one; null if it cannot be judged. */
    public @Nullable Double pValue() {
        return effect == null ? null : Difference.pValue(effect, plan);
    }

    /** The p-value after {@link #holm}; null if it cannot be judged. */
    public @Nullable Double adjustedPValue() {
        return effect == null ? null : Math.min(1, pValueOr1() * tests);
    }

    private double pValueOr1() {
        return effect == null ? 1 : Difference.pValue(effect, plan);
    }

    /** How the metric moves within the arms; null if that was not requested or cannot be estimated. */
    public @Nullable Drift drift() {
        return effect == null || Double.isNaN(effect.driftError())
                ? null
                : new Drift(effect.driftPerWeek(), effect.driftError());
    }

    /** What the plain difference is made up of; null if like for like was not requested, or nothing is alike. */
    public @Nullable Attribution attribution() {
        return effect == null || insufficiencyOfArms() != null ? null : effect.attribution();
    }

    /**
     * The drift a week that alone would make the difference; null if the versions ran at the same time, or it cannot be judged. Whether
     * the runs rule such a drift out is another matter: see {@link #isDriftRuledOut}.
     */
    public @Nullable Double driftInstead() {
        Attribution parts = attribution();
        return effect == null || parts == null || Math.abs(effect.weeksApart()) < LEAST_APART
                ? null
                : (effect.value() + parts.drift()) / effect.weeksApart();
    }

    /** Whether the runs show that the metric does not drift so fast. */
    public boolean isDriftRuledOut() {
        Double instead = driftInstead();
        Drift drift = drift();
        return instead != null
                && drift != null
                && Math.abs(instead - drift.perWeek()) > new Confidence(plan.confidence()).z() * drift.standardError();
    }

    public Verdict verdict() {
        if (insufficiencyOfArms() != null) {
            return Verdict.INSUFFICIENT_DATA;
        }
        if (isConfounded()) {
            return Verdict.CONFOUNDED;
        }
        return effect == null ? Verdict.INSUFFICIENT_DATA : verdictOf(effect);
    }

    /** What the difference as it is would come to, if nothing else differed. */
    public Verdict rawVerdict() {
        return raw == null || insufficiencyOfArms() != null ? Verdict.INSUFFICIENT_DATA : verdictOf(raw);
    }

    /** Whether chance alone hardly explains the difference as it is. */
    public boolean isRawDecided() {
        return raw != null && insufficiencyOfArms() == null && isDecided(raw);
    }

    /** Why the verdict is that data are insufficient; null if it is another. */
    public @Nullable Insufficiency insufficiency() {
        if (verdict() != Verdict.INSUFFICIENT_DATA) {
            return null;
        }
        Insufficiency ofArms = insufficiencyOfArms();
        return ofArms == null ? Insufficiency.TOO_FEW_RUNS : ofArms;
    }

    private @Nullable Insufficiency insufficiencyOfArms() {
        if (baseline.ratio() == null || candidate.ratio() == null) {
            return Insufficiency.NOTHING_TO_DIVIDE_BY;
        }
        if (isTooFew(baseline) || isTooFew(candidate)) {
            return Insufficiency.TOO_FEW_RUNS;
        }
        return raw == null ? Insufficiency.NO_SPREAD : null;
    }

    private static boolean isTooFew(ClusterSums arm) {
        return arm.runs() < MIN_RUNS || arm.effectiveRuns() < MIN_EFFECTIVE_RUNS;
    }

    private Verdict verdictOf(Effect of) {
        if (isDecided(of)) {
            if (plan.polarity() == Polarity.UNKNOWN) {
                return of.value() > 0 ? Verdict.HIGHER : Verdict.LOWER;
            }
            return plan.polarity().favours(of.value()) ? Verdict.IMPROVED : Verdict.REGRESSED;
        }
        return isEquivalent(of) ? Verdict.NO_DIFFERENCE_FOUND : Verdict.INSUFFICIENT_DATA;
    }

    private boolean isDecided(Effect of) {
        return Difference.pValue(of, plan) * tests <= plan.significance();
    }

    /**
     * Whether differences of the relevant size are ruled out on both sides.
     *
     * @see <a href="https://doi.org/10.1007/BF01068419">Schuirmann (1987), two one-sided tests</a>
     */
    private boolean isEquivalent(Effect of) {
        return Math.abs(of.value()) + Difference.reach(of, plan, Math.min(1, 2 * plan.significance()))
                < plan.relevantDifference();
    }

    /**
     * Whether nothing alike is left to compare; or what is left points the other way than the whole does; or it points the same
     * way, but within what more runs of this kind will not resolve.
     */
    private boolean isConfounded() {
        if (!adjusted || raw == null) {
            return false;
        }
        if (effect == null || Math.min(effect.baselineRuns(), effect.candidateRuns()) < MIN_EFFECTIVE_RUNS) {
            return true;
        }
        boolean opposite = raw.value() * effect.value() < 0;
        boolean open =
                Math.abs(effect.value()) <= new Confidence(plan.confidence()).z() * Math.sqrt(effect.unresolved());
        return opposite ? isDecided(raw) || isDecided(effect) : isDecided(raw) && !isDecided(effect) && open;
    }

    /**
     * The smallest true difference, in the metric's unit, that runs like these reveal four times out of five. Null if the
     * comparison cannot be judged.
     */
    public @Nullable Double detectableDifference() {
        return effect == null || insufficiencyOfArms() != null
                ? null
                : detectable(
                        effect.baselineVariance() + effect.candidateVariance(),
                        effect.unresolved(),
                        effect.degreesOfFreedom(),
                        effect.degreesOfFreedom());
    }

    /**
     * @param sampling the part of the variance that chance makes
     * @param unresolved the part that only the verdict allows for
     * @param degreesOfFreedom of the verdict
     * @param known degrees of freedom of the runs that show how large the variance is
     */
    private double detectable(double sampling, double unresolved, double degreesOfFreedom, double known) {
        double variance = sampling + unresolved;
        double boundary = plan.standardErrors(variance, degreesOfFreedom, plan.significance() / tests);
        return boundary * Math.sqrt(variance)
                + (Confidence.found(POWER, boundary, known) - boundary) * Math.sqrt(sampling);
    }

    /**
     * How many runs the candidate needs beside those it has, if runs go on varying as they did and the baseline stays as it is,
     * so that a true difference of this size is found four times out of five. Null if it cannot be judged or {@link #isNever}.
     *
     * @param trueDifference in the metric's unit, greater than 0
     * @see <a href="https://doi.org/10.1002/sim.1783">Julious (2004), sample sizes with Normal data</a>
     */
    public @Nullable Long runsStillNeeded(double trueDifference) {
        DoublePredicate enough = enough(trueDifference);
        long runs = enough == null ? NEVER : least(enough);
        return runs == NEVER ? null : runs - candidate.runs();
    }

    /** Whether a difference of this size cannot be revealed with this baseline, however many runs the candidate gets. */
    public boolean isNever(double trueDifference) {
        DoublePredicate enough = enough(trueDifference);
        return enough != null && least(enough) == NEVER;
    }

    /** The smallest number that is enough. A greater one need not be: the longer a candidate runs, the more a drift may have done. */
    private long least(DoublePredicate enough) {
        long few = candidate.runs();
        long many = few;
        while (many < NEVER && !enough.test(many)) {
            few = many;
            many = Math.min(NEVER, many + many / 2 + 1);
        }
        if (many == NEVER) {
            return NEVER;
        }
        while (many - few > 1) {
            long middle = few + (many - few) / 2;
            if (enough.test(middle)) {
                many = middle;
            } else {
                few = middle;
            }
        }
        return many;
    }

    private @Nullable DoublePredicate enough(double trueDifference) {
        if (!(trueDifference > 0)) {
            throw new IllegalArgumentException("Expected a difference greater than 0, found " + trueDifference);
        }
        Effect now = effect;
        if (now == null || insufficiencyOfArms() != null) {
            return null;
        }
        double dependent = now.degreesOfFreedom() / now.freedom(1, 1);
        Forecast forecast = now.forecast();
        double inflated = forecast == null ? 1 : forecast.inflation(1).variance();
        return runs -> {
            double growth = runs / candidate.runs();
            double sampling = now.baselineVariance() + now.candidateVariance() / growth;
            Forecast.Ahead ahead = forecast == null ? new Forecast.Ahead(1, 0) : forecast.inflation(growth);
            return detectable(
                            sampling * ahead.variance() / inflated,
                            ahead.unresolved(),
                            dependent * now.freedom(growth, growth),
                            dependent * now.freedom(growth, 1))
                    <= trueDifference;
        };
    }
}
