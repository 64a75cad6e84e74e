package dev.runledger.statistics;

/**
 * A run on one side of a comparison, or all runs of one day that are alike in what is adjusted for.
 *
 * @param candidate whether it belongs to the candidate rather than to the baseline
 * @param stratum what like is compared with like within, as environment, arbiter and trigger
 * @param mix shares of kinds of questions in [0, 1], as of difficulties: how much they matter is estimated from the runs and by an
 *     assumption, so that a mix which hardly varies does no harm
 * @param settings numbers that may matter any amount, as a threshold
 */
public record ComparisonCell(
        boolean candidate, Observation observation, String stratum, double[] mix, double[] settings) {

    private static final double[] NONE = {};

    /** A cell that is compared as it is. */
    public static ComparisonCell of(boolean candidate, Observation observation) {
        return new ComparisonCell(candidate, observation, "", NONE, NONE);
    }

    /** The same, to be compared as it is. */
    ComparisonCell unadjusted() {
        return of(candidate, observation);
    }
}
