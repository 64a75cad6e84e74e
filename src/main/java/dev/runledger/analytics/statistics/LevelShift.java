package dev.runledger.analytics.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The clearest single shift of the level Σx / Σm of a series.
 *
 * <p>For every split of a window into two parts of at least five points, the parts' ratios are compared: the difference in
 * standard errors, if the variance of x goes with m. The score is the greatest over all splits of all windows, less what
 * the many short windows reach by chance. Windows ("seeded intervals") of half, a quarter, ... of the series see a level that
 * comes back, which a split of the whole would miss. How high a score must be is learnt by shuffling the series: no assumption
 * on how values are distributed or how alike the questions of a run are.
 *
 * @param index of the first point on the new level
 * @param pValue chance of so high a score in a series without order
 * @see <a href="https://doi.org/10.1093/biomet/asac052">Kovács et al. (2023), seeded binary segmentation</a>
 * @see <a href="https://doi.org/10.1214/aos/996986504">Dümbgen and Spokoiny (2001), multiscale testing</a>
 */
record LevelShift(int index, double pValue) {
    static final int MIN_POINTS_PER_LEVEL = 5;

    private static final int SHUFFLES = 999;
    /** Fixed, so that the same data gives the same answer. */
    private static final long SEED = 20_260_401;

    /**
     * Finds the shift, if its p-value is at most {@code significance}.
     *
     * @param x numerators in order of time
     * @param m denominators, at least 0
     */
    static @Nullable LevelShift find(double[] x, double[] m, double significance) {
        int tolerated = (int) Math.floor(significance * (SHUFFLES + 1) + 1e-9) - 1;
        if (x.length < 2 * MIN_POINTS_PER_LEVEL || tolerated < 0) {
            return null;
        }
        Series series = new Series(x, m);
        Split best = series.best();
        if (best == null) {
            return null;
        }
        double score = series.forSerialCorrelation(best);
        SplittableRandom random = new SplittableRandom(SEED);
        int asHigh = 0;
        for (int i = 0; i < SHUFFLES && asHigh <= tolerated; i++) {
            Split shuffled = series.shuffle(random).best();
            asHigh += shuffled != null && shuffled.score >= score ? 1 : 0;
        }
        return asHigh > tolerated ? null : new LevelShift(best.index, (asHigh + 1.0) / (SHUFFLES + 1));
    }

    private record Window(int from, int to) {}

    private record Split(Window window, int index, double score) {}

    /** Points, the windows over them and their running sums. */
    private static final class Series {
        private final double[] x;
        private final double[] m;
        private final double[] sumX;
        private final double[] sumM;
        private final List<Window> windows;
        private final double variancePerUnit;

        Series(double[] x, double[] m) {
            this.x = x.clone();
            this.m = m.clone();
            sumX = new double[x.length + 1];
            sumM = new double[x.length + 1];
            windows = windows(x.length);
            accumulate();
            variancePerUnit = variancePerUnit();
        }

        private static List<Window> windows(int points) {
            List<Window> windows = new ArrayList<>(List.of(new Window(0, points)));
            for (int parts = 2; points / parts >= 2 * MIN_POINTS_PER_LEVEL; parts *= 2) {
                int length = (points + parts - 1) / parts;
                int last = 2 * parts - 2;
                for (int i = 0; i <= last; i++) {
                    int from = (int) ((long) i * (points - length) / last);
                    windows.add(new Window(from, from + length));
                }
            }
            return windows;
        }

        private void accumulate() {
            for (int i = 0; i < x.length; i++) {
                sumX[i + 1] = sumX[i] + x[i];
                sumM[i + 1] = sumM[i] + m[i];
            }
        }

        private double variancePerUnit() {
            double ratio = sumX[x.length] / sumM[x.length];
            double squares = 0;
            for (int i = 0; i < x.length; i++) {
                squares += (x[i] - ratio * m[i]) * (x[i] - ratio * m[i]);
            }
            return squares / sumM[x.length];
        }

        /** Null if there is no variance at all, or nothing to divide by. */
        @Nullable
        Split best() {
            Split best = null;
            if (variancePerUnit > 0) {
                for (Window window : windows) {
                    Split split = best(window);
                    best = best == null || split.score > best.score ? split : best;
                }
            }
            return best;
        }

        private Split best(Window window) {
            double allX = sumX[window.to] - sumX[window.from];
            double allM = sumM[window.to] - sumM[window.from];
            double greatest = 0;
            int index = window.from + MIN_POINTS_PER_LEVEL;
            for (int k = index; k <= window.to - MIN_POINTS_PER_LEVEL; k++) {
                double leftM = sumM[k] - sumM[window.from];
                double surplus = (sumX[k] - sumX[window.from]) * allM - allX * leftM;
                double squared = surplus * surplus / (leftM * (allM - leftM));
                if (squared > greatest && squared < Double.POSITIVE_INFINITY) {
                    greatest = squared;
                    index = k;
                }
            }
            double standardErrors = allM > 0 ? Math.sqrt(greatest / allM / variancePerUnit) : 0;
            return new Split(window, index, standardErrors - chance(window));
        }

        private double chance(Window window) {
            return Math.sqrt(2 * Math.log((double) x.length / (window.to - window.from)));
        }

        /** The split's score, lowered if points resemble their neighbours even within each of its two levels. */
        double forSerialCorrelation(Split split) {
            double[] residuals = new double[split.window.to - split.window.from];
            residuals(split.window.from, split.index, split.window.from, residuals);
            residuals(split.index, split.window.to, split.window.from, residuals);
            double inflation = SerialCorrelation.varianceInflation(residuals);
            double chance = chance(split.window);
            return (split.score + chance) / Math.sqrt(inflation) - chance;
        }

        private void residuals(int from, int to, int offset, double[] residuals) {
            double ratio = (sumX[to] - sumX[from]) / (sumM[to] - sumM[from]);
            for (int i = from; i < to; i++) {
                residuals[i - offset] = m[i] > 0 ? (x[i] - ratio * m[i]) / Math.sqrt(m[i]) : 0;
            }
        }

        Series shuffle(SplittableRandom random) {
            for (int i = x.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                double swappedX = x[i];
                x[i] = x[j];
                x[j] = swappedX;
                double swappedM = m[i];
                m[i] = m[j];
                m[j] = swappedM;
            }
            accumulate();
            return this;
        }
    }
}
