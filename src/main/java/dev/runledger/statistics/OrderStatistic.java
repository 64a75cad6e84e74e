package dev.runledger.statistics;

/** Picks the k-th smallest of many numbers without sorting them all. */
final class OrderStatistic {
    private OrderStatistic() {}

    /**
     * Reorders {@code values[0, length)} so that the {@code k}-th smallest, counted from 0, is at {@code k}, smaller ones
     * before and greater ones after it. Linear time on average.
     *
     * @see <a href="https://doi.org/10.1145/366622.366647">Hoare (1961), algorithm 65: find</a>
     */
    static double select(double[] values, int length, int k) {
        int low = 0;
        int high = length - 1;
        while (low < high) {
            double pivot = values[low + (high - low) / 2];
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] < pivot) {
                    i++;
                }
                while (values[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    double swapped = values[i];
                    values[i++] = values[j];
                    values[j--] = swapped;
                }
            }
            if (k <= j) {
                high = j;
            } else if (k >= i) {
                low = i;
            } else {
                break;
            }
        }
        return values[k];
    }

    /** The middle of {@code values[0, length)}, or the mean of the middle two. Reorders the values. */
    static double median(double[] values, int length) {
        double upper = select(values, length, length / 2);
        return length % 2 == 1 ? upper : (upper + select(values, length, length / 2 - 1)) / 2;
    }
}
