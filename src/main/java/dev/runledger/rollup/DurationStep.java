package dev.runledger.rollup;

/** In which step of 2 % a run's duration lies, which leads to exact percentiles without reading all runs. */
public final class DurationStep {

    /** The steps per factor e: the next begins 2 % higher. */
    public static final int STEPS = 50;

    /** Below a millisecond, all in one step. */
    public static final int LOWEST = -1000;

    public static final String STEP =
            "CASE WHEN run.duration_seconds < 0.001 THEN %d ELSE floor(ln(run.duration_seconds) * %d)::int END"
                    .formatted(LOWEST, STEPS);

    private DurationStep() {}
}
