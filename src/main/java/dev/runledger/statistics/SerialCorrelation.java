package dev.runledger.statistics;

import java.util.Arrays;

/**
 * How much a series remembers. Tests of a series assume that neighbours are independent; where a slow drift or a bad week
 * makes them alike, the evidence is worth less than its length says.
 */
final class SerialCorrelation {
    /** In fewer points a correlation cannot be told from chance. */
    private static final int MIN_POINTS = 30;
    /** The greatest differences are left out, so that shifts of the level are not taken for memory. */
    private static final double TRIMMED = 0.1;

    private static final double SIGNIFICANT = 1.645;
    /** Of the correlation told from a series without any, times its length; simulated. */
    private static final double VARIANCE = 3;

    private static final double MOST = 0.9;

    private SerialCorrelation() {}

    /**
     * By how much the variance of a sum over the series exceeds that of independent points: (1 + r) / (1 - r), if each point
     * remembers r of the one before. r is told from how much further apart points two steps away are than points one step
     * away; 1 where it is not clearly above zero.
     *
     * @param series in order of time, without its trend
     * @see <a href="https://doi.org/10.3150/15-BEJ782">Chakar et al. (2017), change-points in the mean of an AR(1) process</a>
     */
    static double varianceInflation(double[] series) {
        int points = series.length;
        double oneStep = points < MIN_POINTS ? 0 : squaredDifferences(series, 1);
        if (oneStep == 0) {
            return 1;
        }
        double correlation = Math.min(MOST, squaredDifferences(series, 2) / oneStep - 1);
        return correlation < SIGNIFICANT * Math.sqrt(VARIANCE / points) ? 1 : (1 + correlation) / (1 - correlation);
    }

    private static double squaredDifferences(double[] series, int steps) {
        double[] squares = new double[series.length - 2];
        for (int i = 2; i < series.length; i++) {
            squares[i - 2] = (series[i] - series[i - steps]) * (series[i] - series[i - steps]);
        }
        Arrays.sort(squares);
        int kept = squares.length - (int) Math.ceil(TRIMMED * series.length);
        return Arrays.stream(squares, 0, kept).sum();
    }
}
