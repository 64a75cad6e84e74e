package dev.runledger.metric;

import static dev.runledger.metric.Metric.Subject.PROVIDER;
import static dev.runledger.metric.Metric.Subject.RUN;
import static dev.runledger.metric.Metric.Subject.RUN_AND_PROVIDER;
import static dev.runledger.metric.Polarity.HIGHER_IS_BETTER;
import static dev.runledger.metric.Polarity.LOWER_IS_BETTER;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is measured over many runs: always the sum of a numerator over the sum of a denominator. */
public enum Metric {
    RUN_SUCCESS_RATE(Unit.SHARE, HIGHER_IS_BETTER, RUN),
    GENERATION_SUCCESS_RATE(Unit.SHARE, HIGHER_IS_BETTER, RUN),
    APPROVAL_RATE(Unit.SHARE, HIGHER_IS_BETTER, RUN_AND_PROVIDER),
    DUPLICATE_RATE(Unit.SHARE, LOWER_IS_BETTER, RUN),
    OVERALL_SUCCESS_RATE(Unit.SHARE, HIGHER_IS_BETTER, RUN),
    ARBITER_SCORE(Unit.SCORE, HIGHER_IS_BETTER, RUN),
    DURATION(Unit.SECONDS, LOWER_IS_BETTER, RUN),
    DURATION_PER_QUESTION(Unit.SECONDS, LOWER_IS_BETTER, RUN),
    API_CALLS_PER_INSERTED_QUESTION(Unit.CALLS, LOWER_IS_BETTER, RUN),
    COST_PER_INSERTED_QUESTION(Unit.USD, LOWER_IS_BETTER, RUN),
    TOKENS_PER_INSERTED_QUESTION(Unit.TOKENS, LOWER_IS_BETTER, RUN),
    COST_PER_RUN(Unit.USD, LOWER_IS_BETTER, RUN),
    ERRORS_PER_RUN(Unit.ERRORS, LOWER_IS_BETTER, RUN),
    PROVIDER_SUCCESS_RATE(Unit.SHARE, HIGHER_IS_BETTER, PROVIDER),
    ATTRIBUTED_APPROVAL_RATE(Unit.SHARE, HIGHER_IS_BETTER, PROVIDER),
    API_CALLS_PER_GENERATED_QUESTION(Unit.CALLS, LOWER_IS_BETTER, PROVIDER),
    COST_PER_GENERATED_QUESTION(Unit.USD, LOWER_IS_BETTER, PROVIDER);

    enum Subject {
        RUN,
        PROVIDER,
        RUN_AND_PROVIDER
    }

    private final Unit unit;
    private final Polarity polarity;
    private final Subject subject;

    Metric(Unit unit, Polarity polarity, Subject subject) {
        this.unit = unit;
        this.polarity = polarity;
        this.subject = subject;
    }

    public Unit unit() {
        return unit;
    }

    /** Which way it should move. */
    public Polarity polarity() {
        return polarity;
    }

    /** Whether runs have it. */
    public boolean isOfRuns() {
        return subject != PROVIDER;
    }

    /** Whether what runs report of each provider has it. */
    public boolean isOfProviders() {
        return subject != RUN;
    }

    /** How its columns in the rollups begin. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static List<Metric> ofRuns() {
        return Arrays.stream(values()).filter(Metric::isOfRuns).toList();
    }

    public static List<Metric> ofProviders() {
        return Arrays.stream(values()).filter(Metric::isOfProviders).toList();
    }
}
