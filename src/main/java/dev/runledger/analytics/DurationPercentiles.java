package dev.runledger.analytics;

import dev.runledger.metric.Dimension;
import dev.runledger.rollup.DurationStep;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Interval;
import dev.runledger.statistics.RankInterval;
import java.sql.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Percentiles of durations: sums lead to the few runs that they are exactly read from. */
@Service
public class DurationPercentiles {

    private static final double HAIR = 1e-9;

    private static final String IN_ORDER = """
            SELECT run.duration_seconds
              FROM question_generation_runs run
             WHERE run.status <> 'running'
               AND run.duration_seconds >= :least AND run.duration_seconds < :most
               AND (run.duration_seconds BETWEEN :surely_from AND :surely_to
                    OR (%s) BETWEEN :first AND :last)
               AND %s
             ORDER BY run.duration_seconds
             LIMIT 2 OFFSET :offset
            """;

    private static final String AT_RANKS = """
            SELECT run.duration_seconds
              FROM (SELECT run.duration_seconds, row_number() OVER (ORDER BY run.duration_seconds) AS rank
                      FROM question_generation_runs run
                     WHERE run.status <> 'running' AND run.duration_seconds IS NOT NULL AND %s) run
             WHERE run.rank IN (:ranks)
             ORDER BY run.rank
            """;

    private static final String COUNT = """
            SELECT count(run.duration_seconds)
              FROM question_generation_runs run
             WHERE run.status <> 'running' AND %s
            """;

    private static final String PERCENTILES = """
            SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY run.duration_seconds) AS percentiles
              FROM question_generation_runs run
             WHERE run.status <> 'running' AND %s
            """;

    private final RollupReader rollups;
    private final JdbcClient jdbc;

    DurationPercentiles(RollupReader rollups, JdbcClient jdbc) {
        this.rollups = rollups;
        this.jdbc = jdbc;
    }

    /** Of the runs' durations, in seconds, interpolated; null if no run reports one. */
    public record Percentiles(
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99) {}

    /**
     * Exact percentiles. Where rollups know how many runs took about how long, only the runs of these steps are
     * read.
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Percentiles percentiles(RunFilter filter) {
        if (!Selection.isKnownToRollup(filter)) {
            return directly(filter);
        }
        List<Step> steps = steps(filter);
        return new Percentiles(
                percentile(filter, steps, 0.5), percentile(filter, steps, 0.95), percentile(filter, steps, 0.99));
    }

    private List<Step> steps(RunFilter filter) {
        List<Step> steps = new ArrayList<>();
        for (Sums step :
                rollups.read(Selection.of(filter, List.of(Observations.RUNS)).by(Dimension.DURATION_STEP))) {
            if (step.finished() > 0) {
                steps.add(new Step(Integer.parseInt(String.valueOf(step.key())), step.finished()));
            }
        }
        steps.sort(Comparator.comparingInt(Step::number));
        return steps;
    }

    /**
     * Where the true percentile lies, whatever the distribution: between two of the runs in order.
     *
     * @param share of runs that take no longer, in (0, 1)
     * @return null if there are too few runs for both ends
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public @Nullable Interval interval(RunFilter filter, double share, double confidence) {
        boolean known = Selection.isKnownToRollup(filter);
        List<Step> steps = known ? steps(filter) : List.of();
        int runs = Math.toIntExact(known ? steps.stream().mapToLong(Step::runs).sum() : count(filter));
        if (runs == 0) {
            return null;
        }
        RankInterval ranks = RankInterval.of(runs, share, confidence);
        if (ranks.low() == 0 || ranks.high() > runs) {
            return null;
        }
        if (known) {
            return new Interval(atRank(filter, steps, ranks.low()), atRank(filter, steps, ranks.high()));
        }
        RunCondition condition = RunCondition.of(filter);
        List<Double> ends = jdbc.sql(AT_RANKS.formatted(condition.sql()))
                .params(condition.parameters())
                .param("ranks", List.of(ranks.low(), ranks.high()))
                .query(Double.class)
                .list();
        return new Interval(ends.get(0), ends.get(ends.size() - 1));
    }

    private long count(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(COUNT.formatted(condition.sql()))
                .params(condition.parameters())
                .query(Long.class)
                .single();
    }

    /** @param rank from 1 */
    private double atRank(RunFilter filter, List<Step> steps, long rank) {
        long before = 0;
        int index = 0;
        while (before + steps.get(index).runs() < rank) {
            before += steps.get(index++).runs();
        }
        int step = steps.get(index).number();
        return inOrder(filter, step, step, rank - 1 - before).get(0);
    }

    private record Step(int number, long runs) {}

    private Percentiles directly(RunFilter filter) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(PERCENTILES.formatted(condition.sql()))
                .params(condition.parameters())
                .query((row, number) -> {
                    Array array = row.getArray("percentiles");
                    if (array == null) {
                        return new Percentiles(null, null, null);
                    }
                    Double[] found = (Double[]) array.getArray();
                    return new Percentiles(found[0], found[1], found[2]);
                })
                .single();
    }

    private @Nullable Double percentile(RunFilter filter, List<Step> steps, double share) {
        long runs = steps.stream().mapToLong(Step::runs).sum();
        if (runs == 0) {
            return null;
        }
        double rank = share * (runs - 1);
        long below = (long) Math.floor(rank);
        long before = 0;
        int index = 0;
        while (before + steps.get(index).runs() <= below) {
            before += steps.get(index++).runs();
        }
        boolean nextStep = rank > below && before + steps.get(index).runs() == below + 1;
        List<Double> around = inOrder(
                filter,
                steps.get(index).number(),
                steps.get(nextStep ? index + 1 : index).number(),
                below - before);
        double low = around.get(0);
        return around.size() == 1 ? low : low + (rank - below) * (around.get(1) - low);
    }

    /** The duration at an offset within steps, and the next. */
    private List<Double> inOrder(RunFilter filter, int first, int last, long offset) {
        RunCondition condition = RunCondition.of(filter);
        double low = first == DurationStep.LOWEST ? 0 : Math.exp(first / (double) DurationStep.STEPS);
        double high = last == DurationStep.LOWEST ? 0.001 : Math.exp((last + 1) / (double) DurationStep.STEPS);
        // Logarithms are rounded, so within a hair of an end the step itself decides; elsewhere it need not be
        // computed.
        return jdbc.sql(IN_ORDER.formatted(DurationStep.STEP, condition.sql()))
                .params(condition.parameters())
                .param("least", low * (1 - HAIR))
                .param("most", high * (1 + HAIR))
                .param("surely_from", low * (1 + HAIR))
                .param("surely_to", high * (1 - HAIR))
                .param("first", first)
                .param("last", last)
                .param("offset", offset)
                .query(Double.class)
                .list();
    }
}
