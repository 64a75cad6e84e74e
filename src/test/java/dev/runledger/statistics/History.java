package dev.runledger.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Simulated histories: runs of 50 questions that resemble each other. */
final class History {
    static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    static final double CORRELATION = 0.05;
    private static final int QUESTIONS = 50;

    private final SplittableRandom random;

    History(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * One run whose questions are each approved with probability {@code rate}, and correlate by {@link #CORRELATION}: Pólya's
     * urn, whose draws are beta-binomial.
     */
    ClusterSums run(double rate) {
        double weight = (1 - CORRELATION) / CORRELATION;
        int approved = 0;
        for (int drawn = 0; drawn < QUESTIONS; drawn++) {
            double next = (weight * rate + approved) / (weight + drawn);
            approved += random.nextDouble() < next ? 1 : 0;
        }
        return ClusterSums.of(approved, QUESTIONS);
    }

    ClusterSums runs(int count, double rate) {
        return IntStream.range(0, count).mapToObj(i -> run(rate)).reduce(ClusterSums.NONE, ClusterSums::plus);
    }

    /** A run a day, the i-th at the rate that {@code rate} gives. */
    List<Observation> daily(int days, IntToDoubleFunction rate) {
        return IntStream.range(0, days)
                .mapToObj(day -> new Observation(day(day), run(rate.applyAsDouble(day))))
                .toList();
    }

    static Instant day(int day) {
        return START.plus(Duration.ofDays(day));
    }
}
