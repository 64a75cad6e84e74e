package dev.runledger.statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A series Σx / Σm, and its clearest split into two levels.
 *
 * <p>A split compares the ratios on both sides of it, within a window: the difference in standard errors, if the variance of
 * x goes with m. The score is that, less what the many short windows reach by chance. Windows ("seeded intervals") of half,
 * a quarter, ... of the series see a level that comes back, which a split of the whole would miss.
 *
 * @see <a href="https://doi.org/10.1093/biomet/asac052">Kovács et al. (2023), seeded binary segmentation</a>
 * @see <a href="https://doi.org/10.1214/aos/996986504">Dümbgen and Spokoiny (2001), multiscale testing</a>
 */
final class SplitSeries {
    static final int MIN_POINTS_PER_LEVEL = 5;
    private static final int SPLITS_TAKEN_OUT = 3;
    /** Simulated. */
    private static final int PARAMETERS_OF_A_SPLIT = 3;

    /** Points {@code [from, to)}. */
    private record Window(int from, int to) {}

    /** The points of a window before {@code index} against those from it on. */
    record Split(Window window, int index, double score) {}

    private final double[] x;
    private final double[] m;
    /** What a point deviates from the ratio of all, scaled so that every point's variance is that of one unit of m. */
    private final double[] residuals;

    private final double[] sumX;
    private final double[] sumM;
    private final List<Window> windows;
    private double noise;

    SplitSeries(double[] x, double[] m) {
        this.x = x.clone();
        this.m = m.clone();
        residuals = new double[x.length];
        sumX = new double[x.length + 1];
        sumM = new double[x.length + 1];
        windows = windows(x.length);
        accumulate();
        double ratio = sumX[x.length] / sumM[x.length];
        for (int i = 0; i < x.length; i++) {
            residuals[i] = m[i] > 0 ? (x[i] - ratio * m[i]) / Math.sqrt(m[i]) : 0;
        }
        noise = noise();
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

    /**
     * Variance per unit of m, from neighbours: a few shifts of the level hardly enter into it. The greater of two, as points
     * that alternate are most alike two apart, and points that remember are most alike one apart.
     */
    private double noise() {
        double oneStep = 0;
        double twoSteps = 0;
        for (int i = 2; i < residuals.length; i++) {
            oneStep += (residuals[i] - residuals[i - 1]) * (residuals[i] - residuals[i - 1]);
            twoSteps += (residuals[i] - residuals[i - 2]) * (residuals[i] - residuals[i - 2]);
        }
        return Math.max(oneStep, twoSteps) / (2 * (residuals.length - 2));
    }

    Split best() {
        Split best = best(windows.get(0));
        for (Window window : windows) {
            Split split = best(window);
            best = split.score > best.score ? split : best;
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
        double standardErrors = greatest > 0 ? Math.sqrt(greatest / allM / noise) : 0;
        return new Split(window, index, standardErrors - chance(window));
    }

    private double chance(Window window) {
        return Math.sqrt(2 * Math.log((double) x.length / (window.to - window.from)));
    }

    /**
     * The split's score, lowered if points resemble their neighbours: the variance of a level is then that of successive steps
     * over (1 - r)². r is estimated after the clearest splits are taken out, since a shift of the level makes neighbours alike, too.
     *
     * @see <a href="https://doi.org/10.3150/15-BEJ782">Chakar et al. (2017), change-points in the mean of an AR(1) process</a>
     */
    double forSerialCorrelation(Split split) {
        double chance = chance(split.window);
        return (split.score + chance) * (1 - correlation()) - chance;
    }

    private double correlation() {
        List<Window> levels = new ArrayList<>(List.of(windows.get(0)));
        for (int taken = 0; taken < SPLITS_TAKEN_OUT; taken++) {
            Split clearest = null;
            for (Window level : levels) {
                Split split = level.to - level.from < 2 * MIN_POINTS_PER_LEVEL ? null : best(level);
                clearest = split != null && (clearest == null || errors(split) > errors(clearest)) ? split : clearest;
            }
            if (clearest != null) {
                levels.remove(clearest.window);
                levels.add(new Window(clearest.window.from, clearest.index));
                levels.add(new Window(clearest.index, clearest.window.to));
            }
        }
        double[] left = new double[x.length];
        for (Window level : levels) {
            double ratio = (sumX[level.to] - sumX[level.from]) / (sumM[level.to] - sumM[level.from]);
            for (int i = level.from; i < level.to; i++) {
                left[i] = m[i] > 0 ? (x[i] - ratio * m[i]) / Math.sqrt(m[i]) : 0;
            }
        }
        // A split takes its place from the series as well as its level.
        return SerialCorrelation.of(new double[][] {left}, 1 + PARAMETERS_OF_A_SPLIT * (levels.size() - 1));
    }

    private double errors(Split split) {
        return split.score + chance(split.window);
    }

    /** Puts the points in another order, and returns this series. */
    SplitSeries shuffle(SplittableRandom random) {
        for (int i = x.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            swap(x, i, j);
            swap(m, i, j);
            swap(residuals, i, j);
        }
        accumulate();
        noise = noise();
        return this;
    }

    private static void swap(double[] values, int i, int j) {
        double swapped = values[i];
        values[i] = values[j];
        values[j] = swapped;
    }
}
