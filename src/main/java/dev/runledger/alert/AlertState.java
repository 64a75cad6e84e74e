package dev.runledger.alert;

/** Where a rule is, as of the last run. */
public enum AlertState {
    /** Nothing is wrong. */
    OK,
    /** Something may be wrong, and not yet often or certainly enough. */
    PENDING,
    /** Something is wrong, and has not recovered. */
    FIRING,
    /** Not enough to decide: too few of the runs, or none of the last ones, have the value. */
    NO_DATA,
    /** The rule could not be evaluated. */
    ERROR
}
