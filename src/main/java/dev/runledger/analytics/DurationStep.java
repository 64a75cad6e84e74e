package dev.runledger.analytics;

import static dev.runledger.analytics.Measure.sum;

/** In which step of 2 % a run's duration lies, which leads to exact percentiles without reading all runs. */
final class DurationStep {

    /** The steps per factor e: the next begins 2 % higher. */
    static final int STEPS = 50;

    /** Below a millisecond, all in one step. */
    static final int LOWEST = -1000;

    static final String STEP =
            "CASE WHEN run.duration_seconds < 0.001 THEN %d ELSE floor(ln(run.duration_seconds) * %d)::int END"
                    .formatted(LOWEST, STEPS);

    static final String EACH =
            "CROSS JOIN LATERAL (SELECT %s AS step WHERE run.duration_seconds IS NOT NULL) duration".formatted(STEP);

    static final Measure RUNS = sum("runs", "1::bigint");

    private DurationStep() {}
}
