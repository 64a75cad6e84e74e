package dev.runledger.alert;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a rule checks.
 *
 * @param metric of runs; of {@link AlertKind#CONSECUTIVE}, {@link AlertKind#RATE} and {@link AlertKind#CHANGE} only
 * @param filter the runs that it is about
 * @param threshold beyond which, to the side of {@code direction}, a value is bad; of the kinds without a metric only BUDGET has one that can be chosen
 * @param runs CONSECUTIVE and FAILED: how many of the last {@code ofLast} have to be bad. RATE: the longest window that is looked at; 1 if
 *     {@code window} says how long it is
 * @param ofLast at least {@code runs}; of RATE the same as {@code runs}
 * @param recoveryThreshold what has to be reached again
 * @param recoveryRuns CONSECUTIVE and FAILED: by so many runs in a row. RATE: by the metric over so many last runs, or over the window
 * @param confidence of the interval whose bound RATE looks at, in [0.5, 1)
 * @param timing of kinds that go by the clock; null for the others
 * @param failure FAILED: which runs it counts; null for those with the status failed
 * @param window RATE: over all runs that started within so long; null for over so many last runs
 * @param groupBy the rule is evaluated for each value of it apart; null for all runs together
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
        double confidence,
        @Nullable Timing timing,
        @Nullable FailureCondition failure,
        @Nullable Duration window,
        @Nullable Dimension groupBy) {

    /** How many runs a rule looks back at, at most. */
    public static final int MAX_RUNS = 100;

    /** The shortest window of RATE. Shorter ones are mostly noise. */
    public static final int MIN_WINDOW = 7;

    /** CHANGE: what was before has to be known, too. */
    static final int FEWEST_FOR_CHANGE = 30;

    private static final int WINDOW_OF_CHANGE = 100;

    /** Chosen by simulation together with {@link #RECOVERY_RUNS}, see {@code RateRuleTests}. */
    private static final int LONGEST_WINDOW = 20;

    private static final int RECOVERY_RUNS = 10;
    private static final int CONSECUTIVE_RUNS = 3;
    private static final int MAX_NAME = 100;
    private static final Duration LONGEST = Duration.ofDays(31);

    static final double CONFIDENCE = 0.9;

    public RuleDefinition {
        require(!name.isBlank() && name.length() <= MAX_NAME, "name must have 1 to %d characters".formatted(MAX_NAME));
        require(
                (metric != null) == kind.hasMetric(),
                kind.hasMetric() ? "metric is missing" : kind + " needs no metric");
        require(
                (timing != null) == kind.goesByTheClock(),
                kind + (timing == null ? " needs timing" : " has no timing"));
        if (timing != null) {
            timing.check(kind);
            require(runs == 1 && ofLast == 1 && recoveryRuns == 1, kind + " has neither runs, ofLast nor recoveryRuns");
        }
        if (window != null) {
            require(kind == AlertKind.RATE, "windowHours is for RATE only");
            require(
                    window.compareTo(Duration.ofHours(1)) >= 0 && window.compareTo(LONGEST) <= 0,
                    "windowHours is %d, it must be 1 to %d".formatted(window.toHours(), LONGEST.toHours()));
            require(
                    runs == 1 && ofLast == 1 && recoveryRuns == 1,
                    "RATE has neither runs nor recoveryRuns where it has windowHours");
        }
        boolean ofNames = groupBy != null && !groupBy.isOfRuns();
        require(
                metric == null || (ofNames ? metric.isOfNames() : metric.isOfRuns()),
                "metric is %s, which %s do not have"
                        .formatted(metric, ofNames ? "names of " + groupBy.name() : "runs"));
        require(
                !ofNames || kind.hasMetric() || groupBy.equals(Dimension.PROVIDER),
                "groupBy is %s, which is for kinds with a metric only"
                        .formatted(groupBy == null ? "" : groupBy.name()));
        require(failure == null || kind == AlertKind.FAILED, "exitCode and errorCategory are for FAILED only");
        require(Double.isFinite(threshold), "threshold must be a number");
        require(Double.isFinite(recoveryThreshold), "recoveryThreshold must be a number");
        int least = switch (kind) {
            case RATE -> window == null ? MIN_WINDOW : 1;
            case CHANGE -> FEWEST_FOR_CHANGE;
            default -> 1;
        };
        boolean isWindow = kind == AlertKind.RATE || kind == AlertKind.CHANGE;
        require(runs >= least && runs <= MAX_RUNS, "runs is %d, it must be %d to %d".formatted(runs, least, MAX_RUNS));
        require(
                ofLast >= runs && ofLast <= MAX_RUNS && (!isWindow || ofLast == runs),
                isWindow
                        ? kind + " has no ofLast"
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
            double confidence,
            @Nullable Timing timing,
            @Nullable FailureCondition failure,
            @Nullable Integer windowHours,
            @Nullable Dimension groupBy) {
        boolean counts = !kind.hasMetric();
        boolean hasThreshold = kind.hasThreshold() || kind == AlertKind.BUDGET;
        require(counts || metric != null, "metric is missing");
        require(!hasThreshold || threshold != null, "threshold is missing");
        require(
                kind.hasThreshold()
                        || (direction == null || kind == AlertKind.CHANGE)
                                && recoveryThreshold == null
                                && (hasThreshold || threshold == null),
                kind == AlertKind.BUDGET
                        ? "BUDGET has a threshold, and neither direction nor recoveryThreshold"
                        : kind == AlertKind.CHANGE
                                ? "CHANGE has no thresholds"
                                : kind + " has neither direction nor thresholds");
        AlertDirection side =
                counts ? AlertDirection.ABOVE : direction != null ? direction : AlertDirection.worse(metric);
        require(side != null, "direction is missing, as nobody has said which way %s should move".formatted(metric));
        // Each failed run counts 1, any other 0; so does what is missing, and runs that go on for too long.
        double limit = hasThreshold ? threshold : kind == AlertKind.CHANGE ? 0 : 0.5;
        int count = runs != null
                ? runs
                : switch (kind) {
                    case FAILED, MISSING, STUCK, SLOW, BUDGET -> 1;
                    case CONSECUTIVE -> CONSECUTIVE_RUNS;
                    case RATE -> windowHours == null ? LONGEST_WINDOW : 1;
                    case CHANGE -> WINDOW_OF_CHANGE;
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
                recoveryRuns != null
                        ? recoveryRuns
                        : windowHours == null && (kind == AlertKind.RATE || kind == AlertKind.CHANGE)
                                ? RECOVERY_RUNS
                                : 1,
                confidence,
                timing,
                failure,
                windowHours == null ? null : Duration.ofHours(windowHours),
                groupBy);
    }

    private RuleDefinition with(RunFilter filter) {
        return new RuleDefinition(
                name,
                kind,
                metric,
                filter,
                direction,
                threshold,
                runs,
                ofLast,
                recoveryThreshold,
                recoveryRuns,
                confidence,
                timing,
                failure,
                window,
                groupBy);
    }

    /** Of the runs with this value of what it is grouped by. Runs that report figures of any number of names are all looked at. */
    RuleDefinition ofGroup(String group) {
        boolean isAll = groupBy == null || !groupBy.isOfRuns() && kind.hasMetric();
        return isAll ? this : with(filter.only(groupBy, group));
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
