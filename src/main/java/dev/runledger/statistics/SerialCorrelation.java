package dev.runledger.statistics;

/**
 * How alike neighbours of a series are. Where a slow drift or a bad week makes them alike, the evidence is worth less than its
 * length says.
 */
final class SerialCorrelation {
    /** More than this cannot be distinguished from a level that moved. */
    private static final double MOST = 0.9;

    private SerialCorrelation() {}

    /**
     * The correlation of neighbours, in [0, {@value #MOST}]: (r n + p) / (n - 4), where r is that of the residuals, which is too
     * low since they were taken from levels that the same series gave. Without a gate of significance: short series of alike
     * neighbours are the ones that mislead.
     *
     * @param residuals in order of time, one array per stretch of neighbours
     * @param fitted p: how many levels and slopes they were taken from
     * @see <a href="https://doi.org/10.1093/biomet/41.3-4.403">Kendall (1954), bias in the estimation of autocorrelation</a>
     */
    static double of(double[][] residuals, double fitted) {
        double neighbours = 0;
        double squares = 0;
        int points = 0;
        for (double[] stretch : residuals) {
            for (int i = 0; i < stretch.length; i++) {
                squares += stretch[i] * stretch[i];
                neighbours += i == 0 ? 0 : stretch[i] * stretch[i - 1];
            }
            points += stretch.length;
        }
        if (squares == 0 || points <= 4) {
            return 0;
        }
        double corrected = (neighbours / squares * points + fitted) / (points - 4);
        return Math.min(MOST, Math.max(0, corrected));
    }

    /** By how much the variance of a sum over the series exceeds that of independent points: (1 + r) / (1 - r). */
    static double varianceInflation(double correlation) {
        return (1 + correlation) / (1 - correlation);
    }
}
