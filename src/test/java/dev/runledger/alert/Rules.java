package dev.runledger.alert;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** Rules as users define them, and histories to put through them. */
final class Rules {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Rules() {}

    static RuleDefinition rate(Metric metric, double threshold) {
        return of("rate", AlertKind.RATE, metric, RunFilter.ALL, threshold, null, null);
    }

    static RuleDefinition rateOfHours(Metric metric, RunFilter filter, double threshold, int hours) {
        return RuleDefinition.of(
                "rate of hours",
                AlertKind.RATE,
                metric,
                filter,
                null,
                threshold,
                null,
                null,
                null,
                null,
                0.9,
                null,
                null,
                hours,
                null);
    }

    static RuleDefinition consecutive(Metric metric, double threshold, int runs, int ofLast) {
        return of("consecutive", AlertKind.CONSECUTIVE, metric, RunFilter.ALL, threshold, runs, ofLast);
    }

    static RuleDefinition of(
            String name,
            AlertKind kind,
            Metric metric,
            RunFilter filter,
            Double threshold,
            Integer runs,
            Integer ofLast) {
        return RuleDefinition.of(
                name, kind, metric, filter, null, threshold, runs, ofLast, null, null, 0.9, null, null, null, null);
    }

    static RuleDefinition grouped(String name, Metric metric, double threshold, int runs, Dimension groupBy) {
        return RuleDefinition.of(
                name,
                AlertKind.CONSECUTIVE,
                metric,
                RunFilter.ALL,
                null,
                threshold,
                runs,
                runs,
                null,
                null,
                0.9,
                null,
                null,
                null,
                groupBy);
    }

    static RuleDefinition failed(String name, FailureCondition failure) {
        return RuleDefinition.of(
                name,
                AlertKind.FAILED,
                null,
                RunFilter.ALL,
                null,
                null,
                1,
                1,
                null,
                null,
                0.9,
                null,
                failure,
                null,
                null);
    }

    /** Runs every eight hours. */
    static List<RunValue> history(List<ClusterSums> sums) {
        return IntStream.range(0, sums.size())
                .mapToObj(i -> {
                    Instant start = START.plus(Duration.ofHours(8L * i));
                    return new RunValue(
                            new UUID(0, i),
                            start,
                            start.plusSeconds(600),
                            sums.get(i).x().doubleValue(),
                            sums.get(i).m().doubleValue());
                })
                .toList();
    }
}
