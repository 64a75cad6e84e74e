package dev.runledger.metric;

import org.jspecify.annotations.Nullable;

/**
 * What one run, or one name that it reports figures of, adds to a metric: SQL on {@code run}, a row of the ledger, and on
 * {@code entry}, what the run reports under the name. Each is a number and never null, but for the extremes, which are null
 * where there is nothing.
 *
 * @param x the numerator
 * @param m the denominator
 * @param lowest what the least value of many runs is found from
 * @param highest what the greatest value of many runs is found from
 */
public record Formula(
        String x,
        String m,
        @Nullable String lowest,
        @Nullable String highest) {

    static Formula of(String x, String m) {
        return new Formula(x, m, null, null);
    }

    /** {@code x / m} of those for which the condition holds; the others add nothing. */
    static Formula where(String condition, String x, String m) {
        return of(when(condition, x), when(condition, m));
    }

    /** The mean of a value over those that have it. */
    static Formula mean(String value) {
        return where(value + " IS NOT NULL", decimal(value), "1");
    }

    Formula withExtremes(String lowest, String highest) {
        return new Formula(x, m, lowest, highest);
    }

    private static String when(String condition, String value) {
        return "CASE WHEN %s THEN %s ELSE 0 END".formatted(condition, value);
    }

    /** A double as the decimal that it is written as, which a cast to numeric would round to 15 digits. */
    static String decimal(String value) {
        return value + "::text::numeric";
    }

    public boolean hasExtremes() {
        return lowest != null;
    }
}
