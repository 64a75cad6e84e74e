package dev.runledger.analytics;

import dev.runledger.analytics.RunCells.Versions;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Attribution;
import dev.runledger.statistics.ClusterSums;
import dev.runledger.statistics.Comparison;
import dev.runledger.statistics.Comparison.Drift;
import dev.runledger.statistics.ComparisonPlan;
import dev.runledger.statistics.ExperimentPlan;
import dev.runledger.statistics.Observation;
import dev.runledger.statistics.Scale;
import dev.runledger.statistics.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Whether one prompt version does better than another, like for like, and what else differs. */
@Service
public class PromptVersionComparisons {

    /** From this share of a denominator on, one run decides nearly alone. */
    private static final double DOMINATING = 0.25;

    private static final int MOST_DOMINATING = 3;
    private static final int FEWEST = 3;

    private final RunAnalytics runs;
    private final RunCells cells;

    PromptVersionComparisons(RunAnalytics runs, RunCells cells) {
        this.runs = runs;
        this.cells = cells;
    }

    /**
     * What a comparison is requested.
     *
     * @param relevantDifference the smallest difference worth acting on, as a share of the baseline's value
     * @param relevantAbsolute the same in the metrics' unit; null to go by the share
     */
    public record Terms(
            double confidence,
            double relevantDifference,
            @Nullable Double relevantAbsolute,
            Validity validity) {

        /** The plan for a metric of such a value. */
        public ComparisonPlan plan(Metric metric, @Nullable Double value) {
            Scale scale = Figures.scale(metric);
            double level = value == null || value == 0 ? 1 : Math.abs(value);
            return new ComparisonPlan(
                    metric.polarity(),
                    scale,
                    confidence,
                    computable(relevantAbsolute == null ? relevantDifference * level : relevantAbsolute),
                    validity);
        }

        /** Far from what any metric can be, and such that its square is neither 0 nor infinite. */
        private static double computable(double difference) {
            return Math.min(Math.max(difference, 1e-100), 1e100);
        }
    }

    /**
     * A run that is over a quarter of all there is.
     *
     * @param share of the metric's denominator, above 0.25
     */
    public record DominatingRun(UUID id, boolean ofCandidate, double share) {}

    /**
     * A metric compared.
     *
     * @param parts what each thing that differs beside the version adds to the plain difference: with the difference like for
     *     like they add up to it; null if they cannot be separated from the version
     */
    public record OfMetric(
            Metric metric,
            Comparison comparison,
            List<DominatingRun> dominatingRuns,
            @Nullable Map<ConfounderKind, Double> parts) {}

    /**
     * @param metrics one comparison for each, in order; p-values adjusted after Holm
     * @param guardrails likewise, for metrics that must not get worse, adjusted among themselves
     */
    public record Compared(
            Figures baseline,
            Figures candidate,
            List<OfMetric> metrics,
            List<OfMetric> guardrails,
            List<Confounder> confounders) {}

    /**
     * Compares two prompt versions over the runs of the filter.
     *
     * @param selected which figures of both versions to give, beside those that are compared
     */
    public Compared compare(
            String baseline,
            String candidate,
            List<Metric> metrics,
            List<Metric> guardrails,
            RunFilter filter,
            MetricSelection selected,
            Terms terms) {
        RunFilter both = filter.withPromptVersions(List.of(baseline, candidate));
        List<Metric> all =
                Stream.concat(metrics.stream(), guardrails.stream()).distinct().toList();
        MetricSelection needed = selected.and(MetricSelection.FIRST_AND_LAST_SEEN);
        Versions versions = cells.versions(both, needed, all);
        Figures before = new Figures(versions.sums().getOrDefault(baseline, Sums.NONE), needed);
        Figures after = new Figures(versions.sums().getOrDefault(candidate, Sums.NONE), needed);
        List<RunCell> ofBaseline = ofVersion(versions.cells(), baseline);
        List<RunCell> ofCandidate = ofVersion(versions.cells(), candidate);
        Likeness likeness = new Likeness(ofBaseline, ofCandidate);
        Arm armBefore = new Arm(filter.withPromptVersions(List.of(baseline)), ofBaseline, false);
        Arm armAfter = new Arm(filter.withPromptVersions(List.of(candidate)), ofCandidate, true);
        List<OfMetric> compared = compare(metrics, likeness, armBefore, armAfter, terms);
        List<OfMetric> guarded = compare(guardrails, likeness, armBefore, armAfter, terms);
        List<Confounder> confounders = new ArrayList<>(likeness.confounders());
        Stream.concat(compared.stream(), guarded.stream())
                .map(PromptVersionComparisons::drift)
                .flatMap(Optional::stream)
                .distinct()
                .forEach(confounders::add);
        return new Compared(before, after, compared, guarded, confounders);
    }

    private static List<RunCell> ofVersion(List<RunCell> cells, String version) {
        return cells.stream()
                .filter(cell -> version.equals(cell.attributes().get(Dimension.PROMPT_VERSION)))
                .toList();
    }

    private List<OfMetric> compare(List<Metric> metrics, Likeness likeness, Arm baseline, Arm candidate, Terms terms) {
        List<Comparison> comparisons = Comparison.holm(metrics.stream()
                .map(metric -> Comparison.likeForLike(
                        likeness.cells(metric), terms.plan(metric, level(metric, baseline.cells))))
                .toList());
        List<OfMetric> all = new ArrayList<>();
        for (int i = 0; i < metrics.size(); i++) {
            Metric metric = metrics.get(i);
            Attribution attribution = comparisons.get(i).attribution();
            all.add(new OfMetric(
                    metric,
                    comparisons.get(i),
                    Stream.of(baseline, candidate)
                            .flatMap(arm -> dominating(metric, arm).stream())
                            .toList(),
                    attribution == null ? null : likeness.parts(attribution)));
        }
        return List.copyOf(all);
    }

    private static @Nullable Double level(Metric metric, List<RunCell> cells) {
        return cells.stream()
                .map(cell -> cell.of(metric))
                .reduce(ClusterSums.NONE, ClusterSums::plus)
                .ratio();
    }

    /** With three runs or fewer, each is over a quarter of them. */
    private List<DominatingRun> dominating(Metric metric, Arm arm) {
        ClusterSums all = arm.cells.stream().map(cell -> cell.of(metric)).reduce(ClusterSums.NONE, ClusterSums::plus);
        double size = all.m().doubleValue();
        if (all.runs() <= FEWEST || size == 0) {
            return List.of();
        }
        List<DominatingRun> found = new ArrayList<>();
        for (RunCell cell : arm.cells) {
            ClusterSums sums = cell.of(metric);
            if (cell.id() != null && m(cell, metric) > DOMINATING * size) {
                found.add(new DominatingRun(cell.id(), arm.ofCandidate, m(cell, metric) / size));
            } else if (cell.id() == null && Math.sqrt(sums.mm().doubleValue()) > DOMINATING * size) {
                // Of several runs together, the squares show that one of them may be so large.
                cells.largerThan(within(arm, cell), metric, DOMINATING * size, MOST_DOMINATING).stream()
                        .map(run -> new DominatingRun(
                                run.id(), arm.ofCandidate, run.m().doubleValue() / size))
                        .filter(run -> !found.contains(run))
                        .forEach(found::add);
            }
        }
        found.sort(Comparator.comparingDouble(run -> -run.share()));
        return List.copyOf(found);
    }

    private static RunFilter within(Arm arm, RunCell cell) {
        Instant from = arm.filter.from();
        Instant next = arm.cells.stream()
                .map(RunCell::at)
                .filter(at -> at.isAfter(cell.at()))
                .min(Comparator.naturalOrder())
                .orElse(arm.filter.to());
        return arm.filter.within(from == null || from.isBefore(cell.at()) ? cell.at() : from, next);
    }

    /** The runs of a version. */
    private record Arm(RunFilter filter, List<RunCell> cells, boolean ofCandidate) {}

    private static double m(RunCell cell, Metric metric) {
        return cell.of(metric).m().doubleValue();
    }

    private static Optional<Confounder> drift(OfMetric compared) {
        Drift drift = compared.comparison().drift();
        return drift == null || !drift.isClear()
                ? Optional.empty()
                : Optional.of(new Confounder(
                        ConfounderKind.TIME_TREND,
                        "%s moves by %s a week within the versions already, which the difference allows for"
                                .formatted(
                                        compared.metric(),
                                        Quantities.signed(
                                                drift.perWeek(),
                                                compared.metric().unit()))));
    }

    /**
     * A comparison that has not begun.
     *
     * @param value of the history
     * @param runsPerDay that take part in the metric, from the first to the last; null with fewer than two
     * @param experiment null if the history does not show how much runs vary
     */
    public record Planned(
            Metric metric,
            @Nullable Double value,
            ComparisonPlan plan,
            @Nullable Double runsPerDay,
            @Nullable ExperimentPlan experiment) {}

    /** How many runs a comparison will take, by how the runs of the filter vary. */
    public Planned plan(RunFilter filter, Metric metric, Terms terms) {
        Figures figures = runs.summary(filter, MetricSelection.metric(metric).and(MetricSelection.FIRST_AND_LAST_SEEN));
        Instant first = figures.firstSeen();
        Instant last = figures.lastSeen();
        List<RunCell> found = first == null || last == null
                ? List.of()
                : cells.read(filter, List.of(metric), figures.finished(), first, last);
        List<Observation> history = found.stream()
                .map(cell -> new Observation(cell.at(), cell.of(metric)))
                .filter(observation -> observation.sums().runs() > 0)
                .toList();
        ComparisonPlan plan = terms.plan(metric, figures.value(metric));
        return new Planned(
                metric, figures.value(metric), plan, runsPerDay(figures, metric), ExperimentPlan.of(history, plan));
    }

    private static @Nullable Double runsPerDay(Figures figures, Metric metric) {
        Instant first = figures.firstSeen();
        Instant last = figures.lastSeen();
        if (first == null || last == null || !first.isBefore(last)) {
            return null;
        }
        double days = Duration.between(first, last).toMillis()
                / (double) Duration.ofDays(1).toMillis();
        return (figures.runs(metric) - 1) / days;
    }
}
