package dev.runledger.statistics;

import dev.runledger.metric.Polarity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a metric has been moving steadily, and how fast. Each observation has one vote, however many runs it holds.
 *
 * <p>Observations that resemble their neighbours count for less, as far as the series shows it. {@code docs/calibration.md} has
 * how seldom unchanged histories raise an alarm.
 *
 * @param observations how many had a value
 * @param slopePerWeek Theil-Sen slope, in the metric's unit per 7 days; null with insufficient data
 * @param interval the slope's, after Sen; 0 may be its end, but is not inside, if there is a trend; null with insufficient data
 * @param pValue after Mann and Kendall; null with insufficient data
 * @param adjustedPValue the p-value after {@link #together}, which decides; null with insufficient data
 */
public record Trend(
        int observations,
        @Nullable Double slopePerWeek,
        @Nullable Interval interval,
        @Nullable Double pValue,
        @Nullable Double adjustedPValue,
        Verdict verdict) {

    /** What a trend comes to. */
    public enum Verdict {
        /** Moving for the better, and chance alone hardly explains it. */
        IMPROVING,
        /** Moving for the worse, and chance alone hardly explains it. */
        DECLINING,
        /** Moving up, of a metric of which nobody has said which way is better. */
        RISING,
        /** Moving down, of such a metric. */
        FALLING,
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
        return of(history, polarity, confidence, 1);
    }

    /**
     * Trends that are read together: of those that are called one, the share that chance made is at most 1 - confidence, and
     * so is the chance of any where nothing moves. Intervals get as much wider as verdicts get stricter.
     *
     * @see <a href="https://www.jstor.org/stable/2346101">Benjamini and Hochberg (1995), controlling the false discovery rate</a>
     */
    public static List<Trend> together(List<Series> series, double confidence) {
        List<Trend> alone = series.stream()
                .map(each -> of(each.history, each.polarity, confidence))
                .toList();
        int[] judged = IntStream.range(0, series.size())
                .filter(i -> alone.get(i).pValue != null)
                .toArray();
        double[] factors = FalseDiscoveries.factors(IntStream.of(judged)
                .mapToDouble(i -> Objects.requireNonNullElse(alone.get(i).pValue, 1.0))
                .toArray());
        List<Trend> together = new ArrayList<>(alone);
        for (int j = 0; j < judged.length; j++) {
            int i = judged[j];
            together.set(i, of(series.get(i), alone.get(i), confidence, factors[j]));
        }
        return List.copyOf(together);
    }

    /** A metric's history. */
    public record Series(List<Observation> history, Polarity polarity) {}

    private static Trend of(Series series, Trend alone, double confidence, double tests) {
        double pValue = Objects.requireNonNullElse(alone.pValue, 1.0);
        if (pValue > new Confidence(confidence).significance()) {
            // Not called a trend alone, nor among others: its interval agrees as it is.
            return new Trend(
                    alone.observations,
                    alone.slopePerWeek,
                    alone.interval,
                    alone.pValue,
                    Math.min(1, pValue * tests),
                    alone.verdict);
        }
        return of(series.history, series.polarity, confidence, tests);
    }

    private static Trend of(List<Observation> history, Polarity polarity, double confidence, double tests) {
        if (history.size() > MAX_OBSERVATIONS) {
            throw new IllegalArgumentException(
                    "Expected at most %d observations, found %d".formatted(MAX_OBSERVATIONS, history.size()));
        }
        Confidence requested = new Confidence(confidence);
        List<Observation> valued = history.stream()
                .filter(observation -> observation.sums().ratio() != null)
                .sorted(Comparator.comparing(Observation::at))
                .toList();
        if (valued.size() < MIN_OBSERVATIONS
                || valued.get(0).at().equals(valued.get(valued.size() - 1).at())) {
            return new Trend(valued.size(), null, null, null, null, Verdict.INSUFFICIENT_DATA);
        }
        MannKendall test = MannKendall.of(weeks(valued), values(valued), requested.ofEachOf(tests));
        double adjusted = Math.min(1, test.pValue() * tests);
        return new Trend(
                valued.size(),
                test.slope(),
                test.interval(),
                test.pValue(),
                adjusted,
                verdict(test, adjusted, polarity, requested));
    }

    private static Verdict verdict(MannKendall test, double pValue, Polarity polarity, Confidence confidence) {
        if (pValue > confidence.significance() || test.slope() == 0) {
            return Verdict.STABLE;
        }
        if (polarity == Polarity.UNKNOWN) {
            return test.slope() > 0 ? Verdict.RISING : Verdict.FALLING;
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
