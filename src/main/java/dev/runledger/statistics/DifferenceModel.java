package dev.runledger.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far candidate and baseline differ like for like: the least squares fit of x = m (level of the stratum + mix + settings +
 * drift + candidate). With strata alone that is the mean of their differences, weighted by m_b m_c / (m_b + m_c); with nothing
 * to adjust for it is the difference of the pooled ratios.
 *
 * <p>How much mixes and drift matter is held to be moderate unless the runs say otherwise, and what that assumption leaves open
 * is part of the standard error. So a mix that differs between the arms and hardly within them widens the interval by what it
 * may be responsible for, and not beyond all bounds.
 *
 * @see <a href="https://doi.org/10.1080/00401706.1970.10488634">Hoerl and Kennard (1970), ridge regression</a>
 */
final class DifferenceModel {
    /** By how much the ratio differs between kinds of questions: of a rate absolutely, of an amount as a share of its level. */
    private static final double MIX_MATTERS = 0.35;
    /**
     * By how much the ratio may drift a week, likewise, though the runs do not show it: for verdicts that are read all along,
     * from when a version is too young to show a drift.
     */
    private static final double UNSEEN_DRIFT_PER_WEEK = 0.005;

    /** At a fixed horizon: from how many standard errors squared on a drift shows that the difference may be due to, or hide. */
    private static final double SHOWS_ITSELF = 1.2;

    private static final double SHOWS_THOUGH_IT_HIDES = 9;
    /** How soon a drift that shows is allowed for in full. */
    private static final double SOON = 10;

    /** As good as leaving the column out. */
    private static final double MOST_PENALTY = 1e12;

    private static final double MILLIS_PER_WEEK = Duration.ofDays(7).toMillis();

    private final List<ComparisonCell> cells;
    private final double[] x;
    private final double[] m;
    private final ClusterSums.Residuals[] residuals;
    /** How many times the runs that it has the candidate is taken to have, at the pace that it had. */
    private final double growth;

    private final int mixes;
    private final int drift;
    private final int arm;
    private final boolean drifting;
    private final Map<String, double[]> strata = new HashMap<>();
    /** Per cell: mixes, settings, weeks, and last whether it is the candidate's; less their means in the stratum. */
    private final double[][] columns;

    private final double[][] products;

    private DifferenceModel(List<ComparisonCell> cells, boolean drifting) {
        this(cells, drifting, 1);
    }

    DifferenceModel(List<ComparisonCell> cells, boolean drifting, double growth) {
        this.growth = growth;
        this.cells = cells.stream()
                .sorted(Comparator.comparing(cell -> cell.observation().at()))
                .toList();
        x = this.cells.stream()
                .mapToDouble(cell -> times(cell) * cell.observation().sums().x().doubleValue())
                .toArray();
        m = this.cells.stream()
                .mapToDouble(cell -> times(cell) * cell.observation().sums().m().doubleValue())
                .toArray();
        residuals = this.cells.stream()
                .map(cell -> cell.observation().sums().residuals())
                .toArray(ClusterSums.Residuals[]::new);
        this.drifting = drifting;
        mixes = cells.get(0).mix().length;
        drift = mixes + cells.get(0).settings().length;
        arm = drifting ? drift + 1 : drift;
        columns = columns();
        for (int i = 0; i < columns.length; i++) {
            add(strata.computeIfAbsent(cells.get(i).stratum(), stratum -> new double[arm + 3]), columns[i], i);
        }
        double[][] squares = new double[arm + 1][arm + 1];
        for (int i = 0; i < columns.length; i++) {
            double[] sums = strata.get(cells.get(i).stratum());
            for (int j = 0; j <= arm; j++) {
                columns[i][j] = sums[arm + 1] == 0 ? 0 : columns[i][j] - sums[j] / sums[arm + 1];
            }
            for (int j = 0; j <= arm; j++) {
                for (int k = 0; k <= arm; k++) {
                    squares[j][k] += m[i] * columns[i][j] * columns[i][k];
                }
            }
        }
        products = squares;
    }

    private double[][] columns() {
        Instant first = cells.get(0).observation().at();
        double start = cells.stream()
                .filter(ComparisonCell::candidate)
                .findFirst()
                .map(cell -> weeks(first, cell))
                .orElse(0.0);
        return cells.stream()
                .map(cell -> {
                    double[] row = new double[arm + 1];
                    System.arraycopy(cell.mix(), 0, row, 0, mixes);
                    System.arraycopy(cell.settings(), 0, row, mixes, drift - mixes);
                    if (drifting) {
                        double weeks = weeks(first, cell);
                        row[drift] = cell.candidate() ? start + growth * (weeks - start) : weeks;
                    }
                    row[arm] = cell.candidate() ? 1 : 0;
                    return row;
                })
                .toArray(double[][]::new);
    }

    private static double weeks(Instant first, ComparisonCell cell) {
        return Duration.between(first, cell.observation().at()).toMillis() / MILLIS_PER_WEEK;
    }

    /** The sums of a stratum: of m times every column, of m and of x. */
    private void add(double[] sums, double[] row, int cell) {
        for (int j = 0; j <= arm; j++) {
            sums[j] += m[cell] * row[j];
        }
        sums[arm + 1] += m[cell];
        sums[arm + 2] += x[cell];
    }

    private double times(ComparisonCell cell) {
        return cell.candidate() ? growth : 1;
    }

    /** The difference as it is; null where an arm has too few effective runs or nothing to divide by. */
    static @Nullable Effect raw(List<ComparisonCell> cells, Scale scale) {
        if (cells.isEmpty()) {
            return null;
        }
        DifferenceModel model = new DifferenceModel(
                cells.stream().map(ComparisonCell::unadjusted).toList(), false);
        return model.isIdentified() ? model.fit(new double[1]).effect(scale, 0) : null;
    }

    /** The difference like for like; null where candidate and baseline have too little alike. */
    static @Nullable Effect adjusted(List<ComparisonCell> cells, ComparisonPlan plan, double level) {
        DifferenceModel model = new DifferenceModel(cells, true);
        return model.isIdentified() ? model.adjusted(plan, plan.scale() == Scale.RATE ? 1 : Math.abs(level)) : null;
    }

    /** Whether settings and strata leave anything alike to compare; mixes and drift always do, by assumption. */
    private boolean isIdentified() {
        int settings = drift - mixes;
        double[][] exact = new double[settings + 1][settings + 1];
        for (int i = 0; i <= settings; i++) {
            for (int j = 0; j <= settings; j++) {
                exact[i][j] = products[i == settings ? arm : mixes + i][j == settings ? arm : mixes + j];
            }
        }
        return exact[settings][settings] > 0 && SymmetricMatrix.inverse(exact)[settings][settings] > 0;
    }

    private @Nullable Effect adjusted(ComparisonPlan plan, double level) {
        double[] spread = new double[arm + 1];
        Arrays.fill(spread, Double.POSITIVE_INFINITY);
        Arrays.fill(spread, 0, mixes, MIX_MATTERS * level);
        spread[drift] = UNSEEN_DRIFT_PER_WEEK * level;
        Fit unadjusted = new DifferenceModel(
                        cells.stream().map(ComparisonCell::unadjusted).toList(), false)
                .fit(new double[1]);
        // The noise is estimated from the fit, and the fit depends on it: twice is enough.
        double noise = fit(penalties(unadjusted.noise(), spread)).noise();
        double[] freely = spread.clone();
        freely[drift] = Double.POSITIVE_INFINITY;
        Fit undamped = fit(penalties(noise, freely));
        double slope = undamped.coefficients[drift];
        double slopeVariance = undamped.noise() * undamped.designEffect(plan.scale()) * undamped.inverse[drift][drift];
        // At a fixed horizon, a drift is allowed for that shows; the less readily if that makes the difference larger.
        boolean mayBeDueToIt = slope * unadjusted.coefficients[0] > 0;
        spread[drift] = drift(plan, level, slope * slope, slopeVariance, mayBeDueToIt);
        noise = undamped.noise() * undamped.designEffect(plan.scale());
        double[] penalties = penalties(noise, spread);
        Fit fit = fit(penalties);
        // A drift that does not show widens the interval, but does not move the estimate.
        double[] still = spread.clone();
        still[drift] = Double.MIN_NORMAL;
        double doubt = Math.min(1, Math.max(0, 4 * (1 - Math.abs(slope) / Math.sqrt(slopeVariance))));
        double moved = !(slopeVariance > 0)
                ? 0
                : doubt * (fit(penalties(noise, still)).coefficients[arm] - fit.coefficients[arm]);
        double open = fit.unresolved(penalties, spread)
                + moved * moved
                + Return.variance(cells, undamped.designEffect(plan.scale()));
        Effect effect = fit.effect(plan.scale(), open);
        double slopeError = undamped.inverse[drift][drift] == 0 ? Double.NaN : Math.sqrt(slopeVariance);
        return effect == null
                ? null
                : effect.drifting(
                        effect.value() + moved,
                        slope,
                        slopeError,
                        weeksApart(),
                        fit.attribution(moved),
                        new Forecast(
                                cells, spread, drift, noise, slope * slope - slopeVariance, mayBeDueToIt, plan, level));
    }

    /** How large a drift is allowed for, of which this much shows and this much would by chance. */
    static double drift(
            ComparisonPlan plan, double level, double squaredSlope, double slopeVariance, boolean mayBeDueToIt) {
        if (plan.isAlwaysValid()) {
            return Math.max(UNSEEN_DRIFT_PER_WEEK * level, beyond(squaredSlope, 0.5 * slopeVariance));
        }
        double byChance = (mayBeDueToIt ? SHOWS_ITSELF : SHOWS_THOUGH_IT_HIDES) * slopeVariance;
        return Math.sqrt(SOON) * beyond(squaredSlope, byChance);
    }

    private static double beyond(double square, double byChance) {
        return Math.sqrt(Math.max(Double.MIN_NORMAL, square - byChance));
    }

    /** How much later the candidate's runs were than the baseline's like them: what a drift a week adds to the plain difference. */
    private double weeksApart() {
        return products[arm][arm] == 0 ? 0 : products[drift][arm] / products[arm][arm];
    }

    static double[] penalties(double noise, double[] spread) {
        double[] penalties = new double[spread.length];
        for (int j = 0; j < spread.length; j++) {
            penalties[j] = Math.min(noise / (spread[j] * spread[j]), MOST_PENALTY * noise);
        }
        return penalties;
    }

    private Fit fit(double[] penalties) {
        return new Fit(penalties);
    }

    /** What the design alone says of the difference: its variance per unit of noise, and what the assumptions leave open of it. */
    Forecast.Ahead ahead(double noise, double[] spread) {
        double[] penalties = penalties(noise, spread);
        double[] weights = inverse(penalties)[arm];
        double variance = 0;
        for (int j = 0; j <= arm; j++) {
            variance += weights[j] * dot(products[j], weights);
        }
        return new Forecast.Ahead(variance, open(weights, penalties, spread));
    }

    /** The variance of the drift, if nothing is assumed of it. */
    double slopeVariance(double noise, double[] spread) {
        double[] freely = spread.clone();
        freely[drift] = Double.POSITIVE_INFINITY;
        return noise * inverse(penalties(noise, freely))[drift][drift];
    }

    private double[][] inverse(double[] penalties) {
        double[][] damped = new double[arm + 1][];
        for (int j = 0; j <= arm; j++) {
            damped[j] = products[j].clone();
            damped[j][j] += penalties[j];
        }
        return SymmetricMatrix.inverse(damped);
    }

    private double open(double[] weights, double[] penalties, double[] spread) {
        double open = 0;
        for (int j = 0; j < arm; j++) {
            double leak = penalties[j] == 0 ? 0 : penalties[j] * weights[j] * spread[j];
            open += leak * leak;
        }
        return open;
    }

    /** A fit of the model, the difference being the sum of what every cell's x weighs in it. */
    private final class Fit {
        private final double[][] inverse;
        private final double[] coefficients;
        private final double parameters;
        private final double squares;
        private final Arm[] arms = {new Arm(), new Arm()};

        Fit(double[] penalties) {
            inverse = inverse(penalties);
            coefficients = coefficients();
            double fitted = 0;
            for (int j = 0; j <= arm; j++) {
                fitted += inverse[j][j] == 0 ? 0 : 1 - penalties[j] * inverse[j][j];
            }
            double all = 0;
            Set<String> compared = new HashSet<>();
            for (int i = 0; i < columns.length; i++) {
                double weight = dot(inverse[arm], columns[i]);
                double ratio = ratio(i);
                Observation observation = cells.get(i).observation();
                double squared = residuals[i].squared(ratio);
                all += squared;
                arms[cells.get(i).candidate() ? 1 : 0].add(observation, weight, x[i] - m[i] * ratio, squared);
                if (weight != 0) {
                    compared.add(cells.get(i).stratum());
                }
            }
            squares = all;
            parameters = compared.size() + fitted;
        }

        private double[] coefficients() {
            double[] products = new double[arm + 1];
            for (int i = 0; i < columns.length; i++) {
                for (int j = 0; j <= arm; j++) {
                    products[j] += columns[i][j] * x[i];
                }
            }
            double[] found = new double[arm + 1];
            for (int j = 0; j <= arm; j++) {
                found[j] = dot(inverse[j], products);
            }
            return found;
        }

        private double ratio(int cell) {
            double[] sums = strata.get(cells.get(cell).stratum());
            return sums[arm + 1] == 0 ? 0 : sums[arm + 2] / sums[arm + 1] + dot(coefficients, columns[cell]);
        }

        /** What the plain difference is made up of, if so much of it is the candidate's rather than the drift's. */
        Attribution attribution(double moved) {
            double[] apart = new double[arm + 1];
            Map<String, double[]> shares = new HashMap<>();
            for (int i = 0; i < columns.length; i++) {
                double[] sums = strata.get(cells.get(i).stratum());
                int side = cells.get(i).candidate() ? 1 : 0;
                double share = (side == 1 ? 1 : -1) * m[i] / arms[side].m();
                for (int j = 0; j <= arm && sums[arm + 1] != 0; j++) {
                    apart[j] += share * (columns[i][j] + sums[j] / sums[arm + 1]);
                }
                shares.computeIfAbsent(cells.get(i).stratum(), stratum -> new double[1])[0] += share;
            }
            Map<String, Attribution.Stratum> levels = new HashMap<>();
            shares.forEach((stratum, share) -> {
                double[] sums = strata.get(stratum);
                double level = sums[arm + 1] == 0 ? 0 : sums[arm + 2] / sums[arm + 1];
                for (int j = 0; j <= arm && sums[arm + 1] != 0; j++) {
                    level -= coefficients[j] * sums[j] / sums[arm + 1];
                }
                levels.put(stratum, new Attribution.Stratum(level, share[0]));
            });
            List<Double> parts = new ArrayList<>();
            for (int j = 0; j < arm; j++) {
                parts.add(coefficients[j] * apart[j]);
            }
            return new Attribution(
                    coefficients[arm] + moved,
                    levels,
                    parts.subList(0, mixes),
                    parts.subList(mixes, drift),
                    parts.get(drift) - moved);
        }

        /** Variance of x per unit of m. */
        double noise() {
            return squares / (arms[0].m() + arms[1].m());
        }

        /** What assumptions about mixes and drift leave open of the difference: its variance. */
        double unresolved(double[] penalties, double[] spread) {
            return open(inverse[arm], penalties, spread);
        }

        @Nullable
        Dependence dependence(Scale scale) {
            return Dependence.of(arms[0], arms[1], parameters, scale);
        }

        double designEffect(Scale scale) {
            Dependence dependence = dependence(scale);
            return dependence == null ? 1 : dependence.designEffect();
        }

        @Nullable
        Effect effect(Scale scale, double unresolved) {
            Dependence dependence = dependence(scale);
            return dependence == null || dependence.baselineVariance() + dependence.candidateVariance() == 0
                    ? null
                    : new Effect(
                            coefficients[arm],
                            dependence.baselineVariance(),
                            dependence.candidateVariance(),
                            unresolved,
                            dependence.degreesOfFreedom(),
                            dependence.designEffect(),
                            arms[0].effectiveRuns(),
                            arms[1].effectiveRuns(),
                            0,
                            Double.NaN,
                            0,
                            null,
                            null);
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
