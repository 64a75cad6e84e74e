package dev.runledger.alert;

import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import org.jspecify.annotations.Nullable;

/**
 * What a rule checks.
 *
 * @param metric of runs; null for {@link AlertKind#FAILED}
 * @param filter the runs that it is about
 * @param threshold beyond which, to the side of {@code direction}, a value is bad; of FAILED it is no part
 * @param runs CONSECUTIVE and FAILED: how many of the last {@code ofLast} have to be bad. RATE: the longest window that is looked at
 * @param ofLast at least {@code runs}; of RATE the same as {@code runs}
 * @param recoveryThreshold what has to be reached again
 * @param recoveryRuns CONSECUTIVE and FAILED: by so many runs in a row. RATE: by the metric over so many last runs
 * @param confidence of the interval whose bound RATE looks at, in [0.5, 1)
 * @throws IllegalArgumentException naming what is wrong
 */
public record RuleDefinition(
        String name,
        AlertKind kind,
        @Nullable Metric metric,
        RunFilter filter,
        AlertDirection direction,
        double threshold,
        int runs,
        int ofLast,
        double recoveryThreshold,
        int recoveryRuns,
        double confidence) {

    /** How many runs a rule looks back at, at most. */
    public static final int MAX_RUNS = 100;

    /** The shortest window of RATE. Shorter ones are mostly noise. */
    public static final int MIN_WINDOW = 7;

    /** Chosen by simulation together with {@link #RECOVERY_RUNS}, see {@code RateRuleTests}. */
    private static final int LONGEST_WINDOW = 20;

    private static final int RECOVERY_RUNS = 10;
    private static final int CONSECUTIVE_RUNS = 3;
    private static final int MAX_NAME = 100;

    public RuleDefinition {
        require(!name.isBlank() && name.length() <= MAX_NAME, "name must have 1 to %d characters".formatted(MAX_NAME));
        require(
                (metric == null) == (kind == AlertKind.FAILED),
                kind == AlertKind.FAILED ? "FAILED needs no metric" : "metric is missing");
        require(metric == null || metric.isOfRuns(), "metric is %s, which runs do not have".formatted(metric));
        require(Double.isFinite(threshold), "threshold must be a number");
        require(Double.isFinite(recoveryThreshold), "recoveryThreshold must be a number");
        int least = kind == AlertKind.RATE ? MIN_WINDOW : 1;
        require(runs >= least && runs <= MAX_RUNS, "runs is %d, it must be %d to %d".formatted(runs, least, MAX_RUNS));
        require(
                ofLast >= runs && ofLast <= MAX_RUNS && (kind != AlertKind.RATE || ofLast == runs),
                kind == AlertKind.RATE
                        ? "RATE has no ofLast"
                        : "ofLast is %d, it must be %d to %d".formatted(ofLast, runs, MAX_RUNS));
        require(
                recoveryRuns >= 1 && recoveryRuns <= MAX_RUNS,
                "recoveryRuns is %d, it must be 1 to %d".formatted(recoveryRuns, MAX_RUNS));
        require(
                !direction.isBeyond(recoveryThreshold, threshold),
                "recoveryThreshold is %s, beyond the threshold, which is %s".formatted(recoveryThreshold, threshold));
        require(
                confidence >= 0.5 && confidence < 1,
                "confidence is %s, it must be 0.5 to below 1".formatted(confidence));
    }

    /**
     * A definition of which what is null has its default.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static RuleDefinition of(
            String name,
            AlertKind kind,
            @Nullable Metric metric,
            RunFilter filter,
            @Nullable AlertDirection direction,
            @Nullable Double threshold,
            @Nullable Integer runs,
            @Nullable Integer ofLast,
            @Nullable Double recoveryThreshold,
            @Nullable Integer recoveryRuns,
            double confidence) {
        boolean failed = kind == AlertKind.FAILED;
        require(failed || metric != null, "metric is missing");
        require(failed || threshold != null, "threshold is missing");
        require(
                !failed || direction == null && threshold == null && recoveryThreshold == null,
                "FAILED has neither direction nor thresholds");
        AlertDirection side =
                failed ? AlertDirection.ABOVE : direction != null ? direction : AlertDirection.worse(metric);
        require(side != null, "direction is missing, as nobody has said which way %s should move".formatted(metric));
        // Each failed run counts 1, any other 0.
        double limit = failed ? 0.5 : threshold;
        int count = runs != null
                ? runs
                : switch (kind) {
                    case FAILED -> 1;
                    case CONSECUTIVE -> CONSECUTIVE_RUNS;
                    case RATE -> LONGEST_WINDOW;
                };
        return new RuleDefinition(
                name,
                kind,
                metric,
                filter,
                side,
                limit,
                count,
                ofLast != null ? ofLast : count,
                recoveryThreshold != null ? recoveryThreshold : limit,
                recoveryRuns != null ? recoveryRuns : kind == AlertKind.RATE ? RECOVERY_RUNS : 1,
                confidence);
    }

    /** What is read of each run. */
    Metric measured() {
        return metric == null ? Metric.RUN_FAILURE_RATE : metric;
    }

    /** Whether a run's own value is bad. */
    boolean isBad(double value) {
        return direction.isBeyond(value, threshold);
    }

    /** Whether a value has not recovered. */
    boolean isStillBad(double value) {
        return direction.isBeyond(value, recoveryThreshold);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
