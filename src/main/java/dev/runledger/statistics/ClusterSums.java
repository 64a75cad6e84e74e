package dev.runledger.statistics;

import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * The six sums over runs from which a pooled ratio R = Σx / Σm and its uncertainty follow, where x and m are the numerator
 * and denominator of one run. The mean of a value per run is the ratio with every m = 1.
 *
 * <p>Decimals, as SQL's {@code numeric}: the square of a 32-bit count fills 62 bits, so that three runs could overflow a
 * {@code long}, while a {@code double} loses what subtracting one run from millions leaves. Sums may be added and subtracted
 * in any order and stay exact.
 *
 * @param runs how many runs have x or m other than 0; a run with neither says nothing and is not counted
 */
public record ClusterSums(long runs, BigDecimal x, BigDecimal m, BigDecimal xx, BigDecimal mm, BigDecimal xm) {
    public static final ClusterSums NONE =
            new ClusterSums(0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** Likeness of the questions of one run where the runs do not differ at all. */
    private static final double IF_ALL_ALIKE = 0.05;
    /** Likeness of the questions of one run where a rate is near 0 or 1. */
    private static final double NEAR_THE_ENDS = 0.1;
    /** How many of the rarer outcome the assumption weighs, at 0 and at 1. */
    private static final double DOUBT = 5;
    /** R (1 - R) from which on the runs are believed: about 0.06 and 0.94. */
    private static final double NO_DOUBT_FROM = 0.06;
    /** Of so few effective runs t doubts enough. */
    private static final double NO_DOUBT_UP_TO = 3;

    public ClusterSums {
        if (runs < 0 || m.signum() < 0 || xx.signum() < 0 || mm.signum() < 0) {
            throw new IllegalArgumentException(
                    "Expected runs, m, xx and mm of at least 0, found %d, %s, %s and %s".formatted(runs, m, xx, mm));
        }
        x = simplest(x);
        m = simplest(m);
        xx = simplest(xx);
        mm = simplest(mm);
        xm = simplest(xm);
    }

    /** Equal numbers in one form, which sums of whole numbers are in already. */
    private static BigDecimal simplest(BigDecimal number) {
        BigDecimal stripped = number.scale() > 0 ? number.stripTrailingZeros() : number;
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /** The sums of one run. */
    public static ClusterSums of(BigDecimal x, BigDecimal m) {
        if (x.signum() == 0 && m.signum() == 0) {
            return NONE;
        }
        return new ClusterSums(1, x, m, x.multiply(x), m.multiply(m), x.multiply(m));
    }

    /** The sums of one run that counted {@code x} out of, or per, {@code m}. */
    public static ClusterSums of(long x, long m) {
        return of(BigDecimal.valueOf(x), BigDecimal.valueOf(m));
    }

    /**
     * The sums of values of which each run has one, as its duration.
     *
     * @param runs how many runs have the value
     * @param sum of the values
     * @param sumOfSquares of the values
     */
    public static ClusterSums ofValues(long runs, BigDecimal sum, BigDecimal sumOfSquares) {
        BigDecimal count = BigDecimal.valueOf(runs);
        return new ClusterSums(runs, sum, count, sumOfSquares, count, sum);
    }

    public ClusterSums plus(ClusterSums other) {
        return new ClusterSums(
                runs + other.runs,
                x.add(other.x),
                m.add(other.m),
                xx.add(other.xx),
                mm.add(other.mm),
                xm.add(other.xm));
    }

    /**
     * These sums without those of runs that are part of them.
     *
     * @throws IllegalArgumentException if they cannot be part of them
     */
    public ClusterSums minus(ClusterSums part) {
        return new ClusterSums(
                runs - part.runs,
                x.subtract(part.x),
                m.subtract(part.m),
                xx.subtract(part.xx),
                mm.subtract(part.mm),
                xm.subtract(part.xm));
    }

    /** Σx / Σm; null if Σm is 0. */
    public @Nullable Double ratio() {
        return m.signum() == 0 ? null : x.doubleValue() / m.doubleValue();
    }

    /**
     * How many runs of equal size would say as much as these: (Σm)² / Σm². Runs of equal size count in full; one run of 10,000
     * questions beside 50 of 10 makes 1.1. 0 if Σm is 0.
     *
     * @see <a href="https://doi.org/10.1002/bimj.19680100122">Kish (1965), survey sampling, section 11.7</a>
     */
    public double effectiveRuns() {
        return mm.signum() == 0
                ? 0
                : m.multiply(m).divide(mm, MathContext.DECIMAL128).doubleValue();
    }

    /**
     * Σ(x - r m)² over the runs for any r: least + (r - best)² mm, which no cancellation makes inexact.
     *
     * @param best Σxm / Σmm, the r whose sum of squares is the least
     */
    record Residuals(double least, double best, double mm) {
        double squared(double r) {
            return least + (r - best) * (r - best) * mm;
        }
    }

    Residuals residuals() {
        if (mm.signum() == 0) {
            return new Residuals(xx.doubleValue(), 0, 0);
        }
        BigDecimal least = xx.multiply(mm).subtract(xm.multiply(xm));
        double divisor = mm.doubleValue();
        return new Residuals(Math.max(0, least.doubleValue()) / divisor, xm.doubleValue() / divisor, divisor);
    }

    /**
     * The variance of {@link #ratio}: k / (k - 1) * Σ(x - R m)² / (Σm)², computed without cancellation, where k is
     * {@link #effectiveRuns}. Null with fewer than two runs, if one of them is all there is, or if Σm is 0.
     *
     * @see <a href="https://arxiv.org/abs/1803.06336">Deng et al. (2018), delta method in metric analytics</a>
     */
    public @Nullable Double variance() {
        double effective = effectiveRuns();
        if (runs < 2 || effective <= 1) {
            return null;
        }
        // Multiplied by (Σm)², the sum of squares Σx² - 2R Σxm + R² Σm² has no division and is exact.
        BigDecimal squares = xx.multiply(m)
                .multiply(m)
                .subtract(x.multiply(m).multiply(xm).multiply(BigDecimal.valueOf(2)))
                .add(x.multiply(x).multiply(mm));
        double total = m.doubleValue();
        double perRun = Math.max(0, squares.doubleValue()) / (total * total) / (total * total);
        return perRun * effective / (effective - 1);
    }

    /**
     * How many independent questions would give the rate as precisely as these runs do: R (1 - R) / {@link #variance}, which
     * is Σm over the design effect. Near 0 and 1 few runs do not show how alike questions are: there the design effect is
     * drawn towards that of an intra-run correlation of 0.1, the more the fewer of the rarer outcome were seen; and if the
     * runs do not differ at all, it is that of 0.05. Null where there is no variance, or R is not in [0, 1].
     *
     * @see <a href="https://doi.org/10.1093/jssam/smv024">Dean and Pagano (2015), intervals for proportions in clusters</a>
     */
    public @Nullable Double effectiveSize() {
        Double rate = ratio();
        Double variance = variance();
        if (rate == null || variance == null || rate < 0 || rate > 1) {
            return null;
        }
        double size = m.doubleValue();
        double spread = rate * (1 - rate);
        if (variance == 0 || spread == 0) {
            return size / designEffect(IF_ALL_ALIKE);
        }
        double seen = variance * size / spread;
        double assumed = designEffect(NEAR_THE_ENDS);
        double doubt =
                DOUBT * Math.max(0, 1 - spread / NO_DOUBT_FROM) * Math.max(0, 1 - NO_DOUBT_UP_TO / effectiveRuns());
        if (seen >= assumed || doubt == 0) {
            return size / seen;
        }
        double rarer = size * Math.min(rate, 1 - rate) / Math.max(1, seen);
        return size / ((rarer * seen + doubt * assumed) / (rarer + doubt));
    }

    private double designEffect(double correlation) {
        double typicalSize = mm.doubleValue() / m.doubleValue();
        return Math.max(1, 1 + (typicalSize - 1) * correlation);
    }
}
