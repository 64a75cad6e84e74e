package dev.runledger.analytics;

/** Something that differs between the runs compared, in words with the figures of both. */
public record Confounder(ConfounderKind kind, String words) {}
