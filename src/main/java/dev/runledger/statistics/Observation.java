package dev.runledger.statistics;

import java.time.Instant;

/**
 * One point of a history: a run, or all runs of a bucket of time.
 *
 * @param at when the run or the bucket started
 */
public record Observation(Instant at, ClusterSums sums) {}
