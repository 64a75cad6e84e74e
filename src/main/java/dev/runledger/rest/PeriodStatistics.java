package dev.runledger.rest;

import dev.runledger.analytics.Figures;
import dev.runledger.analytics.RunningRuns;
import dev.runledger.metric.Count;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.metric.Metric.Counted;
import dev.runledger.rest.PeriodFigures.ProviderTotals;
import dev.runledger.rest.PeriodFigures.Totals;
import dev.runledger.rest.PeriodFigures.Trends;
import dev.runledger.rollup.Grain;
import dev.runledger.rollup.Observations;
import dev.runledger.rollup.RollupReader;
import dev.runledger.rollup.Selection;
import dev.runledger.rollup.Selection.Running;
import dev.runledger.rollup.Sums;
import dev.runledger.rollup.Sums.Observed;
import dev.runledger.search.RunCondition;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
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

    private static final Metric SUCCESS = Metric.REPORTED_OVERALL_SUCCESS_RATE;
    private static final Metric APPROVAL = Metric.REPORTED_APPROVAL_RATE;

    private static final List<Metric> TOTALS = List.of(
            Metric.RUN_SUCCESS_RATE,
            Metric.RUN_FAILURE_RATE,
            Metric.QUESTIONS_GENERATED_PER_RUN,
            Metric.QUESTIONS_REQUESTED_PER_RUN,
            Metric.DUPLICATE_RATE,
            Metric.QUESTIONS_INSERTED_PER_RUN,
            Metric.API_CALLS_PER_INSERTED_QUESTION,
            Metric.ERRORS_PER_RUN,
            Metric.DURATION,
            Metric.COST_PER_RUN,
            Metric.REPORTED_DUPLICATE_RATE,
            Metric.REPORTED_ARBITER_SCORE,
            SUCCESS,
            APPROVAL);

    private static final List<Metric> OF_PROVIDERS =
            List.of(Metric.OUTCOME_COVERAGE, Metric.PROVIDER_SUCCESS_RATE, Metric.API_CALLS_PER_GENERATED_QUESTION);

    /** The first runs of a period. */
    private static final String FIRST_RUNS = """
            SELECT observed.metric, sum(observed.x) AS x, sum(observed.m) AS m
              FROM (SELECT run.*
                      FROM question_generation_runs run
                     WHERE {condition}
                     ORDER BY run.started_at, run.id
                     LIMIT :limit) run
             CROSS JOIN LATERAL ({observations}) observed
             GROUP BY observed.metric
            """;

    private final RollupReader rollups;
    private final RunningRuns runningRuns;
    private final JdbcClient jdbc;

    PeriodStatistics(RollupReader rollups, RunningRuns runningRuns, JdbcClient jdbc) {
        this.rollups = rollups;
        this.runningRuns = runningRuns;
        this.jdbc = jdbc;
    }

    /** The figures of the runs in the filter, all of them as of one moment. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public PeriodFigures figures(RunFilter filter) {
        Sums sums = rollups.total(Selection.of(filter, TOTALS).with(Running.EVERYWHERE));
        return new PeriodFigures(totals(sums), providers(filter), trends(filter, sums));
    }

    private static Totals totals(Sums sums) {
        ClusterSums cost = sums.of(Metric.COST_PER_RUN);
        long successful = sums.of(Metric.RUN_SUCCESS_RATE).x().longValue();
        long failed = sums.of(Metric.RUN_FAILURE_RATE).x().longValue();
        return new Totals(
                runs(sums),
                successful,
                failed,
                runs(sums) - sums.running() - successful - failed,
                count(sums, Count.QUESTIONS_REQUESTED),
                count(sums, Count.QUESTIONS_GENERATED),
                count(sums, Count.QUESTIONS_INSERTED),
                count(sums, Count.DUPLICATES_FOUND),
                count(sums, Count.TOTAL_API_CALLS),
                count(sums, Count.TOTAL_ERRORS),
                mean(sums.of(SUCCESS)),
                mean(sums.of(APPROVAL)),
                mean(sums.of(Metric.REPORTED_ARBITER_SCORE)),
                mean(sums.of(Metric.REPORTED_DUPLICATE_RATE)),
                mean(sums.of(Metric.DURATION)),
                number(sums.lowest(Metric.REPORTED_ARBITER_SCORE)),
                number(sums.highest(Metric.REPORTED_ARBITER_SCORE)),
                cost.m().signum() == 0 ? null : cost.x().doubleValue());
    }

    private static long count(Sums sums, Count count) {
        Counted counted = Metric.counting(count);
        ClusterSums found = sums.of(counted.metric());
        return (counted.isNumerator() ? found.x() : found.m()).longValue();
    }

    private static long runs(Sums sums) {
        return sums.of(Metric.RUN_SUCCESS_RATE).m().longValue();
    }

    private List<ProviderTotals> providers(RunFilter filter) {
        return rollups
                .read(Selection.of(filter, OF_PROVIDERS).by(Dimension.PROVIDER).with(Running.EVERYWHERE))
                .stream()
                .filter(sums -> sums.of(Metric.OUTCOME_COVERAGE).x().signum() > 0)
                .map(PeriodStatistics::providerTotals)
                .sorted(Comparator.comparing(ProviderTotals::provider))
                .toList();
    }

    private static ProviderTotals providerTotals(Sums sums) {
        ClusterSums attempted = sums.of(Metric.PROVIDER_SUCCESS_RATE);
        return new ProviderTotals(
                String.valueOf(sums.key()),
                plain(attempted.x()),
                plain(sums.of(Metric.API_CALLS_PER_GENERATED_QUESTION).x()),
                plain(attempted.m().subtract(attempted.x())));
    }

    /** 20 rather than 2E+1, which some JSON readers take for a floating-point number. */
    private static BigDecimal plain(BigDecimal value) {
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** The first half is total / 2 runs, rounded down, so the middle one of an odd number is recent. */
    private Trends trends(RunFilter filter, Sums all) {
        RunningRuns.Starts running = runningRuns.starts(filter);
        Instant first = earliest(all.lowest(Metric.RUN_SUCCESS_RATE), running.first());
        Instant last = latest(all.highest(Metric.RUN_SUCCESS_RATE), running.last());
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
                mean(older.of(SUCCESS)),
                rest(all, older, SUCCESS),
                mean(older.of(APPROVAL)),
                rest(all, older, APPROVAL));
    }

    private static @Nullable Instant earliest(@Nullable BigDecimal epochSeconds, @Nullable OffsetDateTime moment) {
        Instant finished = Figures.moment(epochSeconds);
        return finished == null || (moment != null && moment.toInstant().isBefore(finished))
                ? instant(moment)
                : finished;
    }

    private static @Nullable Instant latest(@Nullable BigDecimal epochSeconds, @Nullable OffsetDateTime moment) {
        Instant finished = Figures.moment(epochSeconds);
        return finished == null || (moment != null && moment.toInstant().isAfter(finished))
                ? instant(moment)
                : finished;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime moment) {
        return moment == null ? null : moment.toInstant();
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
        return rollups
                .read(Selection.of(filter, List.of(Metric.RUN_SUCCESS_RATE, SUCCESS, APPROVAL))
                        .in(starts)
                        .with(Running.EVERYWHERE))
                .stream()
                .sorted(Comparator.comparingInt(Sums::bucket))
                .toList();
    }

    private Sums firstOf(RunFilter filter, Instant start, Instant end, long runs) {
        Instant from = filter.from() != null && filter.from().isAfter(start) ? filter.from() : start;
        Instant to = filter.to() != null && filter.to().isBefore(end) ? filter.to() : end;
        RunCondition condition = RunCondition.of(filter.within(from, to));
        Map<Metric, Observed> observed = new HashMap<>();
        jdbc.sql(FIRST_RUNS
                        .replace("{condition}", condition.sql())
                        .replace("{observations}", Observations.of(List.of(SUCCESS, APPROVAL))))
                .params(condition.parameters())
                .param("limit", runs)
                .query(row -> {
                    ClusterSums sums = ClusterSums.of(row.getBigDecimal("x"), row.getBigDecimal("m"));
                    Metric metric = row.getString("metric").equals(SUCCESS.code()) ? SUCCESS : APPROVAL;
                    observed.put(metric, new Observed(sums, null, null));
                });
        return new Sums(List.of(), 0, 0, observed);
    }

    private static @Nullable Double rest(Sums all, Sums part, Metric metric) {
        return mean(
                all.of(metric).x().subtract(part.of(metric).x()),
                all.of(metric).m().subtract(part.of(metric).m()));
    }

    private static @Nullable Double mean(ClusterSums sums) {
        return mean(sums.x(), sums.m());
    }

    private static @Nullable Double mean(BigDecimal sum, BigDecimal runs) {
        return runs.signum() == 0
                ? null
                : sum.divide(runs, MathContext.DECIMAL128).doubleValue();
    }

    private static @Nullable Double number(@Nullable BigDecimal value) {
        return value == null ? null : value.doubleValue();
    }
}
