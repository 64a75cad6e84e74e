package dev.runledger.statistics;

import dev.runledger.metric.Polarity;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a metric has been moving steadily, and how fast. Each observation has one vote, however many runs it holds.
 *
 * <p>Observations that resemble their neighbours are allowed for from 30 of them on. That does not rule out false alarms:
 * where each remembers half of the one before, about 12 % of unchanged histories of 100 raise one, instead of 20 %.
 *
 * @param observations how many had a value
 * @param slopePerWeek Theil-Sen slope, in the metric's unit per 7 days; null with insufficient data
 * @param interval the slope's, after Sen; 0 may be its end, but is not inside, if there is a trend; null with insufficient data
 * @param pValue after Mann and Kendall; null with insufficient data
 */
public record Trend(
        int observations,
        @Nullable Double slopePerWeek,
        @Nullable Interval interval,
        @Nullable Double pValue,
        Verdict verdict) {

    /** What a trend comes to. */
    public enum Verdict {
        /** Moving for the better, and chance alone hardly explains it. */
        IMPROVING,
        /** Moving for the worse, and chance alone hardly explains it. */
        DECLINING,
        /** No steady movement shows. */
        STABLE,
        /** Too few observations with a value, or all at one time. */
        INSUFFICIENT_DATA
    }

    /** With fewer points than this even a perfect order happens by chance in more than 5 % of cases. */
    public static final int MIN_OBSERVATIONS = 5;
    /** The pairs of this many points take 16 MB. */
    public static final int MAX_OBSERVATIONS = 2_000;

    private static final double MILLIS_PER_WEEK = Duration.ofDays(7).toMillis();

    /**
     * @param history in any order; observations whose denominator is 0 have no value and are left out
     * @param confidence in (0, 1), usually 0.95; a trend is called one if its p-value is at most 1 - confidence
     * @throws IllegalArgumentException with more than {@link #MAX_OBSERVATIONS}, or a confidence not in (0, 1)
     */
    public static Trend of(List<Observation> history, Polarity polarity, double confidence) {
        if (history.size() > MAX_OBSERVATIONS) {
            throw new IllegalArgumentException(
                    "Expected at most %d observations, found %d".formatted(MAX_OBSERVATIONS, history.size()));
        }
        Confidence asked = new Confidence(confidence);
        List<Observation> valued = history.stream()
                .filter(observation -> observation.sums().ratio() != null)
                .sorted(Comparator.comparing(Observation::at))
                .toList();
        if (valued.size() < MIN_OBSERVATIONS
                || valued.get(0).at().equals(valued.get(valued.size() - 1).at())) {
            return new Trend(valued.size(), null, null, null, Verdict.INSUFFICIENT_DATA);
        }
        MannKendall test = MannKendall.of(weeks(valued), values(valued), asked);
        return new Trend(valued.size(), test.slope(), test.interval(), test.pValue(), verdict(test, polarity, asked));
    }

    private static Verdict verdict(MannKendall test, Polarity polarity, Confidence confidence) {
        if (test.pValue() > confidence.significance() || test.slope() == 0) {
            return Verdict.STABLE;
        }
        return polarity.favours(test.slope()) ? Verdict.IMPROVING : Verdict.DECLINING;
    }

    private static double[] weeks(List<Observation> history) {
        Instant first = history.get(0).at();
        return history.stream()
                .mapToDouble(
                        observation -> Duration.between(first, observation.at()).toMillis() / MILLIS_PER_WEEK)
                .toArray();
    }

    private static double[] values(List<Observation> history) {
        return history.stream()
                .mapToDouble(observation -> {
                    Double value = observation.sums().ratio();
                    return value == null ? Double.NaN : value;
                })
                .toArray();
    }
}
