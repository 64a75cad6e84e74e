package dev.runledger.statistics;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * What shows when a version is gone back to: if it does not do as it did before, something else changed meanwhile, and the version in
 * between may owe as much to that.
 */
final class Return {
    /** Runs of both versions at one time say more than that, so that few of them may be there at most. */
    private static final double MOST_BETWEEN = 0.1;

    private Return() {}

    /** The variance of the difference that levels which change between stretches of versions make beyond chance; 0 if none does. */
    static double variance(List<ComparisonCell> cells, double designEffect) {
        return Math.max(around(cells, false, designEffect), around(cells, true, designEffect));
    }

    /** @param outer whether the candidate is used, left and used again, rather than the baseline */
    private static double around(List<ComparisonCell> cells, boolean outer, double designEffect) {
        Instant first = null;
        Instant last = null;
        for (ComparisonCell cell : cells) {
            Instant at = cell.observation().at();
            if (cell.candidate() != outer) {
                first = first == null || at.isBefore(first) ? at : first;
                last = last == null || at.isAfter(last) ? at : last;
            }
        }
        if (first == null || last == null) {
            return 0;
        }
        Instant begins = first;
        Instant ends = last;
        ClusterSums before = sums(cells, outer, at -> at.isBefore(begins));
        ClusterSums after = sums(cells, outer, at -> at.isAfter(ends));
        ClusterSums all = sums(cells, outer, at -> true);
        Double varianceBefore = before.variance();
        Double varianceAfter = after.variance();
        Double levelBefore = before.ratio();
        Double levelAfter = after.ratio();
        if (varianceBefore == null
                || varianceAfter == null
                || levelBefore == null
                || levelAfter == null
                || all.runs() - before.runs() - after.runs() > MOST_BETWEEN * all.runs()) {
            return 0;
        }
        double step = levelAfter - levelBefore;
        double between = (step * step - designEffect * (varianceBefore + varianceAfter)) / 2;
        // The mean of two stretches against one.
        return 1.5 * Math.max(0, between);
    }

    private static ClusterSums sums(List<ComparisonCell> cells, boolean candidate, Predicate<Instant> when) {
        return cells.stream()
                .filter(cell -> cell.candidate() == candidate
                        && when.test(cell.observation().at()))
                .map(cell -> cell.observation().sums())
                .reduce(ClusterSums.NONE, ClusterSums::plus);
    }
}
