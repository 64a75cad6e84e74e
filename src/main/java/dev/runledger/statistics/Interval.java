package dev.runledger.statistics;

/** A range that holds the true value in the stated share of all cases; both ends belong to it. */
public record Interval(double low, double high) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("Expected low <= high, found [%s, %s]".formatted(low, high));
        }
    }

    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    public double width() {
        return high - low;
    }
}
