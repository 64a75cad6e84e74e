package dev.runledger.metric;

/** Which way a metric should move. */
public enum Polarity {
    /** As approval rate, scores. */
    HIGHER_IS_BETTER,
    /** As duration, cost, duplicates. */
    LOWER_IS_BETTER,
    /** Of a reporter's own metric, until an administrator says. */
    UNKNOWN;

    /** True if a change by {@code difference}, which is not zero, is for the better. */
    public boolean favours(double difference) {
        return this == HIGHER_IS_BETTER ? difference > 0 : difference < 0;
    }
}
