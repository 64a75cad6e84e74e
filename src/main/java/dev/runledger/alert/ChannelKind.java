package dev.runledger.alert;

/** By what messages about alerts go to a channel. */
public enum ChannelKind {
    WEBHOOK,
    SLACK,
    PAGERDUTY,
    EMAIL
}
