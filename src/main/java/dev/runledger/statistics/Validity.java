package dev.runledger.statistics;

/** When a verdict may be read without being misled. */
public enum Validity {
    /** Whenever one likes and as often as one likes: the chance that it is ever wrong is bounded. Wider intervals. */
    ALWAYS_VALID,
    /** Once, at a number of runs that was fixed before the first one. Narrower intervals. */
    FIXED_HORIZON
}
