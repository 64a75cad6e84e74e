package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Unit;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ChangeDecomposition;
import dev.runledger.statistics.ChangeDecomposition.Part;
import dev.runledger.statistics.ChangeDecomposition.Slice;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Comparison;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What makes up the change of a metric: what each provider, prompt version and so on adds by its share and by its own value. */
@Service
public class ChangeExplanations {

    private static final int MAX_OWN_DIMENSIONS = 10;

    private static final String OWN_DIMENSIONS = """
            SELECT DISTINCT dimension
              FROM rollup_series
             WHERE metric = :metric AND dimension NOT IN (:known)
             ORDER BY dimension
             LIMIT :limit
            """;

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
            @Nullable Double valueAfter) {

        /** As {@code provider anthropic itself changed by -12 percentage points: -3.6 percentage points of the whole change}. */
        public String words(Unit unit) {
            String name = "%s %s"
                    .formatted(
                            dimension.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            part.key() == null ? "of the rest" : part.key());
            String adds = Quantities.signed(part.value(), unit);
            if (part.kind() == ChangeDecomposition.Kind.MIX) {
                return "%s went from %.0f to %.0f %% of the whole: %s"
                        .formatted(name, 100 * shareBefore, 100 * shareAfter, adds);
            }
            return valueBefore == null || valueAfter == null
                    ? "%s: %s".formatted(name, adds)
                    : "%s itself changed by %s: %s of the whole change"
                            .formatted(name, Quantities.signed(valueAfter - valueBefore, unit), adds);
        }
    }

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
        Map<Dimension, List<Slice>> outcomes = new LinkedHashMap<>();
        Stream.concat(ChangeSplit.REPORTED.stream(), ownDimensions(metric))
                .forEach(dimension -> outcomes.put(dimension, outcomes(before, after, metric, dimension)));
        return ChangeSplit.explain(metric, read(before, metric), read(after, metric), outcomes, confidence);
    }

    private List<RunCell> read(RunFilter filter, Metric metric) {
        Figures figures = runs.summary(filter, MetricSelection.FIRST_AND_LAST_SEEN);
        Instant first = figures.firstSeen();
        Instant last = figures.lastSeen();
        return first == null || last == null
                ? List.of()
                : cells.read(filter, List.of(metric), figures.finished(), first, last);
    }

    /** By what runs report of names themselves. */
    private List<Slice> outcomes(RunFilter before, RunFilter after, Metric metric, Dimension dimension) {
        if (!metric.isOfNames()) {
            return List.of();
        }
        Map<String, ClusterSums[]> byKey = new TreeMap<>();
        read(before, metric, dimension)
                .forEach(sums -> ChangeSplit.add(byKey, 0, String.valueOf(sums.key()), sums.of(metric)));
        read(after, metric, dimension)
                .forEach(sums -> ChangeSplit.add(byKey, 1, String.valueOf(sums.key()), sums.of(metric)));
        return ChangeSplit.slices(byKey);
    }

    private List<Sums> read(RunFilter filter, Metric metric, Dimension dimension) {
        return rollups.read(Selection.of(filter, List.of(metric)).by(dimension));
    }

    private Stream<Dimension> ownDimensions(Metric metric) {
        return jdbc
                .sql(OWN_DIMENSIONS)
                .param("metric", metric.code())
                .param(
                        "known",
                        Stream.concat(
                                        Stream.of("", Dimension.DURATION_STEP.code()),
                                        ChangeSplit.REPORTED.stream().map(Dimension::code))
                                .toList())
                .param("limit", MAX_OWN_DIMENSIONS)
                .query(String.class)
                .list()
                .stream()
                .map(Dimension::named)
                .filter(Objects::nonNull);
    }
}
