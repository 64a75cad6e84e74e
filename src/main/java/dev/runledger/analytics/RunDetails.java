package dev.runledger.analytics;

import dev.runledger.analytics.BreakdownMeasure.Kind;
import dev.runledger.analytics.RollupReader.Question;
import dev.runledger.run.RunCondition;
import dev.runledger.run.RunFilter;
import java.sql.Array;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** What sums cannot tell and has to be read from the runs themselves: percentiles and streaks. */
@Service
public class RunDetails {

    /** Islands: runs in a row have the same number of better runs before them. */
    private static final String STREAKS = """
            WITH judged AS (
                SELECT run.started_at, run.id, run.questions_inserted < :below * run.questions_requested AS low
                  FROM question_generation_runs run
                 WHERE run.status <> 'running' AND run.questions_requested > 0 AND %s
            ), numbered AS (
                SELECT started_at, id, low, count(*) FILTER (WHERE NOT low) OVER (ORDER BY started_at, id) AS better_before
                  FROM judged
            ), island AS (
                SELECT better_before, count(*) AS length, min(started_at) AS first_start, max(started_at) AS last_start
                  FROM numbered
                 WHERE low
                 GROUP BY better_before
            ), total AS (
                SELECT count(*) AS runs, count(*) FILTER (WHERE NOT low) AS better FROM judged
            )
            SELECT (SELECT runs FROM total)                                                                   AS runs,
                   coalesce((SELECT length FROM island JOIN total ON better_before = better), 0)              AS current,
                   coalesce(longest.length, 0)                                                                AS longest,
                   longest.first_start                                                                        AS longest_from,
                   longest.last_start                                                                         AS longest_to
              FROM (SELECT) one
              LEFT JOIN LATERAL (SELECT * FROM island ORDER BY length DESC, first_start LIMIT 1) longest ON true
            """;

    private static final String IN_ORDER = """
            SELECT run.duration_seconds
              FROM question_generation_runs run
             WHERE run.status <> 'running'
               AND run.duration_seconds >= :least AND run.duration_seconds < :most
               AND (%s) BETWEEN :first AND :last
               AND %s
             ORDER BY run.duration_seconds
             LIMIT 2 OFFSET :offset
            """;

    private static final String PERCENTILES = """
            SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY run.duration_seconds) AS percentiles
              FROM question_generation_runs run
             WHERE run.status <> 'running' AND %s
            """;

    private final RollupReader rollups;
    private final JdbcClient jdbc;

    RunDetails(RollupReader rollups, JdbcClient jdbc) {
        this.rollups = rollups;
        this.jdbc = jdbc;
    }

    /** Runs in a row, in order of their start, with little success. */
    public record Streaks(
            long runs,
            int current,
            int longest,
            @Nullable OffsetDateTime longestFrom,
            @Nullable OffsetDateTime longestTo) {}

    /** Of the runs' durations, in seconds, interpolated; null if no run reports one. */
    public record Percentiles(
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99) {}

    /** The rows of runs whose questions inserted / requested are less than {@code below}. */
    public Streaks streaks(RunFilter filter, double below) {
        RunCondition condition = RunCondition.of(filter);
        return jdbc.sql(STREAKS.formatted(condition.sql()))
                .params(condition.parameters())
                .param("below", below)
                .query(Streaks.class)
                .single();
    }

    /**
     * Exact percentiles. Where rollups know how many runs took about how long, only the runs of the steps in question are
     * read.
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Percentiles percentiles(RunFilter filter) {
        Question question = Question.of(RollupTable.BREAKDOWNS, filter, List.of(BreakdownMeasure.QUANTITY))
                .by("name")
                .only("{kind} = '" + Kind.DURATION + "'");
        if (!RollupReader.knownToRollups(filter)) {
            return directly(filter);
        }
        List<Step> steps = new ArrayList<>();
        for (Sums sums : rollups.read(question)) {
            long runs = sums.count(BreakdownMeasure.QUANTITY);
            if (sums.key() != null && runs > 0) {
                steps.add(new Step(Integer.parseInt(sums.key()), runs));
            }
        }
        steps.sort(Comparator.comparingInt(Step::number));
        return new Percentiles(
                percentile(filter, steps, 0.5), percentile(filter, steps, 0.95), percentile(filter, steps, 0.99));
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
        // A hair wider than the steps, since logarithms are rounded; the step itself decides.
        double least = first == -1000 ? 0 : Math.exp(first / (double) BreakdownMeasure.STEPS) * (1 - 1e-9);
        double most = last == -1000 ? 0.001 : Math.exp((last + 1) / (double) BreakdownMeasure.STEPS) * (1 + 1e-9);
        return jdbc.sql(IN_ORDER.formatted(BreakdownMeasure.STEP, condition.sql()))
                .params(condition.parameters())
                .param("least", least)
                .param("most", most)
                .param("first", first)
                .param("last", last)
                .param("offset", offset)
                .query(Double.class)
                .list();
    }
}
