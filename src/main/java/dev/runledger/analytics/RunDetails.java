package dev.runledger.analytics;

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

    private static final double HAIR = 1e-9;

    private static final char LOW = 'l';

    private static final String LATEST_FIRST = """
            FROM question_generation_runs run
                     WHERE run.status <> 'running' AND run.questions_requested > 0 AND %s
                     ORDER BY run.started_at DESC, run.id DESC""";

    /** One letter a run. The subquery's order is what string_agg meets them in. */
    private static final String LETTERS = """
            SELECT string_agg(letter, '') AS letters
              FROM (SELECT CASE WHEN run.questions_inserted < :below * run.questions_requested THEN 'l' ELSE '-' END AS letter
                      %s) judged
            """.formatted(LATEST_FIRST);

    private static final String PERIOD = """
            SELECT min(started_at) AS first, max(started_at) AS last
              FROM (SELECT run.started_at
                      %s
                     LIMIT :length OFFSET :offset) streak
            """.formatted(LATEST_FIRST);

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
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Streaks streaks(RunFilter filter, double below) {
        RunCondition condition = RunCondition.of(filter);
        String latestFirst = jdbc.sql(LETTERS.formatted(condition.sql()))
                .params(condition.parameters())
                .param("below", below)
                .query(String.class)
                .optional()
                .orElse("");
        int current = rowFrom(latestFirst, 0);
        int longest = 0;
        int longestAt = 0;
        for (int at = latestFirst.indexOf(LOW); at >= 0; at = latestFirst.indexOf(LOW, at)) {
            int length = rowFrom(latestFirst, at);
            // Of two as long, the one that came first.
            if (length >= longest) {
                longest = length;
                longestAt = at;
            }
            at += length;
        }
        Period period = longest == 0
                ? new Period(null, null)
                : jdbc.sql(PERIOD.formatted(condition.sql()))
                        .params(condition.parameters())
                        .param("length", longest)
                        .param("offset", longestAt)
                        .query(Period.class)
                        .single();
        return new Streaks(latestFirst.length(), current, longest, period.first(), period.last());
    }

    private static int rowFrom(String letters, int at) {
        int end = at;
        while (end < letters.length() && letters.charAt(end) == LOW) {
            end++;
        }
        return end - at;
    }

    private record Period(
            @Nullable OffsetDateTime first, @Nullable OffsetDateTime last) {}

    /**
     * Exact percentiles. Where rollups know how many runs took about how long, only the runs of the steps in question are
     * read.
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Percentiles percentiles(RunFilter filter) {
        Question question = Question.of(RollupTable.DURATIONS, filter, RollupTable.DURATIONS.measures())
                .by("step");
        if (!RollupReader.knownToRollups(filter)) {
            return directly(filter);
        }
        List<Step> steps = new ArrayList<>();
        for (Sums sums : rollups.read(question)) {
            long runs = sums.count(DurationStep.RUNS);
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
