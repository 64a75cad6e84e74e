package dev.runledger.analytics;

import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Measure;
import dev.runledger.rollup.Measure.Six;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which figures of runs a question wants: the fewer, the cheaper it is. How many runs there are of each status is always told.
 * To ask {@link Figures} for a figure that was not wanted is a fault of the program, and fails.
 */
public final class Wanted {

    private static final List<Measure> EVERY_FIGURE = everyFigure();

    public static final Wanted RUNS = of(List.of());
    public static final Wanted ALL = of(EVERY_FIGURE);
    public static final Wanted COUNTS = of(Measure.counts());
    public static final Wanted SCORE_RANGE = of(List.of(Measure.MIN_SCORE, Measure.MAX_SCORE));
    public static final Wanted TOKENS = of(List.of(
            Measure.INPUT_TOKENS,
            Measure.INPUT_TOKENS_RUNS,
            Measure.OUTPUT_TOKENS,
            Measure.OUTPUT_TOKENS_RUNS,
            Measure.TOKENS_RUNS));
    public static final Wanted FIRST_AND_LAST_SEEN = of(List.of(Measure.FIRST_STARTED, Measure.LAST_STARTED));
    static final Wanted THRESHOLD = of(List.of(Measure.THRESHOLD, Measure.THRESHOLD_RUNS));

    private final Set<Measure> measures;

    private Wanted(Set<Measure> measures) {
        this.measures = measures;
    }

    private static List<Measure> everyFigure() {
        List<Measure> all = Measure.figures();
        all.add(Measure.RUNNING);
        return List.copyOf(all);
    }

    private static Wanted of(Collection<Measure> measures) {
        Set<Measure> all = new HashSet<>(Measure.STATUSES_AND_RUNNING);
        all.addAll(measures);
        return new Wanted(all);
    }

    public static Wanted count(Count count) {
        return of(List.of(Measure.of(count)));
    }

    /** The pooled value of a metric of runs, and how many runs it stands on. */
    public static Wanted value(Metric metric) {
        Six six = Measure.of(metric);
        return of(List.of(six.runs(), six.x(), six.m()));
    }

    /** All sums behind a metric of runs, as its uncertainty needs them. */
    public static Wanted sums(Metric metric) {
        return of(Measure.of(metric).all());
    }

    public Wanted and(Wanted other) {
        Set<Measure> both = new HashSet<>(measures);
        both.addAll(other.measures);
        return new Wanted(both);
    }

    /** Always in the same order, so that the same question gives the same SQL. */
    List<Measure> measures() {
        return EVERY_FIGURE.stream().filter(this::has).toList();
    }

    boolean has(Measure measure) {
        return measures.contains(measure);
    }
}
