package dev.runledger.statistics;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The clearest shift of the level Σx / Σm of a series. How clear it must be is learnt by shuffling the series: nothing is
 * assumed of how values are distributed or how alike the questions of a run are.
 *
 * @param index of the first point on the new level
 * @param pValue chance of so clear a shift in a series without order
 */
record LevelShift(int index, double pValue) {
    private static final int MOST_SHUFFLES = 999;
    /** How many shuffles may beat a shift that is just significant. Ten times as many would hardly find more. */
    private static final int MOST_TOLERATED = 4;
    /** Fixed, so that the same data gives the same answer. */
    private static final long SEED = 20_260_401;

    /**
     * Finds the shift, if its p-value is at most {@code significance}.
     *
     * @param x numerators in order of time
     * @param m denominators, at least 0
     */
    static @Nullable LevelShift find(double[] x, double[] m, double significance) {
        int shuffles = (int) Math.min(MOST_SHUFFLES, Math.ceil((MOST_TOLERATED + 1) / significance) - 1);
        int tolerated = (int) Math.floor(significance * (shuffles + 1) + 1e-9) - 1;
        if (x.length < 2 * SplitSeries.MIN_POINTS_PER_LEVEL || tolerated < 0) {
            return null;
        }
        SplitSeries series = new SplitSeries(x, m);
        SplitSeries.Split best = series.best();
        double score = series.forSerialCorrelation(best);
        SplittableRandom random = new SplittableRandom(SEED);
        int asHigh = 0;
        for (int i = 0; i < shuffles && asHigh <= tolerated; i++) {
            asHigh += series.shuffle(random).best().score() >= score ? 1 : 0;
        }
        return asHigh > tolerated ? null : new LevelShift(best.index(), (asHigh + 1.0) / (shuffles + 1.0));
    }
}
