package dev.runledger.analytics;

import dev.runledger.analytics.statistics.ClusterSums;
import dev.runledger.analytics.statistics.Scale;
import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures of a set of runs: all of them over the finished ones, but for the numbers of runs. */
public final class Figures {

    static final List<Measure> MEASURES = measures();

    private final Sums sums;

    Figures(Sums sums) {
        this.sums = sums;
    }

    private static List<Measure> measures() {
        List<Measure> all = new ArrayList<>(Measure.ofRuns());
        all.removeIf(measure -> Measure.REPORTED.stream()
                .anyMatch(field ->
                        measure.equals(Measure.reportedRuns(field)) || measure.equals(Measure.reportedSum(field))));
        all.removeAll(List.of(Measure.MIN_REPORTED, Measure.MAX_REPORTED));
        all.add(Measure.RUNNING);
        return List.copyOf(all);
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
        return sums.count(Measure.of(count));
    }

    /** The pooled value; null if there is nothing to divide by. */
    public @Nullable Double value(Metric metric) {
        return sums(metric).ratio();
    }

    /** The sums behind a metric of runs. */
    public ClusterSums sums(Metric metric) {
        return sums.cluster(Measure.of(metric));
    }

    /** On the arbiter's scale, over runs that evaluated anything. */
    public @Nullable Double minScore() {
        return sums.extreme(Measure.MIN_SCORE);
    }

    public @Nullable Double maxScore() {
        return sums.extreme(Measure.MAX_SCORE);
    }

    public @Nullable Double inputTokens() {
        return sums.count(Measure.INPUT_TOKENS_RUNS) == 0 ? null : sums.sum(Measure.INPUT_TOKENS);
    }

    public @Nullable Double outputTokens() {
        return sums.count(Measure.OUTPUT_TOKENS_RUNS) == 0 ? null : sums.sum(Measure.OUTPUT_TOKENS);
    }

    /** How many runs report tokens, of whichever kind. */
    public long runsWithTokens() {
        return sums.count(Measure.TOKENS_RUNS);
    }

    /** In US dollars. Null if no run reports a cost. */
    public @Nullable Double costUsd() {
        ClusterSums cost = sums(Metric.COST_PER_RUN);
        return cost.runs() == 0 ? null : cost.x().doubleValue();
    }

    /** When the first finished run began. */
    public @Nullable Instant firstSeen() {
        return sums.moment(Measure.FIRST_STARTED);
    }

    /** When the last finished run began. */
    public @Nullable Instant lastSeen() {
        return sums.moment(Measure.LAST_STARTED);
    }

    /** The mean score from which the arbiter approved; null if no run reports one. */
    @Nullable
    Double meanThreshold() {
        long runs = sums.count(Measure.THRESHOLD_RUNS);
        return runs == 0 ? null : sums.sum(Measure.THRESHOLD) / runs;
    }

    /** How a metric's values behave near their ends. */
    public static Scale scale(Metric metric) {
        return metric.unit() == Unit.SHARE ? Scale.RATE : Scale.AMOUNT;
    }
}
