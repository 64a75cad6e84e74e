package dev.runledger.analytics.statistics;

/**
 * How much a series remembers. Tests of a series assume that neighbours are independent; where a slow drift or a bad week
 * makes them alike, the evidence is worth less than its length says.
 */
final class SerialCorrelation {
    /** In fewer points a correlation cannot be told from chance. */
    private static final int MIN_POINTS = 10;

    private static final double SIGNIFICANT = 1.645;
    private static final double MOST = 0.9;

    private SerialCorrelation() {}

    /**
     * By how much the variance of a sum over the series exceeds that of independent points: (1 + r) / (1 - r) with r the
     * lag-1 correlation, corrected for its bias after fitting two parameters. 1 where no positive correlation shows.
     *
     * @param residuals in order of time, what is left of the series after what the test looks for was removed
     * @see <a href="https://doi.org/10.1061/(ASCE)1084-0699(2003)8:2(60)">Matalas and Sankarasubramanian (2003), effect of
     *     persistence on trend detection</a>
     */
    static double varianceInflation(double[] residuals) {
        int points = residuals.length;
        double squares = 0;
        double products = 0;
        for (int i = 0; i < points; i++) {
            squares += residuals[i] * residuals[i];
            products += i == 0 ? 0 : residuals[i] * residuals[i - 1];
        }
        if (points < MIN_POINTS || squares == 0) {
            return 1;
        }
        double correlation = Math.min(MOST, (points * products / squares + 2) / (points - 4));
        return correlation * Math.sqrt(points) < SIGNIFICANT ? 1 : (1 + correlation) / (1 - correlation);
    }
}
