package dev.runledger.analytics;

import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Metric.Counted;
import dev.runledger.metric.Unit;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.Sums;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Scale;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The figures of a set of runs: all of them over the finished ones, but for the numbers of runs. */
public final class Figures {

    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    private final Sums sums;
    private final MetricSelection selected;

    Figures(Sums sums, MetricSelection selected) {
        this.sums = sums;
        this.selected = selected;
    }

    /** The sums, if this metric was selected. */
    private Sums having(Metric metric) {
        if (!selected.has(metric)) {
            throw new IllegalStateException("%s was not selected".formatted(metric));
        }
        return sums;
    }

    public long success() {
        return sums.of(Observations.RUNS).x().longValue();
    }

    public long partialFailure() {
        return finished() - success() - failed();
    }

    public long failed() {
        return sums(Metric.RUN_FAILURE_RATE).x().longValue();
    }

    public long running() {
        return sums.running();
    }

    public long finished() {
        return sums.finished();
    }

    public long total() {
        return finished() + running();
    }

    public long count(Count count) {
        Counted counted = Metric.counting(count);
        ClusterSums found = sums(counted.metric());
        return (counted.isNumerator() ? found.x() : found.m()).longValue();
    }

    /** The pooled value; null if there is nothing to divide by. */
    public @Nullable Double value(Metric metric) {
        return sums(metric).ratio();
    }

    /** How many runs have a part in a metric of runs. */
    public long runs(Metric metric) {
        return sums(metric).runs();
    }

    /** The sums behind a metric of runs. */
    public ClusterSums sums(Metric metric) {
        return having(metric).of(metric);
    }

    /** On the arbiter's scale, over runs that evaluated anything. */
    public @Nullable Double minScore() {
        return number(having(Metric.ARBITER_SCORE).lowest(Metric.ARBITER_SCORE));
    }

    public @Nullable Double maxScore() {
        return number(having(Metric.ARBITER_SCORE).highest(Metric.ARBITER_SCORE));
    }

    /** To the last token, however many: a run may report 2^63 of them. */
    public @Nullable BigInteger inputTokens() {
        return tokens(Metric.INPUT_TOKENS_PER_RUN);
    }

    public @Nullable BigInteger outputTokens() {
        return tokens(Metric.OUTPUT_TOKENS_PER_RUN);
    }

    private @Nullable BigInteger tokens(Metric perRun) {
        ClusterSums found = sums(perRun);
        return found.m().signum() == 0 ? null : found.x().toBigIntegerExact();
    }

    /** How many runs report tokens, of whichever kind. */
    public long runsWithTokens() {
        return runs(Metric.TOKENS_PER_RUN);
    }

    /** In US dollars. Null if no run reports a cost. */
    public @Nullable Double costUsd() {
        return sumIfAny(Metric.COST_PER_RUN);
    }

    /** When the first finished run began. */
    public @Nullable Instant firstSeen() {
        return moment(sums.lowest(Observations.RUNS));
    }

    /** When the last finished run began. */
    public @Nullable Instant lastSeen() {
        return moment(sums.highest(Observations.RUNS));
    }

    /** The mean score from which the arbiter approved; null if no run reports one. */
    @Nullable
    Double meanThreshold() {
        return value(Metric.ARBITER_THRESHOLD);
    }

    /** The sum; null if no run has a value. */
    private @Nullable Double sumIfAny(Metric perRun) {
        ClusterSums found = sums(perRun);
        return found.m().signum() == 0 ? null : found.x().doubleValue();
    }

    private static @Nullable Double number(@Nullable BigDecimal value) {
        return value == null ? null : value.doubleValue();
    }

    /** A start as rollups keep it, in seconds since 1970. */
    public static @Nullable Instant moment(@Nullable BigDecimal epochSeconds) {
        if (epochSeconds == null) {
            return null;
        }
        BigDecimal[] parts = epochSeconds.multiply(NANOS).divideAndRemainder(NANOS);
        return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    }

    /** How a metric's values behave near their ends. */
    public static Scale scale(Metric metric) {
        return metric.unit() == Unit.SHARE ? Scale.RATE : Scale.AMOUNT;
    }
}
