package dev.runledger.analytics;

import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import dev.runledger.rollup.Measure;
import dev.runledger.rollup.Measure.Six;
import dev.runledger.rollup.Sums;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Scale;
import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The figures of a set of runs: all of them over the finished ones, but for the numbers of runs. */
public final class Figures {

    private final Sums sums;
    private final Wanted wanted;

    Figures(Sums sums, Wanted wanted) {
        this.sums = sums;
        this.wanted = wanted;
    }

    /** The sums, if these measures were wanted. */
    private Sums having(Measure... measures) {
        for (Measure measure : measures) {
            if (!wanted.has(measure)) {
                throw new IllegalStateException("%s was not asked for".formatted(measure.column()));
            }
        }
        return sums;
    }

    public long success() {
        return sums.count(Measure.SUCCESS);
    }

    public long partialFailure() {
        return sums.count(Measure.PARTIAL_FAILURE);
    }

    public long failed() {
        return sums.count(Measure.FAILED);
    }

    public long running() {
        return sums.count(Measure.RUNNING);
    }

    public long finished() {
        return success() + partialFailure() + failed();
    }

    public long total() {
        return finished() + running();
    }

    public long count(Count count) {
        return having(Measure.of(count)).count(Measure.of(count));
    }

    /** The pooled value; null if there is nothing to divide by. */
    public @Nullable Double value(Metric metric) {
        Six six = Measure.of(metric);
        double m = having(six.x(), six.m()).sum(six.m());
        return m == 0 ? null : sums.sum(six.x()) / m;
    }

    /** How many runs have a part in a metric of runs. */
    public long runs(Metric metric) {
        Measure runs = Measure.of(metric).runs();
        return having(runs).count(runs);
    }

    /** The sums behind a metric of runs. */
    public ClusterSums sums(Metric metric) {
        Six six = Measure.of(metric);
        return having(six.all().toArray(Measure[]::new)).cluster(six);
    }

    /** On the arbiter's scale, over runs that evaluated anything. */
    public @Nullable Double minScore() {
        return having(Measure.MIN_SCORE).extreme(Measure.MIN_SCORE);
    }

    public @Nullable Double maxScore() {
        return having(Measure.MAX_SCORE).extreme(Measure.MAX_SCORE);
    }

    /** To the last token, however many: a run may report 2^63 of them. */
    public @Nullable BigInteger inputTokens() {
        return tokens(Measure.INPUT_TOKENS_RUNS, Measure.INPUT_TOKENS);
    }

    public @Nullable BigInteger outputTokens() {
        return tokens(Measure.OUTPUT_TOKENS_RUNS, Measure.OUTPUT_TOKENS);
    }

    private @Nullable BigInteger tokens(Measure runs, Measure sum) {
        return having(runs, sum).count(runs) == 0 ? null : sums.exact(sum).toBigIntegerExact();
    }

    /** How many runs report tokens, of whichever kind. */
    public long runsWithTokens() {
        return having(Measure.TOKENS_RUNS).count(Measure.TOKENS_RUNS);
    }

    /** In US dollars. Null if no run reports a cost. */
    public @Nullable Double costUsd() {
        Six cost = Measure.of(Metric.COST_PER_RUN);
        return valueIfAny(cost.runs(), cost.x());
    }

    /** When the first finished run began. */
    public @Nullable Instant firstSeen() {
        return having(Measure.FIRST_STARTED).moment(Measure.FIRST_STARTED);
    }

    /** When the last finished run began. */
    public @Nullable Instant lastSeen() {
        return having(Measure.LAST_STARTED).moment(Measure.LAST_STARTED);
    }

    /** The mean score from which the arbiter approved; null if no run reports one. */
    @Nullable
    Double meanThreshold() {
        Double sum = valueIfAny(Measure.THRESHOLD_RUNS, Measure.THRESHOLD);
        return sum == null ? null : sum / sums.count(Measure.THRESHOLD_RUNS);
    }

    /** The sum; null if no run has a value. */
    private @Nullable Double valueIfAny(Measure runs, Measure sum) {
        return having(runs, sum).count(runs) == 0 ? null : sums.sum(sum);
    }

    /** How a metric's values behave near their ends. */
    public static Scale scale(Metric metric) {
        return metric.unit() == Unit.SHARE ? Scale.RATE : Scale.AMOUNT;
    }
}
