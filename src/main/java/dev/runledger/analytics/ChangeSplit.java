package dev.runledger.analytics;

import dev.runledger.analytics.ChangeExplanations.ByDimension;
import dev.runledger.analytics.ChangeExplanations.Contribution;
import dev.runledger.analytics.ChangeExplanations.Explanation;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.statistics.ChangeDecomposition;
import dev.runledger.statistics.ChangeDecomposition.Part;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.ComparisonCell;
import dev.runledger.statistics.ComparisonPlan;
import dev.runledger.statistics.Observation;
import dev.runledger.statistics.SharedOut;
import dev.runledger.statistics.Validity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Splits a change by every dimension that is reported, and ranks what it is due to. */
final class ChangeSplit {

    /** What runs report any number of names of. */
    static final List<Dimension> REPORTED = List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.DIFFICULTY);

    /** Two sides of a change that differ by more in what outcomes cover cannot be split by them. */
    private static final BigDecimal COVERED = new BigDecimal("0.5");

    private static final MathContext THRESHOLD_DIGITS = new MathContext(3);

    private ChangeSplit() {}

    /**
     * @param outcomes by dimension, of names: what runs report of them; empty where they report none
     */
    static Explanation explain(
            Metric metric,
            List<RunCell> cellsBefore,
            List<RunCell> cellsAfter,
            Map<Dimension, List<Slice>> outcomes,
            double confidence) {
        List<ComparisonCell> compared = Stream.concat(
                        cellsBefore.stream().map(cell -> cell(cell, metric, false)),
                        cellsAfter.stream().map(cell -> cell(cell, metric, true)))
                .toList();
        Comparison comparison = Comparison.raw(
                compared,
                new ComparisonPlan(
                        metric.polarity(),
                        Figures.scale(metric),
                        confidence,
                        Double.MAX_VALUE,
                        Validity.FIXED_HORIZON));
        List<ByDimension> dimensions = new ArrayList<>();
        for (Dimension dimension : Dimension.OF_RUNS) {
            add(dimensions, dimension, slices(cellsBefore, cellsAfter, metric, dimension), comparison, confidence);
        }
        if (Stream.concat(cellsBefore.stream(), cellsAfter.stream()).anyMatch(cell -> cell.threshold() != null)) {
            add(
                    dimensions,
                    Dimension.ARBITER_THRESHOLD,
                    byThreshold(cellsBefore, cellsAfter, metric),
                    comparison,
                    confidence);
        }
        outcomes.forEach((dimension, reported) -> add(
                dimensions,
                dimension,
                isSplit(reported, comparison) ? reported : shares(cellsBefore, cellsAfter, metric, dimension),
                comparison,
                confidence));
        Explanation explanation = new Explanation(metric, comparison, List.copyOf(dimensions), List.of());
        return explanation.isSignificant()
                ? new Explanation(metric, comparison, explanation.dimensions(), causes(dimensions))
                : explanation;
    }

    private static ComparisonCell cell(RunCell cell, Metric metric, boolean after) {
        return ComparisonCell.of(after, new Observation(cell.at(), cell.of(metric)));
    }

    private static void add(
            List<ByDimension> dimensions,
            Dimension dimension,
            List<Slice> slices,
            Comparison comparison,
            double confidence) {
        ChangeDecomposition split = slices.isEmpty()
                ? null
                : ChangeDecomposition.of(slices, comparison.baseline(), comparison.candidate(), confidence);
        if (split != null) {
            dimensions.add(new ByDimension(
                    dimension,
                    split.parts().stream()
                            .map(part -> contribution(dimension, part, slices, comparison))
                            .toList()));
        }
    }

    private static Contribution contribution(
            Dimension dimension, Part part, List<Slice> slices, Comparison comparison) {
        Optional<Slice> slice = slices.stream()
                .filter(each -> Objects.equals(each.key(), part.key()))
                .findFirst();
        return new Contribution(
                dimension,
                part,
                slice.map(each -> share(each.before(), comparison.baseline())).orElse(0.0),
                slice.map(each -> share(each.after(), comparison.candidate())).orElse(0.0),
                slice.map(each -> each.before().ratio()).orElse(null),
                slice.map(each -> each.after().ratio()).orElse(null));
    }

    private static double share(ClusterSums part, ClusterSums all) {
        return part.m().doubleValue() / all.m().doubleValue();
    }

    private static List<Contribution> causes(List<ByDimension> dimensions) {
        return dimensions.stream()
                .flatMap(each -> each.parts().stream())
                .filter(each -> each.part().evidence() > 0)
                .sorted(Comparator.comparingDouble(
                        (Contribution each) -> -each.part().evidence()))
                .toList();
    }

    private static List<Slice> slices(List<RunCell> before, List<RunCell> after, Metric metric, Dimension dimension) {
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        before.forEach(cell -> add(byKey, 0, cell.attribute(dimension), cell.of(metric)));
        after.forEach(cell -> add(byKey, 1, cell.attribute(dimension), cell.of(metric)));
        return slices(byKey);
    }

    static void add(Map<String, ClusterSums[]> byKey, int side, String key, ClusterSums sums) {
        ClusterSums[] both = byKey.computeIfAbsent(key, name -> new ClusterSums[] {ClusterSums.NONE, ClusterSums.NONE});
        both[side] = both[side].plus(sums);
    }

    static List<Slice> slices(Map<String, ClusterSums[]> byKey) {
        return byKey.entrySet().stream()
                .map(entry -> new Slice(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .toList();
    }

    /** Whether outcomes are part of the whole on both sides, and most of it. */
    private static boolean isSplit(List<Slice> slices, Comparison comparison) {
        ClusterSums before = slices.stream().map(Slice::before).reduce(ClusterSums.NONE, ClusterSums::plus);
        ClusterSums after = slices.stream().map(Slice::after).reduce(ClusterSums.NONE, ClusterSums::plus);
        return isMostOf(before, comparison.baseline()) && isMostOf(after, comparison.candidate());
    }

    private static boolean isMostOf(ClusterSums part, ClusterSums all) {
        return part.m().compareTo(all.m()) <= 0
                && part.x().compareTo(all.x()) <= 0
                && part.m().compareTo(all.m().multiply(COVERED)) > 0;
    }

    /** By the shares that names have in the questions of each run, where the runs do not say how each did. */
    private static List<Slice> shares(List<RunCell> before, List<RunCell> after, Metric metric, Dimension dimension) {
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        addShares(byKey, 0, before, metric, dimension);
        addShares(byKey, 1, after, metric, dimension);
        return slices(byKey);
    }

    private static void addShares(
            Map<String, ClusterSums[]> byKey, int side, List<RunCell> cells, Metric metric, Dimension dimension) {
        List<RunCell> reporting =
                cells.stream().filter(cell -> !cell.counts(dimension).isEmpty()).toList();
        List<String> names = reporting.stream()
                .flatMap(cell -> cell.counts(dimension).keySet().stream())
                .distinct()
                .sorted()
                .toList();
        List<ClusterSums> sums = SharedOut.of(
                reporting.stream().map(cell -> cell.of(metric)).toList(),
                reporting.stream()
                        .map(cell -> shares(cell.counts(dimension), names))
                        .toList(),
                Figures.scale(metric));
        for (int i = 0; i < sums.size(); i++) {
            add(byKey, side, names.get(i), sums.get(i));
        }
    }

    /** Between ends that are exact decimals, so that they add up to 1. */
    private static BigDecimal[] shares(Map<String, Double> counts, List<String> names) {
        double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
        BigDecimal[] shares = new BigDecimal[names.size()];
        BigDecimal given = BigDecimal.ZERO;
        double end = 0;
        for (int i = 0; i < shares.length; i++) {
            end += counts.getOrDefault(names.get(i), 0.0);
            BigDecimal next = i == shares.length - 1 ? BigDecimal.ONE : decimal(end / all);
            shares[i] = next.subtract(given);
            given = next;
        }
        return shares;
    }

    private static List<Slice> byThreshold(List<RunCell> before, List<RunCell> after, Metric metric) {
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        before.forEach(cell -> add(byKey, 0, threshold(cell), cell.of(metric)));
        after.forEach(cell -> add(byKey, 1, threshold(cell), cell.of(metric)));
        return slices(byKey);
    }

    private static String threshold(RunCell cell) {
        return cell.threshold() == null
                ? "none"
                : new BigDecimal(cell.threshold())
                        .round(THRESHOLD_DIGITS)
                        .stripTrailingZeros()
                        .toPlainString();
    }

    private static BigDecimal decimal(double share) {
        return BigDecimal.valueOf(Math.min(1, share)).setScale(12, RoundingMode.HALF_UP);
    }
}
