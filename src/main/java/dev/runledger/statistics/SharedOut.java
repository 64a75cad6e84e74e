package dev.runledger.statistics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What names account for where runs report how much they have of each, but not how each did: by the regression of the runs' ratios
 * on the shares. Names' ratios are held to differ moderately unless the runs say otherwise; where all runs have the same shares,
 * nothing says so, and the variances show it.
 *
 * @see <a href="https://doi.org/10.1080/00401706.1970.10488634">Hoerl and Kennard (1970), ridge regression</a>
 */
public final class SharedOut {
    /** By how much ratios differ between names: of a rate absolutely, of an amount as a share of its level. */
    private static final double NAMES_MATTER = 0.25;

    private static final MathContext DIGITS = MathContext.DECIMAL64;

    private final List<ClusterSums> runs;
    /** Of each run and name; each run's add up to 1. */
    private final List<BigDecimal[]> shares;

    private final int names;
    private final double ratio;
    private final double[] m;
    private final double[][] products;
    private final double[] residuals;

    private SharedOut(List<ClusterSums> runs, List<BigDecimal[]> shares, int names, double ratio) {
        this.runs = runs;
        this.shares = shares;
        this.names = names;
        this.ratio = ratio;
        m = new double[names];
        products = new double[names][names];
        residuals = new double[names];
        double all = 0;
        for (int i = 0; i < runs.size(); i++) {
            double size = runs.get(i).m().doubleValue();
            double residual = residual(i);
            all += size;
            for (int j = 0; j < names; j++) {
                m[j] += size * share(i, j);
                residuals[j] += share(i, j) * residual;
                for (int k = 0; k < names; k++) {
                    products[j][k] += size * share(i, j) * share(i, k);
                }
            }
        }
        for (int j = 0; j < names; j++) {
            for (int k = 0; k < names; k++) {
                products[j][k] -= m[j] * m[k] / all;
            }
        }
    }

    private double share(int run, int name) {
        return shares.get(run)[name].doubleValue();
    }

    private double residual(int run) {
        return runs.get(run).x().doubleValue() - ratio * runs.get(run).m().doubleValue();
    }

    /**
     * The sums of each name. Their numerators and denominators add up to those of the runs exactly; variances are the regression's.
     *
     * @param runs or days
     * @param shares of each run and name, at least 0; each run's add up to 1
     */
    public static List<ClusterSums> of(List<ClusterSums> runs, List<BigDecimal[]> shares, Scale scale) {
        int names = shares.isEmpty() ? 0 : shares.get(0).length;
        ClusterSums all = runs.stream().reduce(ClusterSums.NONE, ClusterSums::plus);
        Double ratio = all.ratio();
        if (names == 0 || ratio == null) {
            return List.of();
        }
        SharedOut model = new SharedOut(runs, shares, names, ratio);
        return model.sums(all, scale == Scale.RATE ? NAMES_MATTER : NAMES_MATTER * Math.max(Math.abs(ratio), 1e-12));
    }

    private List<ClusterSums> sums(ClusterSums all, double spread) {
        double noise = noise(new double[names], 1);
        double[][] inverse = inverse(noise, spread);
        double[] deviations = deviations(inverse);
        double fitted = 1;
        for (int j = 0; j < names; j++) {
            fitted += 1 - noise / (spread * spread) * inverse[j][j];
        }
        noise = noise(deviations, fitted);
        inverse = inverse(noise, spread);
        deviations = deviations(inverse);
        Double varianceOfAll = all.variance();
        double total = all.m().doubleValue();
        List<ClusterSums> sums = new ArrayList<>();
        BigDecimal left = all.x();
        for (int j = 0; j < names; j++) {
            ClusterSums sized = sized(j);
            BigDecimal x =
                    j == names - 1 ? left : new BigDecimal(ratio + deviations[j], DIGITS).multiply(sized.m(), DIGITS);
            left = left.subtract(x);
            double variance = noise * variance(inverse, j, total) + (varianceOfAll == null ? 0 : varianceOfAll);
            sums.add(varying(sized, x, variance));
        }
        return sums;
    }

    /** Variance of x per unit of m. */
    private double noise(double[] deviations, double fitted) {
        double squares = 0;
        int sized = 0;
        for (int i = 0; i < runs.size(); i++) {
            double size = runs.get(i).m().doubleValue();
            double residual = residual(i);
            for (int j = 0; j < names; j++) {
                residual -= size * share(i, j) * deviations[j];
            }
            squares += size == 0 ? 0 : residual * residual / size;
            sized += size == 0 ? 0 : 1;
        }
        return squares / Math.max(1, sized - fitted);
    }

    private double[][] inverse(double noise, double spread) {
        double[][] damped = new double[names][];
        for (int j = 0; j < names; j++) {
            damped[j] = products[j].clone();
            damped[j][j] += Math.max(noise / (spread * spread), 1e-12);
        }
        return SymmetricMatrix.inverse(damped);
    }

    /** How far the names' ratios are off the whole's; on the mean over all, they are not. */
    private double[] deviations(double[][] inverse) {
        double[] deviations = new double[names];
        double mean = 0;
        for (int j = 0; j < names; j++) {
            for (int k = 0; k < names; k++) {
                deviations[j] += inverse[j][k] * residuals[k];
            }
            mean += deviations[j] * m[j];
        }
        double all = Arrays.stream(m).sum();
        for (int j = 0; j < names; j++) {
            deviations[j] -= mean / all;
        }
        return deviations;
    }

    private double variance(double[][] inverse, int name, double total) {
        double variance = 0;
        for (int j = 0; j < names; j++) {
            for (int k = 0; k < names; k++) {
                variance += weight(j, name, total) * inverse[j][k] * weight(k, name, total);
            }
        }
        return variance;
    }

    private double weight(int column, int name, double total) {
        return (column == name ? 1 : 0) - m[column] / total;
    }

    /** How much of it there is, run by run. */
    private ClusterSums sized(int name) {
        ClusterSums sum = ClusterSums.NONE;
        for (int i = 0; i < runs.size(); i++) {
            BigDecimal share = shares.get(i)[name];
            BigDecimal square = share.multiply(share);
            ClusterSums run = runs.get(i);
            sum = sum.plus(new ClusterSums(
                    run.runs(),
                    BigDecimal.ZERO,
                    run.m().multiply(share),
                    BigDecimal.ZERO,
                    run.mm().multiply(square),
                    BigDecimal.ZERO));
        }
        return sum;
    }

    /** Sums of such a size with this numerator, whose ratio has this variance. */
    private static ClusterSums varying(ClusterSums sized, BigDecimal x, double variance) {
        double size = sized.m().doubleValue();
        double effective = sized.effectiveRuns();
        if (size == 0 || effective <= 1) {
            return new ClusterSums(sized.runs(), x, sized.m(), x.multiply(x).abs(), sized.mm(), x.multiply(sized.m()));
        }
        BigDecimal ratio = x.divide(sized.m(), DIGITS);
        BigDecimal xm = ratio.multiply(sized.mm());
        BigDecimal squares = new BigDecimal(variance * size * size * (effective - 1) / effective);
        return new ClusterSums(sized.runs(), x, sized.m(), ratio.multiply(xm).add(squares), sized.mm(), xm);
    }
}
