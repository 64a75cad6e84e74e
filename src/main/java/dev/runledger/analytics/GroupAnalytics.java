package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Metrics of runs, or of what they report under names, by up to three dimensions at once. */
@Service
public class GroupAnalytics {

    private final RollupReader rollups;

    GroupAnalytics(RollupReader rollups) {
        this.rollups = rollups;
    }

    /** What the finished runs of a group come to; a key is null where they do not report it. */
    public static final class Group {

        private final Sums sums;
        private final List<Metric> counting;

        Group(Sums sums, List<Metric> counting) {
            this.sums = sums;
            this.counting = counting;
        }

        /** In the order of the dimensions. */
        public List<@Nullable String> keys() {
            return sums.keys();
        }

        /** How many finished runs are in the group, or name it. */
        public long runs() {
            return counting.stream()
                    .mapToLong(metric -> of(metric).m().longValue())
                    .max()
                    .orElse(0);
        }

        public ClusterSums of(Metric metric) {
            return sums.of(metric);
        }
    }

    /**
     * The groups that have any finished run, in no particular order.
     *
     * @param by attributes of runs, at most one of them a dimension with names; then the metrics are of names
     */
    public List<Group> groups(RunFilter filter, List<Dimension> by, List<Metric> metrics) {
        List<Metric> counting = by.stream().allMatch(Dimension::isOfRuns)
                ? List.of(Observations.RUNS)
                : List.of(Metric.OUTCOME_COVERAGE, Metric.QUANTITY_PER_RUN);
        List<Metric> all = Stream.concat(metrics.stream(), counting.stream()).toList();
        return rollups.read(Selection.of(filter, all).by(by)).stream()
                .map(sums -> new Group(sums, counting))
                .filter(group -> group.runs() > 0)
                .toList();
    }
}
