package dev.runledger.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * How sure a difference will be once the candidate has more runs, at the pace at which it had them: the longer it runs, the further
 * it is from the baseline, and the better a drift shows.
 *
 * @param cells both arms so far
 * @param spread how much mixes, settings and, last but for the arm, the drift may matter
 * @param drift the column of the drift
 * @param noise variance of x per unit of m, dependence allowed for
 * @param squaredDrift the square of the drift that shows beyond chance; at most 0 if none does
 * @param mayBeDueToIt whether drift and difference have the same direction
 */
record Forecast(
        List<ComparisonCell> cells,
        double[] spread,
        int drift,
        double noise,
        double squaredDrift,
        boolean mayBeDueToIt,
        ComparisonPlan plan,
        double level) {

    /**
     * Of a comparison that has not begun: the history is the baseline, and the candidate follows it at its pace, with as many runs.
     *
     * @param history in order of time
     */
    static Forecast afterwards(List<Observation> history, double noise, ComparisonPlan plan, double level) {
        Instant first = history.get(0).at();
        Instant last = history.get(history.size() - 1).at();
        Duration length = Duration.between(first, last);
        Duration step = length.plus(history.size() > 1 ? length.dividedBy(history.size() - 1) : Duration.ZERO);
        List<ComparisonCell> cells = Stream.concat(
                        history.stream().map(each -> ComparisonCell.of(false, each)),
                        history.stream()
                                .map(each -> ComparisonCell.of(
                                        true, new Observation(each.at().plus(step), each.sums()))))
                .toList();
        return new Forecast(cells, new double[] {0, Double.POSITIVE_INFINITY}, 0, noise, 0, true, plan, level);
    }

    /** @param variance of the difference per unit of noise */
    record Ahead(double variance, double unresolved) {}

    /**
     * How the design of then inflates the variance, and what it leaves open.
     *
     * @param growth how many times the runs that it has the candidate will have
     */
    Ahead inflation(double growth) {
        Ahead then = ahead(growth);
        return new Ahead(then.variance / plain(growth), then.unresolved);
    }

    private Ahead ahead(double growth) {
        DifferenceModel model = new DifferenceModel(cells, true, growth);
        double slopeVariance = model.slopeVariance(noise, spread);
        double[] then = spread.clone();
        then[drift] = DifferenceModel.drift(
                plan, level, Math.max(0, squaredDrift) + slopeVariance, slopeVariance, mayBeDueToIt);
        return model.ahead(noise, then);
    }

    /** The variance per unit of noise if nothing had to be allowed for. */
    private double plain(double growth) {
        double baseline = 0;
        double candidate = 0;
        for (ComparisonCell cell : cells) {
            double m = cell.observation().sums().m().doubleValue();
            baseline += cell.candidate() ? 0 : m;
            candidate += cell.candidate() ? growth * m : 0;
        }
        return 1 / baseline + 1 / candidate;
    }
}
