package dev.runledger.alert;

import dev.runledger.statistics.ClusterSums;
import java.time.Instant;
import java.util.UUID;

/**
 * A finished run as a rule sees it.
 *
 * @param startedAt runs come in the order in which they started
 * @param endedAt as reported; when it started, if it was not
 * @param sums its numerator and denominator of the metric
 */
public record RunValue(UUID id, Instant startedAt, Instant endedAt, ClusterSums sums) {}
