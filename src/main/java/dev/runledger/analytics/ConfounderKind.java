package dev.runledger.analytics;

/** What can differ beside what is compared. */
public enum ConfounderKind {
    ARBITER_THRESHOLD,
    ARBITER_CONFIG,
    ENVIRONMENT,
    TRIGGER,
    PROVIDER_MIX,
    QUESTION_TYPE_MIX,
    DIFFICULTY_MIX,
    TIME_TREND
}
