package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.rollup.Measure;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.RollupReader.Question;
import dev.runledger.rollup.RollupReader.Question.Running;
import dev.runledger.rollup.RollupTable;
import dev.runledger.rollup.Slices;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Figures of all runs of a filter: together, by a dimension, by buckets of time. Exact as of the moment of asking. */
@Service
public class RunAnalytics {

    private final RollupReader rollups;

    RunAnalytics(RollupReader rollups) {
        this.rollups = rollups;
    }

    /** The runs of a group, told apart by one dimension; the key is null where runs do not report it. */
    public record Group(@Nullable String key, Figures figures) {}

    /** What an answer is read from. */
    public enum Source {
        ROLLUP,
        RAW,
        ROLLUP_AND_RAW
    }

    /** All runs of the filter together. */
    public Figures summary(RunFilter filter, Wanted wanted) {
        return new Figures(rollups.total(question(filter, wanted)), wanted);
    }

    /** How many runs are in the filter, running ones included. */
    public long count(RunFilter filter) {
        List<Measure> statuses = Measure.STATUSES_AND_RUNNING;
        RunFilter anyStatus = filter.withStatuses(List.of());
        if (!RollupReader.knownToRollups(anyStatus)) {
            anyStatus = filter;
        }
        Sums sums =
                rollups.total(Question.of(RollupTable.RUNS, anyStatus, statuses).with(Running.AS_RUNS));
        return statuses.stream()
                .filter(measure -> filter.statuses().isEmpty()
                        || filter.statuses().stream()
                                .anyMatch(status -> measure.column().equals("runs_" + status.code())))
                .mapToLong(sums::count)
                .sum();
    }

    /** The runs by a dimension, in the order of keys, absent ones last. */
    public List<Group> groups(RunFilter filter, Dimension dimension, Wanted wanted) {
        return rollups.read(question(filter, wanted).by(dimension.column())).stream()
                .map(sums -> new Group(sums.key(), new Figures(sums, wanted)))
                .filter(group -> group.figures().total() > 0)
                .sorted(Comparator.comparing(Group::key, Comparator.nullsLast(Comparator.naturalOrder())))
                .toList();
    }

    /** How many finished runs there are per key of a dimension; absent keys are called none. */
    Map<String, Double> finishedRuns(RunFilter filter, Dimension dimension) {
        Map<String, Double> runs = new TreeMap<>();
        for (Sums sums : rollups.read(
                Question.of(RollupTable.RUNS, filter, Measure.STATUSES).by(dimension.column()))) {
            runs.merge(
                    sums.key() == null ? "none" : sums.key(),
                    Measure.STATUSES.stream().mapToDouble(sums::count).sum(),
                    Double::sum);
        }
        return runs;
    }

    /** The figures of each bucket, in order of time. */
    public List<Figures> timeline(RunFilter filter, Buckets buckets, Wanted wanted) {
        List<Sums> found =
                rollups.read(question(buckets.restrict(filter), wanted).in(buckets.starts()));
        return buckets.fill(found).stream()
                .map(sums -> new Figures(sums, wanted))
                .toList();
    }

    /** When the first run of the filter began; null if there is none. Looks at the rollups' cells first. */
    public @Nullable Instant firstStart(RunFilter filter) {
        Sums sums = rollups.total(Question.of(RollupTable.RUNS, filter, List.of(Measure.FIRST_STARTED))
                .with(Running.EVERYWHERE));
        return sums.moment(Measure.FIRST_STARTED);
    }

    /** What the figures of the filter are read from. */
    public Source source(RunFilter filter) {
        Slices slices = question(filter, Wanted.RUNS).slices();
        if (!slices.anyRollup()) {
            return Source.RAW;
        }
        return slices.anyRaw() ? Source.ROLLUP_AND_RAW : Source.ROLLUP;
    }

    private static Question question(RunFilter filter, Wanted wanted) {
        return Question.of(RollupTable.RUNS, filter, wanted.measures()).with(Running.AS_RUNS);
    }
}
