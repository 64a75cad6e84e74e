package dev.runledger.alert;

/** What a rule looks for in the runs of its scope. */
public enum AlertKind {
    /** So many of the last runs are beyond the threshold, each by its own value. */
    CONSECUTIVE,
    /** The metric over the last runs is beyond the threshold, with confidence. */
    RATE,
    /** The metric has changed for the worse, at once or little by little. */
    CHANGE,
    /** So many of the last runs failed. */
    FAILED,
    /** No run began when one should have. */
    MISSING,
    /** A run goes on for too long. */
    STUCK,
    /** A run goes on for too many times the usual duration. */
    SLOW,
    /** More was spent in a period of the calendar than should be, or will be. */
    BUDGET;

    /** Whether rules of this kind look at the metric of runs. */
    boolean hasMetric() {
        return hasThreshold() || this == CHANGE;
    }

    /** Whether rules of this kind compare the metric of runs with a threshold. */
    boolean hasThreshold() {
        return this == CONSECUTIVE || this == RATE;
    }

    /** Whether time alone can trip rules of this kind, or resolve what they raised. */
    boolean goesByTheClock() {
        return this == MISSING || this == STUCK || this == SLOW || this == BUDGET;
    }
}
