package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ChangeDecomposition;
import dev.runledger.statistics.ChangeDecomposition.Part;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.ComparisonCell;
import dev.runledger.statistics.ComparisonPlan;
import dev.runledger.statistics.Observation;
import dev.runledger.statistics.Validity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What makes up the change of a metric: what each provider, prompt version and so on adds by its share and by its own value. */
@Service
public class ChangeExplanations {

    /** Two sides of a change that differ by more in what outcomes cover cannot be split by them. */
    private static final BigDecimal COVERED = new BigDecimal("0.5");

    private static final int MAX_OWN_DIMENSIONS = 10;

    private static final String OWN_DIMENSIONS = """
            SELECT DISTINCT dimension
              FROM rollup_series
             WHERE metric = :metric AND dimension NOT IN (:known)
             ORDER BY dimension
             LIMIT :limit
            """;

    private static final List<Dimension> REPORTED = List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.DIFFICULTY);

    private final RunAnalytics runs;
    private final RunCells cells;
    private final RollupReader rollups;
    private final JdbcClient jdbc;

    ChangeExplanations(RunAnalytics runs, RunCells cells, RollupReader rollups, JdbcClient jdbc) {
        this.runs = runs;
        this.cells = cells;
        this.rollups = rollups;
        this.jdbc = jdbc;
    }

    /** A change split by one dimension; the parts add up to the change. */
    public record ByDimension(Dimension dimension, List<Contribution> parts) {}

    /** What a value of a dimension adds to the change, by its share or by its own value. */
    public record Contribution(
            Dimension dimension,
            Part part,
            double shareBefore,
            double shareAfter,
            @Nullable Double valueBefore,
            @Nullable Double valueAfter) {}

    /**
     * @param comparison of the runs after with those before, as they are, at a fixed horizon
     * @param causes what most of the change is due to for sure, the clearest first; empty if the change may be chance
     */
    public record Explanation(
            Metric metric, Comparison comparison, List<ByDimension> dimensions, List<Contribution> causes) {

        /** Whether the change is more than chance makes. */
        public boolean isSignificant() {
            return comparison.isRawDecided();
        }
    }

    /** Splits the change from the runs of one filter to those of another. */
    public Explanation explain(Metric metric, RunFilter before, RunFilter after, double confidence) {
        List<RunCell> cellsBefore = read(before, metric);
        List<RunCell> cellsAfter = read(after, metric);
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
        for (Dimension dimension :
                Stream.concat(REPORTED.stream(), ownDimensions(metric)).toList()) {
            List<Slice> outcomes = outcomes(before, after, metric, dimension);
            add(
                    dimensions,
                    dimension,
                    isSplit(outcomes, comparison) ? outcomes : shares(cellsBefore, cellsAfter, metric, dimension),
                    comparison,
                    confidence);
        }
        Explanation explanation = new Explanation(metric, comparison, List.copyOf(dimensions), List.of());
        return explanation.isSignificant()
                ? new Explanation(metric, comparison, explanation.dimensions(), causes(dimensions))
                : explanation;
    }

    private List<RunCell> read(RunFilter filter, Metric metric) {
        Figures figures = runs.summary(filter, Wanted.FIRST_AND_LAST_SEEN);
        Instant first = figures.firstSeen();
        Instant last = figures.lastSeen();
        return first == null || last == null
                ? List.of()
                : cells.read(filter, List.of(metric), figures.finished(), first, last);
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

    private static void add(Map<String, ClusterSums[]> byKey, int side, String key, ClusterSums sums) {
        ClusterSums[] both = byKey.computeIfAbsent(key, name -> new ClusterSums[] {ClusterSums.NONE, ClusterSums.NONE});
        both[side] = both[side].plus(sums);
    }

    private static List<Slice> slices(Map<String, ClusterSums[]> byKey) {
        return byKey.entrySet().stream()
                .map(entry -> new Slice(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .toList();
    }

    /** By what runs report of names themselves. */
    private List<Slice> outcomes(RunFilter before, RunFilter after, Metric metric, Dimension dimension) {
        if (!metric.isOfNames()) {
            return List.of();
        }
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        read(before, metric, dimension).forEach(sums -> add(byKey, 0, String.valueOf(sums.key()), sums.of(metric)));
        read(after, metric, dimension).forEach(sums -> add(byKey, 1, String.valueOf(sums.key()), sums.of(metric)));
        return slices(byKey);
    }

    private List<Sums> read(RunFilter filter, Metric metric, Dimension dimension) {
        return rollups.read(Selection.of(filter, List.of(metric)).by(dimension));
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

    /** By the shares that names have in the questions of each run. */
    private static List<Slice> shares(List<RunCell> before, List<RunCell> after, Metric metric, Dimension dimension) {
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        before.forEach(cell -> addShares(byKey, 0, cell, metric, dimension));
        after.forEach(cell -> addShares(byKey, 1, cell, metric, dimension));
        return slices(byKey);
    }

    private static void addShares(
            Map<String, ClusterSums[]> byKey, int side, RunCell cell, Metric metric, Dimension dimension) {
        ClusterSums sums = cell.of(metric);
        Map<String, Double> counts = new TreeMap<>(cell.counts(dimension));
        double all = counts.values().stream().mapToDouble(Double::doubleValue).sum();
        double given = 0;
        for (Map.Entry<String, Double> count : counts.entrySet()) {
            double next = given + count.getValue();
            // Ends of exact decimals, so that the shares add up to the whole.
            BigDecimal share = next >= all
                    ? BigDecimal.ONE.subtract(decimal(given / all))
                    : decimal(next / all).subtract(decimal(given / all));
            BigDecimal square = share.multiply(share);
            add(
                    byKey,
                    side,
                    count.getKey(),
                    new ClusterSums(
                            sums.runs(),
                            sums.x().multiply(share),
                            sums.m().multiply(share),
                            sums.xx().multiply(square),
                            sums.mm().multiply(square),
                            sums.xm().multiply(square)));
            given = next;
        }
    }

    private static BigDecimal decimal(double share) {
        return BigDecimal.valueOf(Math.min(1, share)).setScale(12, RoundingMode.HALF_UP);
    }

    private Stream<Dimension> ownDimensions(Metric metric) {
        return jdbc
                .sql(OWN_DIMENSIONS)
                .param("metric", metric.code())
                .param(
                        "known",
                        Stream.concat(
                                        Stream.of("", Dimension.DURATION_STEP.code()),
                                        REPORTED.stream().map(Dimension::code))
                                .toList())
                .param("limit", MAX_OWN_DIMENSIONS)
                .query(String.class)
                .list()
                .stream()
                .map(Dimension::named)
                .filter(Objects::nonNull);
    }
}
