package dev.runledger.statistics;

/** What values a ratio can take, and with that how its uncertainty behaves near the ends. */
public enum Scale {
    /** A part of a whole, as approved / evaluated: in [0, 1]. */
    RATE,
    /** So much per something, as cost per question or the mean duration of runs: at least 0, no upper end. */
    AMOUNT
}
