package dev.runledger.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * One metric over two sets of runs. Whatever else differs between the sets differs in the comparison too: only the numbers
 * are judged here, not what caused them.
 *
 * @param difference null if it cannot be judged: too few runs, nothing to divide by, or amounts without any spread
 * @param adjustedPValue the difference's p-value after {@link #holm}, or as it is if only this comparison was made
 */
public record Comparison(
        ComparisonPlan plan,
        ClusterSums baseline,
        ClusterSums candidate,
        @Nullable Difference difference,
        @Nullable Double adjustedPValue) {

    /** What a comparison comes to. */
    public enum Verdict {
        /** The candidate is better, and chance alone hardly explains it. */
        IMPROVED,
        /** The candidate is worse, and chance alone hardly explains it. */
        REGRESSED,
        /** A relevant difference would probably have been seen, and none was. */
        NO_DIFFERENCE_FOUND,
        /** No difference was found, but the runs are too few to reveal a relevant one. */
        INSUFFICIENT_DATA
    }

    /** Fewest runs in each arm for which misses were measured to keep to the confidence asked for. */
    static final int MIN_RUNS = 3;

    /** More than anybody will ever make. */
    private static final double MAX_RUNS = 1e12;

    private static final double POWER = 0.8;

    public static Comparison of(ClusterSums baseline, ClusterSums candidate, ComparisonPlan plan) {
        Difference difference = Difference.between(baseline, candidate, plan.scale(), plan.confidence());
        return new Comparison(plan, baseline, candidate, difference, difference == null ? null : difference.pValue());
    }

    /**
     * Adjusts comparisons that are made and read together, so that the chance of even one false alarm among them stays at
     * 1 - confidence. Comparisons that cannot be judged are not counted; intervals remain those of each alone.
     *
     * @see <a href="https://www.jstor.org/stable/4615733">Holm (1979), a sequentially rejective multiple test procedure</a>
     */
    public static List<Comparison> holm(List<Comparison> comparisons) {
        List<Comparison> adjusted = new ArrayList<>(comparisons);
        List<Integer> byPValue = IntStream.range(0, comparisons.size())
                .filter(index -> comparisons.get(index).difference != null)
                .boxed()
                .sorted(Comparator.comparingDouble(
                        index -> comparisons.get(index).pValue()))
                .toList();
        double greatest = 0;
        for (int rank = 0; rank < byPValue.size(); rank++) {
            Comparison comparison = comparisons.get(byPValue.get(rank));
            greatest = Math.max(greatest, Math.min(1, comparison.pValue() * (byPValue.size() - rank)));
            adjusted.set(byPValue.get(rank), comparison.adjustedTo(greatest));
        }
        return List.copyOf(adjusted);
    }

    public Verdict verdict() {
        Double detectable = detectableDifference();
        if (difference == null || adjustedPValue == null || detectable == null) {
            return Verdict.INSUFFICIENT_DATA;
        }
        if (adjustedPValue <= new Confidence(plan.confidence()).significance()) {
            return plan.polarity().favours(difference.value()) ? Verdict.IMPROVED : Verdict.REGRESSED;
        }
        return detectable <= plan.relevantDifference() ? Verdict.NO_DIFFERENCE_FOUND : Verdict.INSUFFICIENT_DATA;
    }

    /**
     * The smallest true difference, in the metric's unit, that runs like these reveal four times out of five. Null if the
     * comparison cannot be judged, or an arm has fewer than three runs.
     */
    public @Nullable Double detectableDifference() {
        if (difference == null || Math.min(baseline.runs(), candidate.runs()) < MIN_RUNS) {
            return null;
        }
        return standardErrorsToSee(difference.degreesOfFreedom()) * difference.standardError();
    }

    /**
     * How many runs each arm must have in all, so that a true difference of this size is found four times out of five, if
     * runs go on varying as they did. Null if the comparison cannot be judged.
     *
     * @param trueDifference in the metric's unit, greater than 0
     * @return null if it cannot be judged, or would take more than 10^12
     * @see <a href="https://doi.org/10.1002/sim.1783">Julious (2004), sample sizes with Normal data</a>
     */
    public @Nullable Long runsPerArm(double trueDifference) {
        if (!(trueDifference > 0)) {
            throw new IllegalArgumentException("Expected a difference greater than 0, found " + trueDifference);
        }
        if (difference == null) {
            return null;
        }
        double perRun = perRunVariance(baseline) + perRunVariance(candidate);
        double known = standardErrorsToSee(1e9);
        double enough = Math.pow(known * Math.sqrt(perRun) / trueDifference, 2);
        if (!(enough <= MAX_RUNS)) {
            return null;
        }
        long runs = Math.max(MIN_RUNS, (long) enough);
        while (standardErrorsToSee(2.0 * (runs - 1)) * Math.sqrt(perRun / runs) > trueDifference) {
            runs++;
        }
        return runs;
    }

    /** {@link #runsPerArm} less the runs that the smaller arm has already, at least 0. */
    public @Nullable Long runsStillNeeded(double trueDifference) {
        Long needed = runsPerArm(trueDifference);
        return needed == null ? null : Math.max(0, needed - Math.min(baseline.runs(), candidate.runs()));
    }

    private Comparison adjustedTo(double pValue) {
        return new Comparison(plan, baseline, candidate, difference, pValue);
    }

    private double pValue() {
        return difference == null ? 1 : difference.pValue();
    }

    private double perRunVariance(ClusterSums arm) {
        Double variance = Difference.variance(arm, plan.scale());
        return variance == null ? 0 : variance * arm.runs();
    }

    private double standardErrorsToSee(double degreesOfFreedom) {
        return new Confidence(plan.confidence()).t(degreesOfFreedom)
                + TDistribution.of(degreesOfFreedom).inverseCumulativeProbability(POWER);
    }
}
