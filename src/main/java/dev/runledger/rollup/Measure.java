package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.analytics.Figures;
import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one run contributes to a column of a rollup: a pure function of its row, the same whether the run is read raw, folded
 * into a rollup or waiting to be. This is the one home of every formula over runs.
 *
 * @param column the column of the rollup
 * @param sql on {@code run}, a row of {@link #rows}, and on what the table of rollups adds to it. Never null where it is summed
 * @param aggregate how contributions are put together
 */
public record Measure(String column, String sql, Aggregate aggregate) {

    /** Columns that {@link #rows} adds: what measures read is computed once, however many of them read it. */
    private static final Map<String, String> DERIVED = new LinkedHashMap<>();

    enum Aggregate {
        SUM,
        MIN,
        MAX;

        public String of(String sql) {
            return name().toLowerCase(Locale.ROOT) + "(" + sql + ")";
        }
    }

    /** The six sums behind a metric. */
    public record Six(Measure runs, Measure x, Measure m, Measure xx, Measure mm, Measure xm) {
        public List<Measure> all() {
            return List.of(runs, x, m, xx, mm, xm);
        }
    }

    public static final Measure SUCCESS = status("success");
    public static final Measure PARTIAL_FAILURE = status("partial_failure");
    public static final Measure FAILED = status("failed");
    /** Not in the rollups: runs that go on are counted where they are. */
    public static final Measure RUNNING = status("running");

    public static final List<Measure> STATUSES = List.of(SUCCESS, PARTIAL_FAILURE, FAILED);
    public static final List<Measure> STATUSES_AND_RUNNING = List.of(SUCCESS, PARTIAL_FAILURE, FAILED, RUNNING);

    public static final Measure INPUT_TOKENS = sum("input_tokens", "coalesce(run.total_input_tokens, 0)::numeric");
    public static final Measure INPUT_TOKENS_RUNS = present("input_tokens_runs", "run.total_input_tokens");
    public static final Measure OUTPUT_TOKENS = sum("output_tokens", "coalesce(run.total_output_tokens, 0)::numeric");
    public static final Measure OUTPUT_TOKENS_RUNS = present("output_tokens_runs", "run.total_output_tokens");

    public static final Measure TOKENS_RUNS =
            present("tokens_runs", "coalesce(run.total_input_tokens, run.total_output_tokens)");

    public static final Measure MIN_SCORE = new Measure(
            "min_score", "CASE WHEN run.questions_evaluated > 0 THEN run.min_arbiter_score END", Aggregate.MIN);
    public static final Measure MAX_SCORE = new Measure(
            "max_score", "CASE WHEN run.questions_evaluated > 0 THEN run.max_arbiter_score END", Aggregate.MAX);
    public static final Measure FIRST_STARTED = new Measure("first_started_at", "run.started_at", Aggregate.MIN);
    public static final Measure LAST_STARTED = new Measure("last_started_at", "run.started_at", Aggregate.MAX);

    public static final Measure THRESHOLD =
            sum("threshold", "coalesce(%s, 0)".formatted(decimal("min_arbiter_score_threshold")));
    public static final Measure THRESHOLD_RUNS = present("threshold_runs", "run.min_arbiter_score_threshold");

    /** What the REST contract asks for: means and extremes of values as they were reported. */
    public static final Measure MIN_REPORTED =
            new Measure("min_reported_score", "run.min_arbiter_score", Aggregate.MIN);

    public static final Measure MAX_REPORTED =
            new Measure("max_reported_score", "run.max_arbiter_score", Aggregate.MAX);
    public static final List<String> REPORTED =
            List.of("overall_success_rate", "approval_rate", "duplicate_rate", "avg_arbiter_score", "duration_seconds");

    private static final Map<Count, Measure> COUNTS = new EnumMap<>(Count.class);
    private static final Map<Metric, Six> OF_RUNS = new EnumMap<>(Metric.class);

    static {
        for (Count count : Count.values()) {
            COUNTS.put(count, sum(count.column(), "run.%s::bigint".formatted(count.column())));
        }
        ratio(Metric.RUN_SUCCESS_RATE, whole("(run.status = 'success')::int"), whole("1"));
        ratio(Metric.GENERATION_SUCCESS_RATE, whole("run.questions_generated"), whole("run.questions_requested"));
        ratio(Metric.APPROVAL_RATE, whole("run.questions_approved"), whole("run.questions_evaluated"));
        ratio(Metric.DUPLICATE_RATE, whole("run.duplicates_found"), whole("run.questions_approved"));
        ratio(Metric.OVERALL_SUCCESS_RATE, whole("run.questions_inserted"), whole("run.questions_requested"));
        String scored = "run.questions_evaluated > 0 AND run.avg_arbiter_score IS NOT NULL";
        ratio(
                Metric.ARBITER_SCORE,
                when(scored, decimal("avg_arbiter_score") + " * run.questions_evaluated"),
                when(scored, whole("run.questions_evaluated")));
        String timed = "run.duration_seconds IS NOT NULL";
        ratio(Metric.DURATION, when(timed, decimal("duration_seconds")), when(timed, whole("1")));
        String paced = timed + " AND run.questions_requested > 0";
        ratio(
                Metric.DURATION_PER_QUESTION,
                when(paced, decimal("duration_seconds")),
                when(paced, whole("run.questions_requested")));
        ratio(Metric.API_CALLS_PER_INSERTED_QUESTION, whole("run.total_api_calls"), whole("run.questions_inserted"));
        String priced = "run.total_cost_usd IS NOT NULL";
        ratio(
                Metric.COST_PER_INSERTED_QUESTION,
                when(priced, decimal("total_cost_usd")),
                when(priced, whole("run.questions_inserted")));
        ratio(
                Metric.TOKENS_PER_INSERTED_QUESTION,
                "(coalesce(run.total_input_tokens, 0)::numeric + coalesce(run.total_output_tokens, 0))",
                when(
                        "coalesce(run.total_input_tokens, run.total_output_tokens) IS NOT NULL",
                        whole("run.questions_inserted")));
        ratio(Metric.COST_PER_RUN, when(priced, decimal("total_cost_usd")), when(priced, whole("1")));
        ratio(Metric.ERRORS_PER_RUN, whole("run.total_errors"), whole("1"));
    }

    /**
     * The rows of runs, or of changes of runs, that fit a condition on {@code run}: what measures are read from.
     *
     * @param measures to read; columns that they do not need are not there
     */
    public static String rows(String table, String condition, List<Measure> measures) {
        String derived = DERIVED.entrySet().stream()
                .filter(column ->
                        measures.stream().anyMatch(measure -> measure.sql().contains("run." + column.getKey())))
                .map(column -> ", %s AS %s".formatted(column.getValue(), column.getKey()))
                .collect(joining());
        return "(SELECT run.*%s FROM %s run WHERE %s OFFSET 0) run".formatted(derived, table, condition);
    }

    public static Measure of(Count count) {
        return COUNTS.get(count);
    }

    /** The sums of a metric of runs. */
    public static Six of(Metric metric) {
        return OF_RUNS.get(metric);
    }

    /** How many runs report the value. */
    public static Measure reportedRuns(String field) {
        return present(field + "_runs", "run." + field);
    }

    /** The sum of the values reported. */
    public static Measure reportedSum(String field) {
        return sum(field + "_sum", "coalesce(%s, 0)".formatted(decimal(field)));
    }

    public static List<Measure> counts() {
        return List.copyOf(COUNTS.values());
    }

    /** Every column of {@code run_rollup}. */
    static List<Measure> ofRuns() {
        List<Measure> all = figures();
        REPORTED.forEach(field -> all.addAll(List.of(reportedRuns(field), reportedSum(field))));
        all.addAll(List.of(MIN_REPORTED, MAX_REPORTED));
        return all;
    }

    /** The columns that {@link Figures} are made of: all but those that the REST contract asks for. */
    public static List<Measure> figures() {
        List<Measure> all = new ArrayList<>(STATUSES);
        all.addAll(COUNTS.values());
        OF_RUNS.values().forEach(six -> all.addAll(six.all()));
        all.addAll(List.of(INPUT_TOKENS, INPUT_TOKENS_RUNS, OUTPUT_TOKENS, OUTPUT_TOKENS_RUNS, TOKENS_RUNS));
        all.addAll(List.of(MIN_SCORE, MAX_SCORE, FIRST_STARTED, LAST_STARTED, THRESHOLD, THRESHOLD_RUNS));
        return all;
    }

    /**
     * The sums over x and m, where neither is null. A run with neither says nothing and is not counted.
     *
     * @param x numeric or {@link #whole}, as is m
     */
    static Six six(String prefix, String x, String m) {
        String p = "(" + x + ")";
        String q = "(" + m + ")";
        return new Six(
                sum(prefix + "_n", "(%s <> 0 OR %s <> 0)::int::bigint".formatted(p, q)),
                sum(prefix + "_x", p),
                sum(prefix + "_m", q),
                sum(prefix + "_xx", p + " * " + p),
                sum(prefix + "_mm", q + " * " + q),
                sum(prefix + "_xm", p + " * " + q));
    }

    static Measure sum(String column, String sql) {
        return new Measure(column, sql, Aggregate.SUM);
    }

    static Measure present(String column, String sql) {
        return sum(column, "(%s IS NOT NULL)::int::bigint".formatted(sql));
    }

    /** A count of one run. The product of two 32-bit counts fits; summed, it is numeric. Several times faster than numeric. */
    static String whole(String sql) {
        return "%s::bigint".formatted(sql);
    }

    /** A double as the decimal that it is written as, which a cast to numeric would round to 15 digits. */
    private static String decimal(String column) {
        return "run.%s::text::numeric".formatted(column);
    }

    static String when(String condition, String value) {
        return "CASE WHEN %s THEN %s ELSE 0 END".formatted(condition, value);
    }

    private static void ratio(Metric metric, String x, String m) {
        String column = metric.column();
        DERIVED.put(column + "_x", x);
        DERIVED.put(column + "_m", m);
        OF_RUNS.put(metric, six(column, "run." + column + "_x", "run." + column + "_m"));
    }

    private static Measure status(String code) {
        return sum("runs_" + code, "(run.status = '%s')::int::bigint".formatted(code));
    }
}
