package dev.runledger.statistics;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Which of n values in order bound a percentile, whatever their distribution: the number of values below it is binomial.
 *
 * @param low rank of the lower end, from 1; 0 if there are too few values for one
 * @param high rank of the upper end; n + 1 if there are too few values for one
 * @see <a href="https://doi.org/10.1002/0471722162.ch7">David and Nagaraja (2003), order statistics, section 7.1</a>
 */
public record RankInterval(int low, int high) {

    /**
     * @param values n, at least 1
     * @param share below the percentile, in (0, 1): 0.5 for the median
     * @param confidence in (0, 1), usually 0.95; held at least, each end being missed in at most half of what is left
     */
    public static RankInterval of(int values, double share, double confidence) {
        double miss = new Confidence(confidence).significance() / 2;
        BinomialDistribution below = BinomialDistribution.of(values, share);
        int low = below.inverseCumulativeProbability(miss);
        while (low > 0 && below.cumulativeProbability(low - 1) > miss) {
            low--;
        }
        int high = Math.max(1, below.inverseSurvivalProbability(miss) + 1);
        while (below.survivalProbability(high - 1) > miss) {
            high++;
        }
        return new RankInterval(low, high);
    }
}
