package dev.runledger.analytics;

import dev.runledger.rollup.BreakdownMeasure;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.RollupReader.Question;
import dev.runledger.rollup.RollupTable;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Questions and errors by what runs report them under. */
@Service
public class BreakdownAnalytics {

    private final RollupReader rollups;

    BreakdownAnalytics(RollupReader rollups) {
        this.rollups = rollups;
    }

    /** Which breakdown of a run. */
    public enum Kind {
        QUESTION_TYPE,
        DIFFICULTY,
        ERROR_CATEGORY,
        ERROR_SEVERITY
    }

    /**
     * What finished runs report under one name.
     *
     * @param count of questions or errors
     * @param share of all names' counts, null if they are all 0
     * @param runs that report more than 0
     * @param failedRuns of these
     */
    public record Entry(String key, double count, @Nullable Double share, long runs, long failedRuns) {}

    /** What is reported under a name by runs that started in one bucket of time. */
    public record Bucket(double count, long runs) {}

    /** All names of a breakdown, the greatest count first. */
    public List<Entry> entries(RunFilter filter, Kind kind) {
        List<Sums> found = rollups.read(question(filter, kind));
        double all = found.stream()
                .mapToDouble(sums -> sums.sum(BreakdownMeasure.QUANTITY))
                .sum();
        // A name that all runs have left may still have cells.
        return found.stream()
                .filter(sums -> sums.count(BreakdownMeasure.RUNS) > 0)
                .map(sums -> new Entry(
                        String.valueOf(sums.key()),
                        sums.sum(BreakdownMeasure.QUANTITY),
                        all > 0 ? sums.sum(BreakdownMeasure.QUANTITY) / all : null,
                        sums.count(BreakdownMeasure.RUNS),
                        sums.count(BreakdownMeasure.FAILED_RUNS)))
                .sorted(Comparator.comparingDouble(Entry::count).reversed().thenComparing(Entry::key))
                .toList();
    }

    /** Every name's count per bucket. */
    public Map<String, List<Bucket>> timelines(RunFilter filter, Kind kind, Buckets buckets) {
        Map<String, List<Sums>> byKey = new HashMap<>();
        for (Sums sums : rollups.read(question(buckets.restrict(filter), kind).in(buckets.starts()))) {
            byKey.computeIfAbsent(String.valueOf(sums.key()), key -> new ArrayList<>())
                    .add(sums);
        }
        Map<String, List<Bucket>> timelines = new HashMap<>();
        byKey.forEach((key, found) -> timelines.put(
                key,
                buckets.fill(found).stream()
                        .map(sums -> new Bucket(sums.sum(BreakdownMeasure.QUANTITY), sums.count(BreakdownMeasure.RUNS)))
                        .toList()));
        return timelines;
    }

    private static Question question(RunFilter filter, Kind kind) {
        return Question.of(RollupTable.BREAKDOWNS, filter, BreakdownMeasure.all())
                .by("name")
                .only("{kind} = '" + kind + "'");
    }
}
