package dev.runledger.statistics;

import java.util.Arrays;

/**
 * The Theil-Sen slope of a series with Mann and Kendall's test of whether it is zero. Neither cares how the values are
 * distributed, nor for a few wild ones, nor whether the times are even; equal times and equal values are allowed for.
 *
 * @param slope median of the slopes between all pairs of different times, in units of value per unit of time
 * @param interval the slope's, after Sen
 * @param pValue two-sided, by the normal approximation with continuity correction
 * @see <a href="https://doi.org/10.1023/B:WARM.0000043140.61082.60">Yue and Wang (2004), the Mann-Kendall test modified by
 *     effective sample size</a>
 * @see <a href="https://doi.org/10.1080/01621459.1968.10480934">Sen (1968), regression coefficient based on Kendall's tau</a>
 */
record MannKendall(double slope, Interval interval, double pValue) {

    /**
     * @param times ascending, with at least two different ones
     * @param values of the same length n; needs 4 n² bytes for the pairs
     */
    static MannKendall of(double[] times, double[] values, Confidence confidence) {
        int points = times.length;
        double[] slopes = new double[points * (points - 1) / 2];
        int pairs = 0;
        long concordance = 0;
        for (int i = 0; i < points; i++) {
            for (int j = i + 1; j < points; j++) {
                if (times[j] > times[i]) {
                    slopes[pairs++] = (values[j] - values[i]) / (times[j] - times[i]);
                    concordance += (long) Math.signum(values[j] - values[i]);
                }
            }
        }
        double slope = OrderStatistic.median(slopes, pairs);
        double variance = variance(times, values) * inflation(times, values, slope);
        double deviation = Math.sqrt(variance);
        double pValue = concordance == 0 ? 1 : Confidence.twoSided((Math.abs(concordance) - 1) / deviation);
        int rank = (int) Math.rint((pairs - confidence.z() * deviation) / 2);
        double low = OrderStatistic.select(slopes, pairs, Math.max(rank - 1, 0));
        double high = OrderStatistic.select(slopes, pairs, Math.min(pairs - rank, pairs - 1));
        return new MannKendall(slope, new Interval(low, high), pValue);
    }

    /**
     * Of the number of pairs that rise less those that fall, if there is no trend.
     *
     * @see <a href="https://books.google.com/books?id=hiBMAAAAMAAJ">Kendall (1970), rank correlation methods, chapter 4</a>
     */
    private static double variance(double[] times, double[] values) {
        double n = times.length;
        double[] timeTies = tieSums(times);
        double[] valueTies = tieSums(values);
        return (n * (n - 1) * (2 * n + 5) - timeTies[2] - valueTies[2]) / 18
                + timeTies[0] * valueTies[0] / (2 * n * (n - 1))
                + timeTies[1] * valueTies[1] / (9 * n * (n - 1) * (n - 2));
    }

    /** Over all groups of t equal values: Σ t(t-1), Σ t(t-1)(t-2) and Σ t(t-1)(2t+5). */
    private static double[] tieSums(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double[] sums = new double[3];
        for (int start = 0, end; start < sorted.length; start = end) {
            end = start + 1;
            while (end < sorted.length && sorted[end] == sorted[start]) {
                end++;
            }
            double tied = end - start;
            sums[0] += tied * (tied - 1);
            sums[1] += tied * (tied - 1) * (tied - 2);
            sums[2] += tied * (tied - 1) * (2 * tied + 5);
        }
        return sums;
    }

    private static double inflation(double[] times, double[] values, double slope) {
        double[] residuals = new double[times.length];
        double mean = 0;
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = values[i] - slope * times[i];
            mean += residuals[i] / residuals.length;
        }
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] -= mean;
        }
        return SerialCorrelation.varianceInflation(SerialCorrelation.of(new double[][] {residuals}, 2));
    }
}
