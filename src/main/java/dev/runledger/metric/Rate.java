package dev.runledger.metric;

import static dev.runledger.metric.Count.DUPLICATES_FOUND;
import static dev.runledger.metric.Count.QUESTIONS_APPROVED;
import static dev.runledger.metric.Count.QUESTIONS_EVALUATED;
import static dev.runledger.metric.Count.QUESTIONS_GENERATED;
import static dev.runledger.metric.Count.QUESTIONS_INSERTED;
import static dev.runledger.metric.Count.QUESTIONS_REQUESTED;

import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A share of one count in another, from 0 to 1. */
public enum Rate {
    GENERATION_SUCCESS_RATE(QUESTIONS_GENERATED, QUESTIONS_REQUESTED),
    APPROVAL_RATE(QUESTIONS_APPROVED, QUESTIONS_EVALUATED),
    DUPLICATE_RATE(DUPLICATES_FOUND, QUESTIONS_APPROVED),
    OVERALL_SUCCESS_RATE(QUESTIONS_INSERTED, QUESTIONS_REQUESTED);

    private final Count numerator;
    private final Count denominator;

    Rate(Count numerator, Count denominator) {
        this.numerator = numerator;
        this.denominator = denominator;
    }

    public Count numerator() {
        return numerator;
    }

    public Count denominator() {
        return denominator;
    }

    /** The ledger's column that holds the rate as reported. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The rate of these counts, or null if the denominator is 0. */
    public @Nullable Double of(ToLongFunction<Count> counts) {
        return share(counts.applyAsLong(numerator), counts.applyAsLong(denominator));
    }

    /** {@code part / whole}, or null if {@code whole} is not positive. */
    public static @Nullable Double share(double part, double whole) {
        return whole > 0 ? part / whole : null;
    }
}
