package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import dev.runledger.metric.Count;
import dev.runledger.rollup.Measure.Aggregate;
import dev.runledger.rollup.RollupReader.Question.Running;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sums measures over the finished runs of a filter, by a key and by buckets of time: from cells of a rollup, the changes that
 * wait to be folded into them, and the runs themselves where no cell fits. One statement reads all three, so they belong to
 * the same moment.
 */
@Component
public class RollupReader {

    /** What a run has from its start on. */
    private static final List<Measure> FROM_START = List.of(
            Measure.RUNNING, Measure.of(Count.QUESTIONS_REQUESTED), Measure.FIRST_STARTED, Measure.LAST_STARTED);

    /** Whether a run that goes on reports anything else: word for word the condition of an index, so that it is found by it. */
    private static final String REPORTS = """
            (greatest(run.questions_generated, run.generation_failures, run.questions_evaluated, run.questions_approved,
                      run.questions_rejected, run.duplicates_found, run.exact_duplicates, run.semantic_duplicates,
                      run.questions_inserted, run.insertion_failures, run.total_errors, run.total_api_calls) > 0
             OR num_nonnulls(run.duration_seconds, run.approval_rate, run.duplicate_rate, run.overall_success_rate,
                             run.avg_arbiter_score, run.min_arbiter_score, run.max_arbiter_score, run.total_cost_usd,
                             run.total_input_tokens, run.total_output_tokens, run.provider_metrics,
                             run.cost_by_provider) > 0)""";

    /**
     * Arrays behind scalar subqueries: PostgreSQL estimates them alike whatever they hold, and so keeps the plan of a prepared
     * statement. Seen plainly, each question would be planned anew, for 1 to 2 ms of its 5.
     */
    private static final String SLICES_OF_CELLS = """
            unnest((SELECT CAST(:cell_grains AS varchar[])), (SELECT CAST(:cell_from AS timestamptz[])),
                   (SELECT CAST(:cell_to AS timestamptz[]))) AS slice(grain, beginning, ending)""";

    private static final String SLICES_OF_RUNS = """
            unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
                AS slice(beginning, ending)""";

    private static final String IN_SLICE = "run.started_at >= slice.beginning AND run.started_at < slice.ending";

    private final JdbcClient jdbc;

    RollupReader(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What to sum.
     *
     * @param keys columns to tell runs apart by, dimensions or keys of the table; the first one becomes {@link Sums#key}
     * @param bounds starts of buckets in order, the first at or before the filter's from; empty for no buckets
     * @param only a further condition on the table's own keys, on cells and rows alike; "true" for none
     */
    public record Question(
            RollupTable table,
            RunFilter filter,
            List<Measure> measures,
            @Nullable String key,
            @Nullable String secondKey,
            List<Instant> bounds,
            String only,
            Running running) {

        /** What becomes of runs that go on. */
        public enum Running {
            /** They are left out. */
            NOWHERE,
            /** They count as runs, in {@link Measure#RUNNING}, and nowhere else. */
            AS_RUNS,
            /** Counts and values that they have reported so far are summed with the rest, as the REST contract wants it. */
            EVERYWHERE
        }

        public static Question of(RollupTable table, RunFilter filter, List<Measure> measures) {
            return new Question(table, filter, measures, null, null, List.of(), "true", Running.NOWHERE);
        }

        public Question by(@Nullable String key) {
            return new Question(table, filter, measures, key, secondKey, bounds, only, running);
        }

        /** Tells runs apart by one key more, which becomes {@link Sums#secondKey}. */
        public Question andBy(@Nullable String secondKey) {
            return new Question(table, filter, measures, key, secondKey, bounds, only, running);
        }

        public Question in(List<Instant> bounds) {
            return new Question(table, filter, measures, key, secondKey, bounds, only, running);
        }

        public Question only(String condition) {
            return new Question(table, filter, measures, key, secondKey, bounds, condition, running);
        }

        public Question with(Running running) {
            return new Question(table, filter, measures, key, secondKey, bounds, only, running);
        }

        private String only(Key ownKey) {
            String condition = only;
            for (String own : table.keys()) {
                condition = condition.replace("{" + own + "}", ownKey.of(own));
            }
            return condition;
        }

        /** Whether cells by environment are not enough. */
        private boolean detailed() {
            return !filter.triggers().isEmpty()
                    || !filter.promptVersions().isEmpty()
                    || !filter.arbiterConfigs().isEmpty()
                    || isDetail(key)
                    || isDetail(secondKey);
        }

        private boolean anyExtreme() {
            return measures.stream().anyMatch(measure -> measure.aggregate() != Aggregate.SUM);
        }

        private static boolean isDetail(@Nullable String key) {
            return key != null && RollupTable.DIMENSIONS.indexOf(key) > 0;
        }

        public Slices slices() {
            return knownToRollups(filter)
                    ? Slices.of(filter.from(), filter.to(), table.finest(detailed()), bounds)
                    : Slices.raw(filter.from(), filter.to());
        }
    }

    /** Whether the filter names nothing but period and dimensions. */
    public static boolean knownToRollups(RunFilter filter) {
        return filter.equals(new RunFilter(
                filter.from(),
                filter.to(),
                List.of(),
                filter.environments(),
                filter.triggers(),
                filter.promptVersions(),
                filter.arbiterConfigs(),
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null));
    }

    /** The sums, one per key and bucket that has any run. */
    public List<Sums> read(Question question) {
        return read(question, question.slices());
    }

    private List<Sums> read(Question question, Slices slices) {
        RunCondition condition = RunCondition.of(withoutPeriod(question.filter()));
        String rolledUp = "%s AND NOT EXISTS (SELECT FROM %s WHERE %s) AND %s"
                .formatted(period(question.filter()), SLICES_OF_RUNS, IN_SLICE, condition.sql());
        List<String> parts = new ArrayList<>();
        if (slices.anyRollup()) {
            parts.add(part(
                    question,
                    cells(question, condition),
                    ofFinished(measure -> measure.aggregate().of("run." + measure.column())),
                    key -> "run." + key));
            parts.add(part(
                    question,
                    rows(question, "", ChangeLog.net("true"), "run.status <> 'running' AND " + rolledUp),
                    ofFinished(measure -> measure.aggregate()
                            .of((measure.aggregate() == Aggregate.SUM
                                            ? "run.sign * (%s)"
                                            : "CASE WHEN run.sign > 0 THEN %s END")
                                    .formatted(measure.sql()))),
                    question.table()::rawKey));
        }
        if (slices.anyRaw()) {
            parts.add(part(
                    question,
                    rows(
                            question,
                            slices.anyRollup() ? SLICES_OF_RUNS + " CROSS JOIN LATERAL " : "",
                            "question_generation_runs",
                            "run.status <> 'running' AND %s AND %s AND %s"
                                    .formatted(
                                            FoldFailures.NONE_OF_RUN,
                                            slices.anyRollup() ? IN_SLICE : period(question.filter()),
                                            condition.sql())),
                    ofFinished(measure -> measure.aggregate().of(measure.sql())),
                    question.table()::rawKey));
        }
        if (question.running() != Running.NOWHERE && question.table() == RollupTable.RUNS) {
            List<Measure> fromStart = question.running() == Running.AS_RUNS ? List.of(Measure.RUNNING) : FROM_START;
            parts.add(running(question, "true", condition, fromStart::contains));
        }
        if (question.running() == Running.EVERYWHERE) {
            parts.add(running(question, REPORTS, condition, measure -> !FROM_START.contains(measure)));
        }
        // What has left a cell is still in the cell's extremes, until it is folded.
        String leaving = slices.anyRollup() && question.anyExtreme()
                ? "EXISTS (SELECT 1 FROM %s run WHERE run.sign < 0 AND run.status <> 'running' AND %s)"
                        .formatted(ChangeLog.net("true"), rolledUp)
                : "false";
        String sql = "SELECT key, second_key, bucket, %s, %s AS leaving FROM (%s) part GROUP BY key, second_key, bucket"
                .formatted(
                        question.measures().stream()
                                .map(measure -> measure.aggregate().of(measure.column()) + " AS " + measure.column())
                                .collect(joining(", ")),
                        leaving,
                        String.join(" UNION ALL ", parts));
        JdbcClient.StatementSpec statement = jdbc.sql(sql).params(condition.parameters());
        if (slices.anyRollup()) {
            statement = statement
                    .param("cell_grains", array(slices.ofCells(), slice -> String.valueOf(slice.grain())))
                    .param("cell_from", array(slices.ofCells(), Slices::from))
                    .param("cell_to", array(slices.ofCells(), Slices::to))
                    .param("run_from", array(slices.ofRuns(), Slices::from))
                    .param("run_to", array(slices.ofRuns(), Slices::to));
        }
        if (question.filter().from() != null) {
            statement = statement.param("from", question.filter().from().atOffset(ZoneOffset.UTC));
        }
        if (question.filter().to() != null) {
            statement = statement.param("to", question.filter().to().atOffset(ZoneOffset.UTC));
        }
        if (!question.bounds().isEmpty()) {
            statement = statement.param("bounds", array(question.bounds(), Instant::toString));
        }
        AtomicBoolean left = new AtomicBoolean();
        List<Sums> found = statement
                .query((row, number) -> {
                    left.compareAndSet(false, row.getBoolean("leaving"));
                    return new Sums(
                            row.getString("key"),
                            row.getString("second_key"),
                            row.getInt("bucket"),
                            values(row, question.measures()));
                })
                .list();
        return left.get()
                ? read(
                        question,
                        Slices.raw(question.filter().from(), question.filter().to()))
                : found;
    }

    /** The cells of the slices. Each slice asks anew, so that its cells are found by key however many slices there are. */
    private static String cells(Question question, RunCondition condition) {
        String cells = """
                %s
                CROSS JOIN LATERAL (
                    SELECT * FROM %s run WHERE run.detailed = %s AND run.grain = slice.grain AND %s AND %s OFFSET 0
                ) run
                WHERE %s""";
        return cells.formatted(
                SLICES_OF_CELLS,
                question.table().table(),
                question.detailed(),
                IN_SLICE,
                question.only(key -> "run." + key),
                condition.sql());
    }

    /** The rows of runs, or of changes of runs, one for each key of the table. */
    private static String rows(Question question, String slices, String table, String condition) {
        RollupTable rollup = question.table();
        return "%s%s %s WHERE %s"
                .formatted(
                        slices,
                        Measure.rows(table, condition, question.measures()),
                        rollup.each(),
                        question.only(rollup::rawKey));
    }

    /**
     * A part over runs that go on. Of what is not measured here it tells what adds nothing. Their status is not read again: it
     * is no column of the index that finds them.
     */
    private static String running(
            Question question, String which, RunCondition condition, Predicate<Measure> measured) {
        return part(
                question,
                rows(
                        question,
                        "",
                        "question_generation_runs",
                        "run.status = 'running' AND %s AND %s AND %s"
                                .formatted(which, period(question.filter()), condition.sql())),
                measure -> measured.test(measure)
                        ? measure.aggregate().of(measure == Measure.RUNNING ? "1" : measure.sql())
                        : measure.aggregate() == Aggregate.SUM ? "0" : "NULL",
                question.table()::rawKey);
    }

    /** The sums over everything; all 0 if there is no run. */
    public Sums total(Question question) {
        return read(question).stream().findFirst().orElse(Sums.NONE);
    }

    /** What a part selects for a measure: its aggregate over the part, or a constant. */
    private interface Column {
        public String of(Measure measure);
    }

    private interface Key {
        public String of(String key);
    }

    /** Of runs that have ended none goes on, and cells have no column for it. */
    private static Column ofFinished(Column column) {
        return measure -> measure == Measure.RUNNING ? "0" : column.of(measure);
    }

    private static String part(Question question, String rows, Column column, Key ownKey) {
        String bucket = question.bounds().isEmpty()
                ? "0"
                : "width_bucket(run.started_at, (SELECT CAST(:bounds AS timestamptz[]))) - 1";
        // To group by what is the same for all rows would still compare every row.
        List<String> grouping = new ArrayList<>();
        if (question.key() != null) {
            grouping.add("1");
        }
        if (question.secondKey() != null) {
            grouping.add("2");
        }
        if (!question.bounds().isEmpty()) {
            grouping.add("3");
        }
        return "SELECT %s AS key, %s AS second_key, %s AS bucket, %s FROM %s %s"
                .formatted(
                        key(question.key(), ownKey),
                        key(question.secondKey(), ownKey),
                        bucket,
                        question.measures().stream()
                                .map(measure -> column.of(measure) + " AS " + measure.column())
                                .collect(joining(", ")),
                        rows,
                        grouping.isEmpty() ? "HAVING count(*) > 0" : "GROUP BY " + String.join(", ", grouping));
    }

    private static String key(@Nullable String key, Key ownKey) {
        if (key == null) {
            return "NULL::text";
        }
        return RollupTable.DIMENSIONS.contains(key) ? "run." + key : ownKey.of(key);
    }

    private static String period(RunFilter filter) {
        return (filter.from() == null ? "true" : "run.started_at >= :from") + " AND "
                + (filter.to() == null ? "true" : "run.started_at < :to");
    }

    private static RunFilter withoutPeriod(RunFilter filter) {
        return filter.within(null, null);
    }

    private static <T> String array(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).collect(joining(",", "{", "}"));
    }

    private static Map<Measure, Object> values(ResultSet row, List<Measure> measures) throws SQLException {
        Map<Measure, Object> values = new HashMap<>();
        for (int i = 0; i < measures.size(); i++) {
            Measure measure = measures.get(i);
            Object value = measure.aggregate() == Aggregate.SUM
                    ? row.getBigDecimal(i + 4)
                    : measure.column().endsWith("_at")
                            ? row.getObject(i + 4, OffsetDateTime.class)
                            : row.getObject(i + 4, Double.class);
            if (value != null) {
                values.put(measure, value);
            }
        }
        return values;
    }
}
