package dev.runledger.rollup;

import static java.util.stream.Collectors.joining;

import dev.runledger.ledger.ChangeLog;
import dev.runledger.ledger.FoldFailures;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.rollup.Selection.Running;
import dev.runledger.rollup.Sums.Observed;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sums metrics over the runs of a filter, by keys and by buckets of time: from cells of the rollup, the changes that wait to be
 * folded into them, and the runs themselves where no cell fits. One statement reads all three, so they belong to the same
 * moment.
 */
@Component
public class RollupReader {

    /** The outermost part: a row for each group, bucket and metric. */
    private static final String READ = """
            SELECT {keys}bucket, running, metric, sum(n) AS n, sum(x) AS x, sum(m) AS m, sum(xx) AS xx, sum(mm) AS mm,
                   sum(xm) AS xm, min(lo) AS lo, max(hi) AS hi, {leaving} AS leaving
              FROM ({parts}) part
             GROUP BY {keys}bucket, running, metric
            """;

    /**
     * Cells. Each series and slice is looked up by key, however many slices there are. Arrays are behind scalar subqueries:
     * PostgreSQL estimates them alike whatever they hold, and so keeps the plan of a prepared statement; planning anew each time
     * takes 1 to 2 ms.
     */
    private static final String CELLS = """
            SELECT {cell_keys}{cell_bucket} AS bucket, run.running, series.metric {by_bytes} AS metric,
                   sum({cell_sign}cell.n) AS n, sum({cell_sign}cell.x) AS x, sum({cell_sign}cell.m) AS m, {cell_squares},
                   {cell_lo} AS lo, {cell_hi} AS hi
              FROM rollup_series series
             CROSS JOIN unnest((SELECT CAST(:cell_levels AS rollup_level[])), (SELECT CAST(:cell_from AS timestamptz[])),
                               (SELECT CAST(:cell_to AS timestamptz[])), (SELECT CAST(:cell_signs AS integer[])),
                               (SELECT CAST(:cell_buckets AS integer[]))) AS slice(level, beginning, ending, sign, bucket)
             CROSS JOIN LATERAL (
                 SELECT *
                   FROM rollup
                  WHERE rollup.level = slice.level AND rollup.series = series.id
                    AND rollup.started_at >= slice.beginning AND rollup.started_at < slice.ending{near_scopes}
                 OFFSET 0) cell
              JOIN rollup_scope run ON run.id = cell.scope
             WHERE series.dimension = ANY (CAST((SELECT CAST(:dimensions AS text[])) AS text[]))
               AND series.metric = ANY (CAST((SELECT CAST(:metrics AS text[])) AS text[]))
               AND {running_cells} AND {condition}
             GROUP BY {grouping}
            """;

    /** Runs, or changes of runs, one observation for each metric, and for each name if names are read. */
    private static final String RUNS = """
            SELECT {run_keys}{run_bucket} AS bucket, run.status = 'running' AS running, observed.metric {by_bytes} AS metric,
                   sum({sign}(observed.x <> 0 OR observed.m <> 0)::int) AS n, sum({sign}observed.x) AS x,
                   sum({sign}observed.m) AS m, {run_squares},
                   min(observed.lo) {added} AS lo, max(observed.hi) {added} AS hi
              FROM ({source} OFFSET 0) run
             CROSS JOIN LATERAL ({observations}) observed
             WHERE observed.x IS NOT NULL AND observed.m IS NOT NULL AND {running_runs}
             GROUP BY {grouping}
            """;

    /**
     * Scopes have numbers in the order in which they appeared, so that those of a prompt version are near each other: the index
     * passes by all others.
     */
    private static final String NEAR_SCOPES = """
            \sAND rollup.scope >= (SELECT min(run.id) FROM rollup_scope run WHERE {condition})
                    AND rollup.scope <= (SELECT max(run.id) FROM rollup_scope run WHERE {condition})""";

    /** The rules of a language would decide on order alone, which nobody asks for, and take half of a statement's time. */
    private static final String BY_BYTES = "COLLATE \"C\"";

    private static final String CELL_SQUARES =
            "sum({cell_sign}cell.xx) AS xx, sum({cell_sign}cell.mm) AS mm, sum({cell_sign}cell.xm) AS xm";

    private static final String RUN_SQUARES = """
            sum({sign}observed.x * observed.x) AS xx, sum({sign}observed.m * observed.m) AS mm,
                   sum({sign}observed.x * observed.m) AS xm""";

    private static final String NO_SQUARES = "0 AS xx, 0 AS mm, 0 AS xm";

    private static final String IN_SLICE_OF_RUNS = """
            EXISTS (SELECT 1
                      FROM unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
                           AS slice(beginning, ending)
                     WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending)""";

    private static final String CHANGED_RUNS = """
            SELECT run.* FROM {changes} run WHERE {period} AND NOT {in_slice_of_runs} AND {condition}""";

    private static final String RUNS_OF_SLICES = """
            SELECT run.*
              FROM unnest((SELECT CAST(:run_from AS timestamptz[])), (SELECT CAST(:run_to AS timestamptz[])))
                   AS slice(beginning, ending)
             CROSS JOIN LATERAL (
                 SELECT run.*
                   FROM question_generation_runs run
                  WHERE run.started_at >= slice.beginning AND run.started_at < slice.ending AND {folds}
                    AND {condition}
                 OFFSET 0) run""";

    private static final String RUNS_OF_PERIOD = """
            SELECT run.* FROM question_generation_runs run WHERE {period} AND {folds} AND {condition}""";

    /** What has left a cell is still in the cell's extremes, until it is folded. */
    private static final String LEAVING = """
            EXISTS (SELECT 1 FROM ({source}) run CROSS JOIN LATERAL ({extremes}) observed
                     WHERE run.sign < 0 AND (observed.lo IS NOT NULL OR observed.hi IS NOT NULL))""";

    /** A series of the most buckets with every metric has half as many; what has more is one group a run, or nearly so. */
    private static final int MAX_ROWS = 250_000;

    /** The series that are of no name. */
    private static final String OF_THE_RUN = "{\"\"}";

    private final JdbcClient jdbc;
    private final UnbuiltMonths unbuilt;

    RollupReader(JdbcClient jdbc, UnbuiltMonths unbuilt) {
        this.jdbc = jdbc;
        this.unbuilt = unbuilt;
    }

    /** The slices that a selection is read from. */
    public Slices slices(Selection selection) {
        RunFilter filter = selection.filter();
        return unbuilt.isOurs() && Selection.isKnownToRollup(filter)
                ? Slices.of(
                        filter.from(),
                        filter.to(),
                        finest(selection),
                        selection.bounds(),
                        unbuilt.months(),
                        subtracts(selection))
                : Slices.raw(filter.from(), filter.to());
    }

    /** Whether the hours of a time zone's edges are taken away from days, which leaves extremes unknown. */
    private static boolean subtracts(Selection selection) {
        return !selection.hasExtremes();
    }

    private static Grain finest(Selection selection) {
        return selection.isDetailed() || selection.by().contains(Dimension.DURATION_STEP) ? Grain.DAY : Grain.HOUR;
    }

    /**
     * The sums, one for each group and bucket that has any run.
     *
     * @throws TooManyGroupsException if there are more than can be held in memory
     */
    public List<Sums> read(Selection selection) {
        Rows found = query(selection, slices(selection));
        if (found.leaving()) {
            RunFilter filter = selection.filter();
            found = query(selection, Slices.raw(filter.from(), filter.to()));
        }
        return found.sums(selection);
    }

    /** The sums over everything; all 0 if there is no run. */
    public Sums total(Selection selection) {
        return read(selection).stream().findFirst().orElse(Sums.NONE);
    }

    private record Group(List<@Nullable String> keys, int bucket) {}

    private record Row(Group group, boolean running, String metric, Observed observed) {}

    private record Rows(List<Row> rows, boolean leaving) {

        List<Sums> sums(Selection selection) {
            Map<String, Metric> metrics = new HashMap<>();
            selection.metrics().forEach(metric -> metrics.put(metric.code(), metric));
            metrics.put(Observations.RUNS.code(), Observations.RUNS);
            Map<Group, Map<Metric, Observed>> groups = new LinkedHashMap<>();
            Map<Group, Long> running = new HashMap<>();
            for (Row row : rows) {
                Metric metric = metrics.get(row.metric());
                Map<Metric, Observed> observed = groups.computeIfAbsent(row.group(), group -> new HashMap<>());
                if (!row.running() || selection.running() == Running.EVERYWHERE) {
                    observed.merge(metric, row.observed(), Observed::plus);
                }
                if (row.running() && metric.equals(Observations.RUNS)) {
                    running.merge(row.group(), row.observed().sums().m().longValue(), Long::sum);
                }
            }
            List<Sums> all = new ArrayList<>();
            groups.forEach((group, observed) ->
                    all.add(new Sums(group.keys(), group.bucket(), running.getOrDefault(group, 0L), observed)));
            // Cells that all runs have left, or that were taken away from others in whole, say nothing.
            return all.stream().filter(sums -> !sums.isEmpty()).toList();
        }
    }

    private Rows query(Selection selection, Slices slices) {
        if (!slices.anyRollup() && !slices.anyRaw()) {
            return new Rows(List.of(), false);
        }
        RunCondition condition = condition(selection);
        List<Metric> metrics = metrics(selection);
        List<Dimension> names = selection.names();
        JdbcClient.StatementSpec statement = jdbc.sql(sql(selection, slices))
                .params(condition.parameters())
                .param("dimensions", names.isEmpty() ? OF_THE_RUN : array(names, Dimension::code))
                .param("metrics", array(metrics, Metric::code))
                .param(
                        "own_metrics",
                        array(metrics.stream().filter(Metric::isOwn).toList(), Metric::name))
                .param("bounds", array(selection.bounds(), Instant::toString));
        if (slices.anyRollup()) {
            statement = statement
                    .param("cell_levels", array(slices.ofCells(), slice -> level(selection, slice)))
                    .param("cell_from", array(slices.ofCells(), Slices::from))
                    .param("cell_to", array(slices.ofCells(), Slices::to))
                    .param("cell_signs", array(slices.ofCells(), slice -> String.valueOf(slice.sign())))
                    .param("cell_buckets", array(slices.ofCells(), slice -> String.valueOf(slice.bucket())))
                    .param("run_from", array(slices.ofRuns(), Slices::from))
                    .param("run_to", array(slices.ofRuns(), Slices::to));
        }
        if (selection.filter().from() != null) {
            statement = statement.param("from", selection.filter().from().atOffset(ZoneOffset.UTC));
        }
        if (selection.filter().to() != null) {
            statement = statement.param("to", selection.filter().to().atOffset(ZoneOffset.UTC));
        }
        int keys = selection.by().size();
        boolean[] leaving = {false};
        List<Row> rows = statement
                .withMaxRows(MAX_ROWS + 1)
                .query((row, number) -> {
                    leaving[0] |= row.getBoolean("leaving");
                    return row(row, keys);
                })
                .list();
        if (rows.size() > MAX_ROWS) {
            throw new TooManyGroupsException(MAX_ROWS);
        }
        return new Rows(rows, leaving[0]);
    }

    private static RunCondition condition(Selection selection) {
        return RunCondition.of(selection.filter().within(null, null));
    }

    /** The statement that reads a selection from such slices. */
    static String sql(Selection selection, Slices slices) {
        RunCondition condition = condition(selection);
        List<Metric> metrics = metrics(selection);
        List<Dimension> names = selection.names();
        Map<String, String> holes = new HashMap<>();
        holes.put("keys", numbered(selection, "key_%1$d, ", (dimension, index) -> ""));
        holes.put("by_bytes", BY_BYTES);
        holes.put("condition", condition.sql());
        holes.put("near_scopes", condition.sql().equals("true") ? "" : NEAR_SCOPES);
        holes.put("folds", FoldFailures.NONE_OF_RUN);
        holes.put("period", period(selection.filter()));
        holes.put("in_slice_of_runs", slices.anyRaw() ? IN_SLICE_OF_RUNS : "false");
        holes.put("cell_keys", keys(selection, "series"));
        holes.put("run_keys", keys(selection, "observed"));
        boolean subtracts = subtracts(selection);
        // A product for each number of each cell takes a quarter of the time.
        boolean anyTakenAway = slices.ofCells().stream().anyMatch(slice -> slice.sign() < 0);
        holes.put("cell_sign", anyTakenAway ? "slice.sign * " : "");
        holes.put("cell_squares", selection.hasSquares() ? CELL_SQUARES : NO_SQUARES);
        holes.put("cell_lo", subtracts ? "NULL::numeric" : "min(cell.lo)");
        holes.put("cell_hi", subtracts ? "NULL::numeric" : "max(cell.hi)");
        holes.put(
                "cell_bucket",
                subtracts
                        ? "coalesce(slice.bucket, %s)".formatted(bucket(selection, "cell.started_at"))
                        : bucket(selection, "cell.started_at"));
        holes.put("run_bucket", bucket(selection, "run.started_at"));
        holes.put("grouping", grouping(selection));
        holes.put("observations", Observations.of(names, metrics));
        holes.put("extremes", Observations.extremes());
        holes.put("changes", ChangeLog.net("true"));
        String counted = "'" + Observations.RUNS.code() + "'";
        holes.put("running_cells", running(selection, "run.running", "series.metric = " + counted));
        holes.put("running_runs", running(selection, "run.status = 'running'", "observed.metric = " + counted));
        holes.put("leaving", "false");
        String runs = RUNS.replace("{run_squares}", selection.hasSquares() ? RUN_SQUARES : NO_SQUARES);
        List<String> parts = new ArrayList<>();
        if (slices.anyRollup()) {
            parts.add(CELLS);
            parts.add(runs.replace("{source}", CHANGED_RUNS)
                    .replace("{sign}", "run.sign * ")
                    .replace("{added}", "FILTER (WHERE run.sign > 0)"));
            if (names.isEmpty() && !subtracts && metrics.stream().anyMatch(Observations::hasExtremes)) {
                holes.put("leaving", LEAVING.replace("{source}", CHANGED_RUNS));
            }
        }
        if (slices.anyRaw()) {
            parts.add(runs.replace("{source}", slices.anyRollup() ? RUNS_OF_SLICES : RUNS_OF_PERIOD)
                    .replace("{sign}", "")
                    .replace("{added}", ""));
        }
        holes.put("parts", String.join(" UNION ALL ", parts));
        return Template.fill(READ, holes);
    }

    private static List<Metric> metrics(Selection selection) {
        List<Metric> metrics = new ArrayList<>(selection.metrics());
        boolean counting =
                selection.running() != Running.NOWHERE && selection.names().isEmpty();
        if (counting && !metrics.contains(Observations.RUNS)) {
            metrics.add(Observations.RUNS);
        }
        return metrics;
    }

    private static String level(Selection selection, Slices.Slice slice) {
        return (selection.isDetailed() ? "DETAILED_" : "") + slice.grain();
    }

    private static String running(Selection selection, String running, String counted) {
        return switch (selection.running()) {
            case NOWHERE -> "NOT (%s)".formatted(running);
            case AS_RUNS -> "(NOT (%s) OR %s)".formatted(running, counted);
            case EVERYWHERE -> "true";
        };
    }

    /** @param row which has {@code dimension} and {@code key} */
    private static String keys(Selection selection, String row) {
        boolean several = selection.names().size() > 1;
        return numbered(selection, "%2$s AS key_%1$d, ", (dimension, index) -> {
            if (dimension.isOfRuns()) {
                return "run.%s %s".formatted(dimension.column(), BY_BYTES);
            }
            // Codes are of letters, digits and a few signs.
            return several
                    ? "CASE %1$s.dimension WHEN '%2$s' THEN %1$s.key END %3$s"
                            .formatted(row, dimension.code(), BY_BYTES)
                    : "%s.key %s".formatted(row, BY_BYTES);
        });
    }

    private interface Expression {
        String of(Dimension dimension, int index);
    }

    private static String numbered(Selection selection, String format, Expression expression) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < selection.by().size(); i++) {
            all.append(format.formatted(i + 1, expression.of(selection.by().get(i), i)));
        }
        return all.toString();
    }

    private static String bucket(Selection selection, String startedAt) {
        return selection.bounds().isEmpty()
                ? "0"
                : "width_bucket(%s, (SELECT CAST(:bounds AS timestamptz[]))) - 1".formatted(startedAt);
    }

    /** By position: keys, bucket, whether it goes on, metric. To group by a constant would still compare every row. */
    private static String grouping(Selection selection) {
        int keys = selection.by().size();
        List<String> positions = new ArrayList<>();
        for (int i = 1; i <= keys + 3; i++) {
            if (i != keys + 1 || !selection.bounds().isEmpty()) {
                positions.add(String.valueOf(i));
            }
        }
        return String.join(", ", positions);
    }

    private static String period(RunFilter filter) {
        return (filter.from() == null ? "true" : "run.started_at >= :from") + " AND "
                + (filter.to() == null ? "true" : "run.started_at < :to");
    }

    private static <T> String array(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).collect(joining(",", "{", "}"));
    }

    private static Row row(ResultSet row, int keys) throws SQLException {
        List<@Nullable String> found = new ArrayList<>();
        for (int i = 1; i <= keys; i++) {
            found.add(row.getString(i));
        }
        ClusterSums sums = new ClusterSums(
                row.getLong("n"),
                row.getBigDecimal("x"),
                row.getBigDecimal("m"),
                row.getBigDecimal("xx"),
                row.getBigDecimal("mm"),
                row.getBigDecimal("xm"));
        return new Row(
                new Group(found, row.getInt("bucket")),
                row.getBoolean("running"),
                row.getString("metric"),
                new Observed(sums, row.getBigDecimal("lo"), row.getBigDecimal("hi")));
    }
}
