package dev.runledger.rollup;

import static dev.runledger.rollup.Measure.sum;

import java.util.List;
import java.util.stream.IntStream;

/** In which step of 2 % a run's duration lies, which leads to exact percentiles without reading all runs. */
public final class DurationStep {

    /** The steps per factor e: the next begins 2 % higher. */
    public static final int STEPS = 50;

    /** Below a millisecond, all in one step. */
    public static final int LOWEST = -1000;

    public static final String STEP =
            "CASE WHEN run.duration_seconds < 0.001 THEN %d ELSE floor(ln(run.duration_seconds) * %d)::int END"
                    .formatted(LOWEST, STEPS);

    /** Steps that share a row of the rollup, a column each. */
    public static final int PER_BLOCK = 1 << 4;

    /** OFFSET 0, so that the logarithm is computed once a run rather than once a column. */
    static final String EACH = """
            CROSS JOIN LATERAL (
                SELECT step >> 4 AS block, step & 15 AS place
                  FROM (SELECT %s AS step WHERE run.duration_seconds IS NOT NULL OFFSET 0) known
            ) duration""".formatted(STEP);

    /** How many runs lie in each step of a block. */
    public static final List<Measure> RUNS = IntStream.range(0, PER_BLOCK)
            .mapToObj(place -> sum("runs_" + place, "(duration.place = %d)::int".formatted(place)))
            .toList();

    private DurationStep() {}
}
