package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.statistics.ClusterSums;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A finished run, or all of a stretch of days that are alike in what they were made with.
 *
 * @param id of the run; null if these are several
 * @param attributes what they were made with, by dimensions of runs; null where runs do not report it
 * @param runs how many
 * @param threshold the score from which the arbiter approved, on average; null if none reports it
 * @param counts questions by name, of providers, types and difficulties; empty where none reports any
 */
record RunCell(
        Instant at,
        @Nullable UUID id,
        Map<Dimension, String> attributes,
        long runs,
        @Nullable Double threshold,
        Map<Dimension, Map<String, Double>> counts,
        Map<Metric, ClusterSums> sums) {

    ClusterSums of(Metric metric) {
        return sums.getOrDefault(metric, ClusterSums.NONE);
    }

    /** What it was made with; none where that is not reported. */
    String attribute(Dimension dimension) {
        return attributes.getOrDefault(dimension, "none");
    }

    Map<String, Double> counts(Dimension dimension) {
        return counts.getOrDefault(dimension, Map.of());
    }
}
