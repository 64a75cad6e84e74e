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
    /** More runs than this no pipeline makes. */
    private static final long NEVER = 1_000_000_000_000L;

    private final ComparisonPlan plan;
    private final ClusterSums history;
    private final double variancePerRun;
    private final double designEffect;

    private ExperimentPlan(ComparisonPlan plan, ClusterSums history, double variancePerRun, double designEffect) {
        this.plan = plan;
        this.history = history;
        this.variancePerRun = variancePerRun;
        this.designEffect = designEffect;
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
        history.stream().sorted(Comparator.comparing(Observation::at)).forEach(observation -> {
            ClusterSums run = observation.sums();
            double residual = run.x().doubleValue() - ratio * run.m().doubleValue();
            arm.add(observation, influence, residual, run.squaredResiduals(ratio));
        });
        Dependence dependence = Dependence.of(arm, arm, 2, plan.scale());
        if (dependence == null) {
            return null;
        }
        double variance = dependence.baselineVariance() * sums.runs();
        return variance == 0 ? null : new ExperimentPlan(plan, sums, variance, dependence.designEffect());
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
        return detectable(2 * variancePerRun / runs, 2 * effective(runs) - 2);
    }

    /** The smallest true difference that so many runs of a candidate reveal, if the history is the baseline. */
    public double detectableByCandidate(long runs) {
        double shareOfHistory = (double) runs / (runs + history.runs());
        double shareOfCandidate = 1 - shareOfHistory;
        double freedom = 1
                / (shareOfHistory * shareOfHistory / Math.max(1, history.effectiveRuns() - 1)
                        + shareOfCandidate * shareOfCandidate / Math.max(1, effective(runs) - 1));
        return detectable(variancePerRun / runs + variancePerRun / history.runs(), freedom);
    }

    private double effective(long runs) {
        return runs * history.effectiveRuns() / history.runs();
    }

    private double detectable(double variance, double independentFreedom) {
        double freedom = Math.max(1, independentFreedom / designEffect);
        return (plan.standardErrors(variance, freedom, plan.significance()) + Confidence.t(1 - POWER, freedom))
                * Math.sqrt(variance);
    }

    private static @Nullable Long least(double difference, LongPredicate enough) {
        if (!(difference > 0)) {
            throw new IllegalArgumentException("Expected a difference greater than 0, found " + difference);
        }
        long few = Comparison.MIN_RUNS - 1;
        long many = NEVER;
        if (!enough.test(many)) {
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
