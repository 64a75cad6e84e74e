package dev.runledger.metric;

/** What a metric's value counts. */
public enum Unit {
    SHARE,
    SCORE,
    SECONDS,
    USD,
    CALLS,
    TOKENS,
    ERRORS,
    COUNT,
    NUMBER
}
