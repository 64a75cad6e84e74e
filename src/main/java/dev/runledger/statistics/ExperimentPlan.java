package dev.runledger.statistics;

import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How many runs a comparison will take, before it begins: if they vary as the history did, a true difference is found four
 * times out of five.
 *
 * @see <a href="https://doi.org/10.1002/sim.1783">Julious (2004), sample sizes with Normal data</a>
 */
public final class ExperimentPlan {
    private static final double POWER = 0.8;
    /** At a fixed horizon one difference in eight is taken for a drift that shows by chance, if the candidate follows the baseline. */
    private static final double POWER_BUT_FOR_DRIFT = 0.91;

    /** More runs than this no pipeline makes. */
    private static final long NEVER = 1_000_000_000_000L;

    private final ComparisonPlan plan;
    private final ClusterSums history;
    private final double variancePerRun;
    private final double designEffect;
    private final Forecast afterwards;

    private ExperimentPlan(
            ComparisonPlan plan, ClusterSums history, double variancePerRun, double designEffect, Forecast afterwards) {
        this.plan = plan;
        this.history = history;
        this.variancePerRun = variancePerRun;
        this.designEffect = designEffect;
        this.afterwards = afterwards;
    }

    /**
     * @param history single runs, or days, in any order
     * @return null if it does not show how much runs vary: fewer than three, one that is nearly all there is, or no spread
     */
    public static @Nullable ExperimentPlan of(List<Observation> history, ComparisonPlan plan) {
        ClusterSums sums = history.stream().map(Observation::sums).reduce(ClusterSums.NONE, ClusterSums::plus);
        Double ratio = sums.ratio();
        if (ratio == null || sums.runs() < Comparison.MIN_RUNS) {
            return null;
        }
        Arm arm = new Arm();
        double influence = 1 / sums.m().doubleValue();
        List<Observation> inOrder =
                history.stream().sorted(Comparator.comparing(Observation::at)).toList();
        double squares = 0;
        for (Observation observation : inOrder) {
            ClusterSums run = observation.sums();
            double residual = run.x().doubleValue() - ratio * run.m().doubleValue();
            double squared = run.residuals().squared(ratio);
            squares += squared;
            arm.add(observation, influence, residual, squared);
        }
        Dependence dependence = Dependence.of(arm, arm, 2, plan.scale());
        if (dependence == null) {
            return null;
        }
        double variance = dependence.baselineVariance() * sums.runs();
        if (variance == 0) {
            return null;
        }
        double noise = squares / sums.m().doubleValue() * dependence.designEffect();
        return new ExperimentPlan(
                plan,
                sums,
                variance,
                dependence.designEffect(),
                Forecast.afterwards(inOrder, noise, plan, plan.scale() == Scale.RATE ? 1 : Math.abs(ratio)));
    }

    /** By how much the likeness of runs inflates the variance, at least 1. */
    public double designEffect() {
        return designEffect;
    }

    /** Of one run's value: its standard deviation in the metric's unit, dependence allowed for. */
    public double deviationPerRun() {
        return Math.sqrt(variancePerRun);
    }

    /** How many runs either version needs, if both get as many; null if no number is enough. */
    public @Nullable Long runsPerVersion(double difference) {
        return least(difference, runs -> detectablePerVersion(runs) <= difference);
    }

    /** How many runs a candidate needs if the history is the baseline; null if no number is enough. */
    public @Nullable Long runsOfCandidate(double difference) {
        return least(difference, runs -> detectableByCandidate(runs) <= difference);
    }

    /** The smallest true difference that so many runs of either version reveal. */
    public double detectablePerVersion(long runs) {
        return detectable(2 * variancePerRun / runs, 0, 2 * effective(runs) - 2, POWER);
    }

    /** The smallest true difference that so many runs of a candidate reveal, if the history is the baseline. */
    public double detectableByCandidate(long runs) {
        double shareOfHistory = (double) runs / (runs + history.runs());
        double shareOfCandidate = 1 - shareOfHistory;
        double freedom = 1
                / (shareOfHistory * shareOfHistory / Math.max(1, history.effectiveRuns() - 1)
                        + shareOfCandidate * shareOfCandidate / Math.max(1, effective(runs) - 1));
        Forecast.Ahead ahead = afterwards.inflation((double) runs / history.runs());
        return detectable(
                (variancePerRun / runs + variancePerRun / history.runs()) * ahead.variance(),
                ahead.unresolved(),
                freedom,
                plan.isAlwaysValid() ? POWER : POWER_BUT_FOR_DRIFT);
    }

    private double effective(long runs) {
        return runs * history.effectiveRuns() / history.runs();
    }

    /** As of a comparison under way, the history showing how much runs vary. */
    private double detectable(double sampling, double unresolved, double independentFreedom, double power) {
        double variance = sampling + unresolved;
        double freedom = Math.max(1, independentFreedom / designEffect);
        double known = Math.max(1, (history.effectiveRuns() - 1) / designEffect);
        double boundary = plan.standardErrors(variance, freedom, plan.significance());
        return boundary * Math.sqrt(variance)
                + (Confidence.found(power, boundary, known) - boundary) * Math.sqrt(sampling);
    }

    private static @Nullable Long least(double difference, LongPredicate enough) {
        if (!(difference > 0)) {
            throw new IllegalArgumentException("Expected a difference greater than 0, found " + difference);
        }
        long few = Comparison.MIN_RUNS - 1;
        long many = few + 1;
        while (many < NEVER && !enough.test(many)) {
            few = many;
            many = Math.min(NEVER, many + many / 2 + 1);
        }
        if (many == NEVER) {
            return null;
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
}
