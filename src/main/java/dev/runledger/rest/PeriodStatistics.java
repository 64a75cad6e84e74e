package dev.runledger.rest;

import dev.runledger.metric.Count;
import dev.runledger.metric.Metric;
import dev.runledger.rest.PeriodFigures.ProviderTotals;
import dev.runledger.rest.PeriodFigures.Totals;
import dev.runledger.rest.PeriodFigures.Trends;
import dev.runledger.rollup.Grain;
import dev.runledger.rollup.Measure;
import dev.runledger.rollup.ProviderMeasure;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.RollupReader.Question;
import dev.runledger.rollup.RollupReader.Question.Running;
import dev.runledger.rollup.RollupTable;
import dev.runledger.rollup.Sums;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Answers the REST statistics of a period, from the rollups but for one day of runs. */
@Service
public class PeriodStatistics {

    private static final int MAX_DAYS = 4_000;

    private static final List<String> RATES = List.of("overall_success_rate", "approval_rate");

    /** The first runs of a period. */
    private static final String FIRST_RUNS = """
            SELECT count(overall_success_rate)               AS overall_success_rate_runs,
                   sum(overall_success_rate::text::numeric)  AS overall_success_rate_sum,
                   count(approval_rate)                      AS approval_rate_runs,
                   sum(approval_rate::text::numeric)         AS approval_rate_sum
              FROM (SELECT run.overall_success_rate, run.approval_rate
                      FROM question_generation_runs run
                     WHERE %s
                     ORDER BY run.started_at, run.id
                     LIMIT :limit) first
            """;

    private final RollupReader rollups;
    private final JdbcClient jdbc;

    PeriodStatistics(RollupReader rollups, JdbcClient jdbc) {
        this.rollups = rollups;
        this.jdbc = jdbc;
    }

    /** The figures of the runs in the filter, all of them as of one moment. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public PeriodFigures figures(RunFilter filter) {
        List<Measure> measures = new ArrayList<>(Measure.STATUSES_AND_RUNNING);
        measures.addAll(Measure.counts());
        for (String field : Measure.REPORTED) {
            measures.add(Measure.reportedRuns(field));
            measures.add(Measure.reportedSum(field));
        }
        measures.addAll(List.of(Measure.MIN_REPORTED, Measure.MAX_REPORTED));
        measures.add(Measure.of(Metric.COST_PER_RUN).runs());
        measures.add(Measure.of(Metric.COST_PER_RUN).x());
        measures.add(Measure.FIRST_STARTED);
        measures.add(Measure.LAST_STARTED);
        Sums sums =
                rollups.total(Question.of(RollupTable.RUNS, filter, measures).with(Running.EVERYWHERE));
        return new PeriodFigures(totals(sums), providers(filter), trends(filter, sums));
    }

    private static Totals totals(Sums sums) {
        Measure priced = Measure.of(Metric.COST_PER_RUN).runs();
        return new Totals(
                runs(sums),
                sums.count(Measure.SUCCESS),
                sums.count(Measure.FAILED),
                sums.count(Measure.PARTIAL_FAILURE),
                sums.count(Measure.of(Count.QUESTIONS_REQUESTED)),
                sums.count(Measure.of(Count.QUESTIONS_GENERATED)),
                sums.count(Measure.of(Count.QUESTIONS_INSERTED)),
                sums.count(Measure.of(Count.DUPLICATES_FOUND)),
                sums.count(Measure.of(Count.TOTAL_API_CALLS)),
                sums.count(Measure.of(Count.TOTAL_ERRORS)),
                mean(sums, "overall_success_rate"),
                mean(sums, "approval_rate"),
                mean(sums, "avg_arbiter_score"),
                mean(sums, "duplicate_rate"),
                mean(sums, "duration_seconds"),
                sums.extreme(Measure.MIN_REPORTED),
                sums.extreme(Measure.MAX_REPORTED),
                sums.count(priced) == 0
                        ? null
                        : sums.sum(Measure.of(Metric.COST_PER_RUN).x()));
    }

    private static long runs(Sums sums) {
        return Measure.STATUSES_AND_RUNNING.stream().mapToLong(sums::count).sum();
    }

    private List<ProviderTotals> providers(RunFilter filter) {
        List<Measure> measures = List.of(
                ProviderMeasure.METRICS_RUNS,
                ProviderMeasure.GENERATED,
                ProviderMeasure.API_CALLS,
                ProviderMeasure.FAILURES);
        return rollups
                .read(Question.of(RollupTable.PROVIDERS, filter, measures)
                        .by("provider")
                        .with(Running.EVERYWHERE))
                .stream()
                .filter(sums -> sums.count(ProviderMeasure.METRICS_RUNS) > 0)
                .map(sums -> new ProviderTotals(
                        String.valueOf(sums.key()),
                        sums.exact(ProviderMeasure.GENERATED),
                        sums.exact(ProviderMeasure.API_CALLS),
                        sums.exact(ProviderMeasure.FAILURES)))
                .sorted(Comparator.comparing(ProviderTotals::provider))
                .toList();
    }

    /** The first half is total / 2 runs, rounded down, so the middle one of an odd number is recent. */
    private Trends trends(RunFilter filter, Sums all) {
        Instant first = all.moment(Measure.FIRST_STARTED);
        Instant last = all.moment(Measure.LAST_STARTED);
        if (first == null || last == null) {
            return new Trends(null, null, null, null);
        }
        long half = runs(all) / 2;
        List<Instant> starts = starts(first, last);
        List<Sums> days = days(filter, starts);
        Sums older = Sums.NONE;
        long before = 0;
        for (Sums day : days) {
            if (before + runs(day) > half) {
                Instant start = starts.get(day.bucket());
                Instant end =
                        day.bucket() + 1 < starts.size() ? starts.get(day.bucket() + 1) : Grain.MONTH.after(start);
                older = older.plus(firstOf(filter, start, end, half - before));
                break;
            }
            older = older.plus(day);
            before += runs(day);
        }
        return new Trends(
                mean(older, RATES.get(0)),
                rest(all, older, RATES.get(0)),
                mean(older, RATES.get(1)),
                rest(all, older, RATES.get(1)));
    }

    /** Days, or months if they would be very many. */
    private static List<Instant> starts(Instant first, Instant last) {
        Grain grain = Duration.between(first, last).toDays() > MAX_DAYS ? Grain.MONTH : Grain.DAY;
        List<Instant> starts = new ArrayList<>();
        for (Instant start = grain.floor(first); !start.isAfter(last); start = grain.after(start)) {
            starts.add(start);
        }
        return starts;
    }

    private List<Sums> days(RunFilter filter, List<Instant> starts) {
        List<Measure> measures = new ArrayList<>(Measure.STATUSES_AND_RUNNING);
        for (String rate : RATES) {
            measures.add(Measure.reportedRuns(rate));
            measures.add(Measure.reportedSum(rate));
        }
        return rollups
                .read(Question.of(RollupTable.RUNS, filter, measures).in(starts).with(Running.EVERYWHERE))
                .stream()
                .sorted(Comparator.comparingInt(Sums::bucket))
                .toList();
    }

    private Sums firstOf(RunFilter filter, Instant start, Instant end, long runs) {
        Instant from = filter.from() != null && filter.from().isAfter(start) ? filter.from() : start;
        Instant to = filter.to() != null && filter.to().isBefore(end) ? filter.to() : end;
        RunCondition condition = RunCondition.of(filter.within(from, to));
        return jdbc.sql(FIRST_RUNS.formatted(condition.sql()))
                .params(condition.parameters())
                .param("limit", runs)
                .query((row, number) -> {
                    Map<Measure, Object> values = new HashMap<>();
                    for (String rate : RATES) {
                        values.put(Measure.reportedRuns(rate), row.getBigDecimal(rate + "_runs"));
                        BigDecimal sum = row.getBigDecimal(rate + "_sum");
                        values.put(Measure.reportedSum(rate), sum == null ? BigDecimal.ZERO : sum);
                    }
                    return new Sums(null, null, 0, values);
                })
                .single();
    }

    private static @Nullable Double mean(Sums sums, String field) {
        return mean(sums.exact(Measure.reportedSum(field)), sums.count(Measure.reportedRuns(field)));
    }

    private static @Nullable Double rest(Sums all, Sums part, String field) {
        return mean(
                all.exact(Measure.reportedSum(field)).subtract(part.exact(Measure.reportedSum(field))),
                all.count(Measure.reportedRuns(field)) - part.count(Measure.reportedRuns(field)));
    }

    private static @Nullable Double mean(BigDecimal sum, long runs) {
        return runs == 0
                ? null
                : sum.divide(BigDecimal.valueOf(runs), MathContext.DECIMAL128).doubleValue();
    }
}
