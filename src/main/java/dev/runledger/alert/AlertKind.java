package dev.runledger.alert;

/** What a rule looks for in the runs of its scope. */
public enum AlertKind {
    /** So many of the last runs are beyond the threshold, each by its own value. */
    CONSECUTIVE,
    /** The metric over the last runs is beyond the threshold, with confidence. */
    RATE,
    /** So many of the last runs failed. */
    FAILED
}
