package dev.runledger.statistics;

import java.util.stream.IntStream;

/** Keeps the share of false alarms among all alarms of tests that are read together. */
final class FalseDiscoveries {
    private FalseDiscoveries() {}

    /**
     * By how much each p-value grows for being one of many: the smallest p_(j) n / j over all j from its own rank on, over p. If
     * there is nothing to find at all, the chance of any alarm stays what it is for one test.
     *
     * @see <a href="https://www.jstor.org/stable/2346101">Benjamini and Hochberg (1995), controlling the false discovery rate</a>
     */
    static double[] factors(double[] pValues) {
        int[] order = IntStream.range(0, pValues.length)
                .boxed()
                .sorted((a, b) -> Double.compare(pValues[b], pValues[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] factors = new double[pValues.length];
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < order.length; i++) {
            int rank = order.length - i;
            double pValue = pValues[order[i]];
            least = Math.min(least, pValue * order.length / rank);
            factors[order[i]] = pValue == 0 ? (double) order.length / rank : least / pValue;
        }
        return factors;
    }
}
