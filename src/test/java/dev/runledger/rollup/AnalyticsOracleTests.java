package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.runledger.LoadedRuns;
import dev.runledger.OwnLedgerTest;
import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.DurationPercentiles;
import dev.runledger.analytics.Figures;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.GroupAnalytics;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.PromptVersionComparisons;
import dev.runledger.analytics.PromptVersionComparisons.Compared;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.analytics.RunAnalytics.Source;
import dev.runledger.analytics.RunStreaks;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.RunConflictException;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Count;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportReader;
import dev.runledger.report.RunStatus;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.Validity;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every aggregate against plain SQL over the runs themselves, after a random history of starts, completions, retries, conflicts,
 * starts that came too late, deletions and an import, many at once, while changes are being folded and rollups rebuilt.
 */
@OwnLedgerTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyticsOracleTests {

    private static final Instant START = Instant.parse("2025-02-20T07:13:21.123456Z");
    private static final Instant END = Instant.parse("2025-11-20T19:02:03.5Z");
    private static final int RUNS = 600;

    @Autowired
    RunLedger ledger;

    @Autowired
    DeletedRuns deletedRuns;

    @Autowired
    ReportReader reader;

    @Autowired
    RunAnalytics analytics;

    @Autowired
    Breakdowns breakdowns;

    @Autowired
    GroupAnalytics groups;

    @Autowired
    PromptVersionComparisons comparisons;

    @Autowired
    DurationPercentiles durations;

    @Autowired
    RunStreaks streaks;

    @Autowired
    Rollups rollups;

    @Autowired
    Folding folding;

    @Autowired
    StreakDays streakDays;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    private static final PromptVersionComparisons.Terms TERMS =
            new PromptVersionComparisons.Terms(0.95, 0.05, null, Validity.ALWAYS_VALID);

    private final Random random = new Random(20251124);
    private final JsonMapper json = new JsonMapper();
    private final String name = "o" + UUID.randomUUID().toString().substring(0, 8);
    private final List<String> environments = List.of(name + "-prod", name + "-stage");

    @BeforeAll
    void recordARandomHistory() throws Exception {
        List<ObjectNode> reports = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            Instant startedAt = START.plus(random.nextLong(START.until(END, ChronoUnit.SECONDS)), ChronoUnit.SECONDS);
            String id = UUID.randomUUID().toString();
            if (random.nextInt(3) > 0) {
                reports.add(start(id, startedAt));
            }
            if (random.nextInt(12) > 0) {
                ObjectNode end = end(id, startedAt);
                reports.add(end);
                if (random.nextInt(4) == 0) {
                    reports.add(end);
                }
                if (random.nextInt(8) == 0) {
                    reports.add(end.deepCopy().put("total_errors", 77));
                }
            }
        }
        Collections.shuffle(reports, random);
        ExecutorService clients = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (ObjectNode report : reports) {
            boolean delete = random.nextInt(10) == 0;
            boolean restore = random.nextBoolean();
            done.add(clients.submit(() -> {
                try {
                    ledger.record(reader.read(report), null);
                } catch (RunConflictException e) {
                    // One of the two ends is kept, whichever came first.
                }
                if (delete) {
                    UUID id = UUID.fromString(report.path("id").asString());
                    deletedRuns.delete(id, null);
                    if (restore) {
                        deletedRuns.restore(id);
                    }
                }
            }));
        }
        importRuns();
        rollups.rebuild();
        while (!done.stream().allMatch(Future::isDone)) {
            streakDays.countStaleDays(Duration.ZERO);
        }
        for (Future<?> report : done) {
            report.get();
        }
        clients.shutdown();
    }

    /** Directly in the database, as an administrator would load them. */
    private void importRuns() {
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, environment, prompt_version, triggered_by, questions_requested,
                        questions_generated, questions_evaluated, questions_approved, questions_inserted, total_api_calls,
                        duration_seconds, avg_arbiter_score, min_arbiter_score, total_cost_usd, provider_metrics,
                        error_summary)
                SELECT gen_random_uuid(), timestamptz '2025-02-28 12:00Z' + n * interval '37 hours',
                       CASE n % 4 WHEN 0 THEN 'failed' ELSE 'success' END, :environment, 'v1', 'import', 50, 48, 40, n % 40,
                       n % 37, 60, n * 1.5, 7.25, 0.5, n / 100.0,
                       '{"openai": {"generated": 48, "failures": 2, "api_calls": 60}}', '{"by_category": {"timeout": 1}}'
                  FROM generate_series(1, 150) AS n
                """).param("environment", environments.get(0)).update();
    }

    private ObjectNode start(String id, Instant startedAt) {
        return json.createObjectNode()
                .put("id", id)
                .put("started_at", startedAt.toString())
                .put("status", "running")
                .put("questions_requested", 50)
                .put("environment", environments.get(Math.abs(id.hashCode() % 2)))
                .put("triggered_by", id.charAt(0) < '8' ? "scheduler" : "manual")
                .put("prompt_version", "v" + id.charAt(1) % 3);
    }

    private ObjectNode end(String id, Instant startedAt) {
        int requested = List.of(0, 10, 50, 100).get(random.nextInt(4));
        int evaluated = random.nextInt(60);
        int approved = evaluated == 0 ? 0 : random.nextInt(evaluated + 1);
        int inserted = approved == 0 ? 0 : random.nextInt(approved + 1);
        ObjectNode end = json.createObjectNode()
                .put("id", id)
                .put("started_at", startedAt.toString())
                .put("status", List.of("success", "partial_failure", "failed").get(random.nextInt(3)))
                .put("questions_requested", requested)
                .put("questions_generated", evaluated)
                .put("questions_evaluated", evaluated)
                .put("questions_approved", approved)
                .put("questions_rejected", evaluated - approved)
                .put("duplicates_found", approved - inserted)
                .put("questions_inserted", inserted)
                .put("total_errors", random.nextInt(5))
                .put("total_api_calls", random.nextInt(300))
                .put("environment", environments.get(Math.abs(id.hashCode() % 2)));
        // What the end leaves out, a late start fills in: that moves the run to other cells.
        if (random.nextBoolean()) {
            end.put("triggered_by", id.charAt(0) < '8' ? "scheduler" : "manual")
                    .put("prompt_version", "v" + id.charAt(1) % 3);
        }
        if (random.nextInt(5) > 0) {
            end.put("duration_seconds", random.nextInt(4) == 0 ? 0 : random.nextInt(900) + random.nextDouble());
            end.put("total_cost_usd", random.nextInt(2000) / 1000.0);
            end.put("total_input_tokens", random.nextLong(1L << 40));
            end.put("avg_arbiter_score", random.nextDouble() * 10);
            end.put("min_arbiter_score", random.nextDouble());
            end.put("max_arbiter_score", 10 - random.nextDouble());
        }
        if (random.nextInt(3) > 0) {
            end.set("metrics", json.readTree("""
                    {"toxicity": {"value": %d, "of": %d}, "reviewer_minutes": {"value": %s}}""".formatted(
                            random.nextInt(5), evaluated, random.nextInt(4000) / 100.0)));
            end.set("breakdowns", json.readTree("""
                    {"model": {"gpt-5.1": {"generated": %d, "failures": 1, "evaluated": 9, "approved": %d, "cost_usd": 0.2},
                               "grok": {"generated": %d, "api_calls": 5}},
                     "difficulty": {"easy": {"evaluated": 4, "approved": %d}},
                     "provider": {"openai": {"input_tokens": 40}, "mistral": {"generated": 3}}}""".formatted(
                            random.nextInt(20), random.nextInt(10), random.nextInt(20), random.nextInt(5))));
        }
        if (random.nextInt(5) > 0) {
            int first = random.nextInt(evaluated + 1);
            end.set("provider_metrics", json.readTree("""
                    {"openai": {"generated": %d, "failures": 2, "api_calls": 9, "evaluated": %d, "approved": %d},
                     "xai": {"generated": %d, "failures": 0, "api_calls": 7}}""".formatted(first, first, first / 2, evaluated - first)));
            end.set("cost_by_provider", json.readTree("""
                    {"xai": {"total_cost_usd": 0.125, "total_input_tokens": 10}, "google": {"total_cost_usd": 1.5}}"""));
            end.set("type_metrics", json.readTree("{\"logic\": %d, \"memory\": 3}".formatted(random.nextInt(9))));
            end.set("error_summary", json.readTree("""
                    {"by_category": {"rate_limit": %d, "timeout": 1}}""".formatted(random.nextInt(3))));
        }
        return end;
    }

    /** Periods with ragged ends, whole months, open ends; with filters that the rollups know and some that they don't. */
    List<RunFilter> filters() {
        RunFilter all = RunFilter.during(null, null, List.of(), environments, null);
        RunFilter ragged =
                all.within(Instant.parse("2025-03-29T23:17:05Z"), Instant.parse("2025-08-02T00:00:00.000001Z"));
        RunFilter months = all.within(Instant.parse("2025-03-01T00:00:00Z"), Instant.parse("2025-09-01T00:00:00Z"));
        return List.of(
                all,
                all.within(Instant.parse("2025-04-15T12:00:00Z"), null),
                ragged,
                months,
                ragged.withPromptVersions(List.of("v1", "v2")),
                one(environments.get(0)),
                withCost(ragged));
    }

    private static RunFilter one(String environment) {
        return RunFilter.during(null, null, List.of(), List.of(environment), null);
    }

    private static RunFilter withCost(RunFilter filter) {
        return with(filter, filter.environments(), List.of("openai"));
    }

    private static RunFilter with(RunFilter filter, List<String> environments, List<String> providers) {
        return new RunFilter(
                filter.from(),
                filter.to(),
                List.of(),
                false,
                environments,
                List.of(),
                filter.promptVersions(),
                List.of(),
                providers,
                List.of(),
                List.of(),
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null);
    }

    @ParameterizedTest
    @MethodSource("filters")
    void sumsAndRatesAreThoseOfTheRuns(RunFilter filter) {
        for (boolean folded : List.of(false, true)) {
            if (folded) {
                foldAll();
            }
            Figures figures = analytics.summary(filter, MetricSelection.ALL);
            Map<String, Object> oracle = row("""
                    SELECT count(*) AS total,
                           count(*) FILTER (WHERE status = 'running') AS running,
                           count(*) FILTER (WHERE status = 'failed') AS failed,
                           min(min_arbiter_score) FILTER (WHERE status <> 'running' AND questions_evaluated > 0) AS min_score,
                           min(started_at) FILTER (WHERE status <> 'running') AS first_seen,
                           sum(questions_approved) FILTER (WHERE status <> 'running')::float
                             / sum(questions_evaluated) FILTER (WHERE status <> 'running') AS approval,
                           sum(avg_arbiter_score * questions_evaluated) FILTER (WHERE questions_evaluated > 0)
                             / sum(questions_evaluated) FILTER (WHERE questions_evaluated > 0 AND avg_arbiter_score IS NOT NULL)
                             AS score,
                           avg(duration_seconds) AS duration,
                           sum(total_cost_usd) / sum(questions_inserted) FILTER (WHERE total_cost_usd IS NOT NULL) AS cost
                      FROM question_generation_runs""", filter);

            assertThat(figures.total()).isEqualTo(oracle.get("total"));
            assertThat(figures.running()).isEqualTo(oracle.get("running"));
            assertThat(figures.failed()).isEqualTo(oracle.get("failed"));
            assertThat(analytics.count(filter)).isEqualTo(oracle.get("total"));
            assertThat(figures.minScore()).isEqualTo(oracle.get("min_score"));
            close(figures.value(Metric.APPROVAL_RATE), oracle.get("approval"));
            close(figures.value(Metric.ARBITER_SCORE), oracle.get("score"));
            close(figures.value(Metric.DURATION), oracle.get("duration"));
            close(figures.value(Metric.COST_PER_INSERTED_QUESTION), oracle.get("cost"));
            for (Count count : Count.values()) {
                assertThat(figures.count(count))
                        .as(count.name())
                        .isEqualTo(row(
                                        "SELECT coalesce(sum(%s), 0) AS sum FROM question_generation_runs"
                                                .formatted(count.column()),
                                        filter,
                                        "status <> 'running'")
                                .get("sum"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void theSixSumsBehindAnIntervalAreThoseOfTheRuns(RunFilter filter) {
        var sums = analytics.summary(filter, MetricSelection.ALL).sums(Metric.OVERALL_SUCCESS_RATE);
        Map<String, Object> oracle = row("""
                SELECT count(*) AS n,
                       sum(questions_inserted::numeric ^ 2) AS xx, sum(questions_requested::numeric ^ 2) AS mm,
                       sum(questions_inserted::numeric * questions_requested) AS xm
                  FROM question_generation_runs""", filter, "status <> 'running' AND questions_requested > 0");

        assertThat(sums.runs()).isEqualTo(oracle.get("n"));
        assertThat(sums.xx()).isEqualByComparingTo(oracle.get("xx").toString());
        assertThat(sums.mm()).isEqualByComparingTo(oracle.get("mm").toString());
        assertThat(sums.xm()).isEqualByComparingTo(oracle.get("xm").toString());
    }

    @ParameterizedTest
    @MethodSource("filters")
    void providersAndBreakdownsAreThoseOfTheRuns(RunFilter filter) {
        for (Breakdowns.Entry provider : breakdowns.entries(filter, Dimension.PROVIDER)) {
            Map<String, Object> oracle = row("""
                    SELECT coalesce(sum((coalesce(provider_metrics -> '%1$s', breakdowns -> 'provider' -> '%1$s') ->> 'generated')::float), 0) AS generated,
                           sum((cost_by_provider -> '%1$s' ->> 'total_cost_usd')::float) AS cost,
                           sum((coalesce(provider_metrics -> '%1$s', breakdowns -> 'provider' -> '%1$s') ->> 'generated')::float * questions_approved
                               / nullif(questions_evaluated, 0))
                             / nullif(sum((coalesce(provider_metrics -> '%1$s', breakdowns -> 'provider' -> '%1$s') ->> 'generated')::float)
                                 FILTER (WHERE questions_evaluated > 0), 0) AS attributed
                      FROM question_generation_runs""".formatted(provider.name()), filter, "status <> 'running'");
            close(provider.generated(), oracle.get("generated"));
            close(provider.costUsd(), oracle.get("cost"));
            close(provider.value(Metric.ATTRIBUTED_APPROVAL_RATE), oracle.get("attributed"));
        }
        for (Breakdowns.Entry category : breakdowns.entries(filter, Dimension.ERROR_CATEGORY)) {
            Map<String, Object> oracle = row("""
                    SELECT sum((error_summary -> 'by_category' ->> '%1$s')::int)::float AS errors,
                           count(*) FILTER (WHERE (error_summary -> 'by_category' ->> '%1$s')::int > 0
                                              AND status = 'failed') AS failed
                      FROM question_generation_runs""".formatted(category.name()), filter, "status <> 'running'");
            close(category.count(), oracle.get("errors"));
            assertThat(category.failedRunsWithAny()).isEqualTo(oracle.get("failed"));
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void percentilesAreThoseOfTheRuns(RunFilter filter) {
        DurationPercentiles.Percentiles percentiles = durations.percentiles(filter);
        Map<String, Object> oracle = row("""
                SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS p50,
                       percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds) AS p95,
                       percentile_cont(0.99) WITHIN GROUP (ORDER BY duration_seconds) AS p99
                  FROM question_generation_runs""", filter, "status <> 'running'");

        close(percentiles.p50(), oracle.get("p50"));
        close(percentiles.p95(), oracle.get("p95"));
        close(percentiles.p99(), oracle.get("p99"));
    }

    @ParameterizedTest
    @MethodSource("filters")
    void streaksAreThoseOfTheRuns(RunFilter filter) {
        RunFilter inOneEnvironment = with(filter, environments.subList(0, 1), filter.providers());
        RunFilter inAny = with(filter, List.of(), filter.providers());
        for (RunFilter some : List.of(filter, inOneEnvironment, inAny)) {
            streaksAreThoseOfTheRuns(some, 0.5);
            streaksAreThoseOfTheRuns(some, 0.9);
        }
        foldAll();
        countDays();
        for (RunFilter some : List.of(inOneEnvironment, inAny)) {
            streaksAreThoseOfTheRuns(some, 0.5);
        }
    }

    @Test
    void aDayThatWasCountedWhileADeletedRunWasThereIsCountedAnew() {
        Instant startedAt = Instant.parse("2012-03-04T10:00:00Z");
        RunFilter filter = one(name + "-counted")
                .within(Grain.DAY.floor(startedAt), Grain.DAY.floor(startedAt).plus(1, ChronoUnit.DAYS));
        ObjectNode report = end(UUID.randomUUID().toString(), startedAt)
                .put("environment", name + "-counted")
                .put("questions_requested", 10)
                .put("questions_inserted", 1);
        ledger.record(reader.read(report.deepCopy().put("id", UUID.randomUUID().toString())), null);
        foldAll();
        UUID deleted = ledger.record(
                        reader.read(
                                report.put("started_at", startedAt.plusMillis(1).toString())),
                        null)
                .id();
        countDays();
        deletedRuns.delete(deleted, null);

        streaksAreThoseOfTheRuns(filter, 0.5);
        foldAll();
        streaksAreThoseOfTheRuns(filter, 0.5);
        countDays();
        streaksAreThoseOfTheRuns(filter, 0.5);
    }

    private void streaksAreThoseOfTheRuns(RunFilter filter, double below) {
        Map<String, Object> oracle =
                row("""
                SELECT string_agg(CASE WHEN questions_inserted < %s * questions_requested THEN '1' ELSE '0' END, ''
                                  ORDER BY started_at, id) AS low,
                       json_agg(started_at ORDER BY started_at, id)::text AS starts
                  FROM question_generation_runs""".formatted(below), filter, "status <> 'running' AND questions_requested > 0");
        int longest = 0;
        int current = 0;
        int longestEnd = 0;
        String low = oracle.get("low").toString();
        for (int i = 0; i < low.length(); i++) {
            current = low.charAt(i) == '1' ? current + 1 : 0;
            if (current > longest) {
                longest = current;
                longestEnd = i;
            }
        }
        JsonNode starts = json.readTree(oracle.get("starts").toString());

        assertThat(streaks.streaks(filter, below))
                .isEqualTo(new RunStreaks.Streaks(
                        low.length(),
                        current,
                        longest,
                        utc(starts.get(longestEnd - longest + 1)),
                        utc(starts.get(longestEnd))));
    }

    private static OffsetDateTime utc(JsonNode moment) {
        return OffsetDateTime.parse(moment.asString()).withOffsetSameInstant(ZoneOffset.UTC);
    }

    @Test
    void aDayWhoseRunsChangeIsReadFromItsRunsUntilItIsCountedAnew() {
        RunFilter filter = one(environments.get(0));
        foldAll();
        countDays();
        int days = streakDays.counted(filter, 0.5).size();
        Instant startedAt = START.plus(100, ChronoUnit.DAYS);
        ObjectNode low = end(UUID.randomUUID().toString(), startedAt)
                .put("environment", environments.get(0))
                .put("questions_requested", 100)
                .put("questions_inserted", 0);
        ledger.record(reader.read(low), null);

        assertThat(streakDays.counted(filter, 0.5))
                .hasSizeBetween(days - 1, days)
                .noneMatch(day -> day.from().equals(Grain.DAY.floor(startedAt)));
        streaksAreThoseOfTheRuns(filter, 0.5);
        foldAll();
        streaksAreThoseOfTheRuns(filter, 0.5);
        streakDays.countStaleDays(Duration.ofHours(1));
        assertThat(streakDays.counted(filter, 0.5)).noneMatch(day -> day.from().equals(Grain.DAY.floor(startedAt)));
        countDays();
        assertThat(streakDays.counted(filter, 0.5)).anyMatch(day -> day.from().equals(Grain.DAY.floor(startedAt)));
        streaksAreThoseOfTheRuns(filter, 0.5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"})
    void bucketsPartitionThePeriodInAnyZone(String zone) {
        RunFilter filter = filters().get(2);
        for (Granularity granularity : List.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH)) {
            Buckets buckets = Buckets.of(filter.from(), filter.to(), granularity, ZoneId.of(zone));
            List<Figures> timeline = analytics.timeline(filter, buckets, MetricSelection.ALL);

            for (int i = 0; i < timeline.size(); i++) {
                RunFilter bucket = filter.within(buckets.starts().get(i), buckets.endOf(i));
                assertThat(timeline.get(i).total())
                        .as("%s from %s", granularity, bucket.from())
                        .isEqualTo(row("SELECT count(*) AS runs FROM question_generation_runs", bucket)
                                .get("runs"));
            }
            assertThat(timeline.stream().mapToLong(Figures::total).sum())
                    .isEqualTo(analytics.summary(filter, MetricSelection.ALL).total());
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void everyMetricIsTheSameFromEverySource(RunFilter filter) {
        RunFilter raw = filter.withStatuses(List.of(RunStatus.SUCCESS, RunStatus.PARTIAL_FAILURE, RunStatus.FAILED));
        Figures known = analytics.summary(filter, MetricSelection.ALL);
        Figures read = analytics.summary(raw, MetricSelection.ALL);
        List<Metric> own = List.of(Metric.named("toxicity"), Metric.named("reviewer_minutes"));
        List<GroupAnalytics.Group> ownOfAll = groups.groups(filter, List.of(Dimension.ENVIRONMENT), own);
        List<GroupAnalytics.Group> ownOfRaw = groups.groups(raw, List.of(Dimension.ENVIRONMENT), own);
        assertThat(ownOfAll).hasSameSizeAs(ownOfRaw).isNotEmpty();
        for (GroupAnalytics.Group group : ownOfAll) {
            GroupAnalytics.Group same = ownOfRaw.stream()
                    .filter(other -> other.keys().equals(group.keys()))
                    .findFirst()
                    .orElseThrow();
            own.forEach(metric -> assertThat(group.of(metric)).isEqualTo(same.of(metric)));
            assertThat(group.runs()).isEqualTo(same.runs());
        }
        for (Metric metric : Metric.of(Metric.Subject.RUN)) {
            assertThat(known.sums(metric)).as(metric.name()).isEqualTo(read.sums(metric));
        }
        assertThat(known.firstSeen()).isEqualTo(read.firstSeen());
        assertThat(known.lastSeen()).isEqualTo(read.lastSeen());
        for (Dimension dimension :
                List.of(Dimension.PROVIDER, Dimension.TYPE, Dimension.ERROR_CATEGORY, Dimension.named("model"))) {
            List<Breakdowns.Entry> names = breakdowns.entries(filter, dimension);
            List<Breakdowns.Entry> readNames = breakdowns.entries(raw, dimension);
            assertThat(names).hasSameSizeAs(readNames).isNotEmpty();
            for (int i = 0; i < names.size(); i++) {
                for (Metric metric : Breakdowns.METRICS) {
                    assertThat(names.get(i).of(metric))
                            .as("%s of %s", metric, names.get(i).name())
                            .isEqualTo(readNames.get(i).of(metric));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void ownMetricsAndDimensionsAreThoseOfTheRuns(RunFilter filter) {
        Metric toxicity = Metric.named("toxicity");
        Metric minutes = Metric.named("reviewer_minutes");
        Map<String, Object> oracle = row("""
                SELECT sum((metrics -> 'toxicity' ->> 'value')::float) / sum((metrics -> 'toxicity' ->> 'of')::float) AS toxicity,
                       avg((metrics -> 'reviewer_minutes' ->> 'value')::float) AS minutes
                  FROM question_generation_runs""", filter, "status <> 'running'");
        GroupAnalytics.Group all =
                groups.groups(filter, List.of(), List.of(toxicity, minutes)).get(0);
        close(all.of(toxicity).ratio(), oracle.get("toxicity"));
        close(all.of(minutes).ratio(), oracle.get("minutes"));

        List<Breakdowns.Entry> models = breakdowns.entries(filter, Dimension.named("model"));
        assertThat(models).extracting(Breakdowns.Entry::name).containsExactlyInAnyOrder("gpt-5.1", "grok");
        for (Breakdowns.Entry model : models) {
            Map<String, Object> expected = row("""
                    SELECT sum((breakdowns -> 'model' -> '%1$s' ->> 'generated')::float) AS generated,
                           sum((breakdowns -> 'model' -> '%1$s' ->> 'cost_usd')::float) AS cost,
                           sum((breakdowns -> 'model' -> '%1$s' ->> 'approved')::float)
                             / sum((breakdowns -> 'model' -> '%1$s' ->> 'evaluated')::float) AS approval
                      FROM question_generation_runs""".formatted(model.name()), filter, "status <> 'running'");
            close(model.generated(), expected.get("generated"));
            close(model.costUsd(), expected.get("cost"));
            close(model.value(Metric.APPROVAL_RATE), expected.get("approval"));
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void groupsByThreeDimensionsAreThoseOfTheRuns(RunFilter filter) {
        List<GroupAnalytics.Group> found = groups.groups(
                filter,
                List.of(Dimension.ENVIRONMENT, Dimension.TRIGGER, Dimension.PROMPT_VERSION),
                List.of(Metric.OVERALL_SUCCESS_RATE));

        assertThat(found)
                .anyMatch(group ->
                        !filter.promptVersions().isEmpty() || group.keys().contains(null));
        assertThat(found.stream().mapToLong(GroupAnalytics.Group::runs).sum())
                .isEqualTo(analytics.summary(filter, MetricSelection.RUNS).finished());
        for (GroupAnalytics.Group group : found) {
            Map<String, Object> oracle = row(
                    """
                    SELECT count(*) AS runs,
                           sum(questions_inserted) FILTER (WHERE questions_requested > 0)::float
                             / nullif(sum(questions_requested), 0) AS success
                      FROM question_generation_runs""",
                    filter,
                    "status <> 'running' AND (environment, triggered_by, prompt_version) IS NOT DISTINCT FROM ("
                            + group.keys().stream()
                                    .map(key -> key == null ? "NULL" : "'" + key + "'")
                                    .collect(Collectors.joining(", "))
                            + ")");
            assertThat(group.runs()).isEqualTo(oracle.get("runs"));
            close(group.of(Metric.OVERALL_SUCCESS_RATE).ratio(), oracle.get("success"));
        }
    }

    @Test
    void groupsPartitionTheRuns() {
        RunFilter filter = filters().get(2);
        for (Dimension dimension : List.of(Dimension.PROMPT_VERSION, Dimension.TRIGGER, Dimension.ENVIRONMENT)) {
            assertThat(analytics.groups(filter, dimension, MetricSelection.ALL).stream()
                            .mapToLong(group -> group.figures().count(Count.QUESTIONS_APPROVED))
                            .sum())
                    .isEqualTo(analytics.summary(filter, MetricSelection.ALL).count(Count.QUESTIONS_APPROVED));
        }
    }

    @Test
    void anExtremeIsExactWhileItsRunWaitsToLeaveACell() throws Exception {
        String environment = name + "-moved";
        String id = UUID.randomUUID().toString();
        ObjectNode start = start(id, START).put("environment", environment).put("prompt_version", "late");
        ObjectNode end = end(id, START).put("environment", environment);
        end.remove("prompt_version");
        end.put("questions_evaluated", 5).put("min_arbiter_score", 0.125);
        ledger.record(reader.read(end), null);
        foldAll();

        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            // Nobody folds as long as this is held.
            jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
            CompletableFuture.runAsync(() -> ledger.record(reader.read(start), null))
                    .join();
            assertThat(analytics.groups(one(environment), Dimension.PROMPT_VERSION, MetricSelection.ALL))
                    .filteredOn(group -> group.figures().finished() > 0)
                    .extracting(
                            RunAnalytics.Group::key, group -> group.figures().minScore())
                    .containsExactly(tuple("late", 0.125));
            assertThat(analytics.groups(one(environment), Dimension.PROMPT_VERSION, MetricSelection.SCORE_RANGE))
                    .extracting(group -> group.figures().minScore())
                    .doesNotHaveDuplicates();
        });
    }

    /** With both ends given, days and versions are read in one statement, else in two. */
    @ParameterizedTest
    @ValueSource(strings = {"2025-05-01T03:04:05Z", "2025-05-05T03:04:05Z"})
    void aComparisonOfAPeriodIsThatOfTheSameRunsWithoutAnEnd(Instant from) {
        String environment = name + "-c" + from.getEpochSecond() / 86_400;
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, environment, prompt_version, triggered_by, questions_requested,
                        questions_evaluated, questions_approved, questions_inserted, avg_arbiter_score, min_arbiter_score,
                        max_arbiter_score, min_arbiter_score_threshold, type_metrics, provider_metrics)
                SELECT gen_random_uuid(), timestamptz '2025-05-03 17:25Z' + n * interval '37 minutes',
                       CASE n % 9 WHEN 0 THEN 'running' WHEN 1 THEN 'failed' ELSE 'success' END, :environment, 'v' || n % 3,
                       CASE n % 4 WHEN 0 THEN 'manual' END, 50, 40, 20 + n * 7 % 20, n % 17, 7 + n % 5 / 10.0,
                       1 + n % 3, 9 + n % 900 / 1000.0, 7, jsonb_build_object('logic', n % 17),
                       '{"openai": {"generated": 48}}'
                  FROM generate_series(1, 2500) AS n
                """).param("environment", environment).update();
        LoadedRuns.note(jdbc, environment);
        RunFilter open = one(environment).within(from, null);
        RunFilter closed = open.within(from, Instant.parse("2025-07-30T06:07:08.9Z"));
        List<Metric> metrics = List.of(Metric.APPROVAL_RATE, Metric.OVERALL_SUCCESS_RATE);
        for (boolean folded : List.of(false, true)) {
            if (folded) {
                foldAll();
            }
            Compared ofClosed = comparisons.compare("v1", "v2", metrics, List.of(), closed, MetricSelection.ALL, TERMS);
            Compared ofOpen = comparisons.compare("v1", "v2", metrics, List.of(), open, MetricSelection.ALL, TERMS);

            assertThat(ofClosed.metrics())
                    .usingRecursiveComparison()
                    // Sums of the same numbers in another order.
                    .withEqualsForType(
                            (a, b) -> a.equals(b) || Math.abs(a - b) <= 1e-12 + 1e-9 * Math.abs(b), Double.class)
                    .ignoringFields("comparison.effect.forecast")
                    .isEqualTo(ofOpen.metrics());
            assertThat(ofClosed.confounders()).isEqualTo(ofOpen.confounders());
            assertThat(analytics.groups(closed, Dimension.PROMPT_VERSION, MetricSelection.ALL))
                    .filteredOn(group -> !"v0".equals(group.key()))
                    .extracting(group -> facts(group.figures()))
                    .containsExactly(facts(ofClosed.baseline()), facts(ofClosed.candidate()));
            assertThat(ofClosed.baseline().minScore())
                    .isNotEqualTo(ofClosed.candidate().minScore());
        }
    }

    private static List<@Nullable Object> facts(Figures figures) {
        return Arrays.asList(
                figures.total(),
                figures.running(),
                figures.success(),
                figures.failed(),
                figures.firstSeen(),
                figures.lastSeen(),
                figures.minScore(),
                figures.maxScore(),
                figures.value(Metric.ARBITER_SCORE),
                figures.value(Metric.QUESTIONS_INSERTED_PER_RUN));
    }

    @Test
    void whatIsDeletedCountsNowhereWhetherFoldedOrNot() {
        RunFilter filter = one(name + "-deleted");
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            UUID id = UUID.randomUUID();
            ids.add(id);
            ledger.record(
                    reader.read(end(id.toString(), START.plus(i, ChronoUnit.HOURS))
                            .put("environment", name + "-deleted")
                            .put("questions_requested", 50)),
                    null);
            if (i == 3) {
                foldAll();
            }
        }
        rollups.auditAll();
        for (UUID id : List.of(ids.get(0), ids.get(2), ids.get(5), ids.get(7))) {
            assertThat(deletedRuns.delete(id, null)).isTrue();
            assertThat(deletedRuns.delete(id, null)).isFalse();
            sumsAndRatesAreThoseOfTheRuns(filter);
            streaksAreThoseOfTheRuns(filter, 0.5);
        }
        assertThat(rollups.auditAll().repairedCells()).isZero();
    }

    @Test
    void changesThatAreFoldedLeaveNothingToReadBehind() {
        // Once more if somebody else's transaction still sees the rows: those stay till the next time.
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            jdbc.sql("""
                    INSERT INTO run_change (run_id, sign, run)
                    SELECT gen_random_uuid(), 1, '{"status": "running", "started_at": "2025-03-01T00:00:00Z"}'
                      FROM generate_series(1, 10000)
                    """).update();
            foldAll();
            return jdbc.sql("SELECT pg_relation_size('run_change') < 100000")
                    .query(Boolean.class)
                    .single();
        });
    }

    @Test
    void theSourceIsTheCoarsestThatFits() {
        List<RunFilter> filters = filters();

        assertThat(analytics.source(filters.get(0))).isEqualTo(Source.ROLLUP);
        assertThat(analytics.source(filters.get(2))).isEqualTo(Source.ROLLUP_AND_RAW);
        assertThat(analytics.source(filters.get(3))).isEqualTo(Source.ROLLUP);
        assertThat(analytics.source(filters.get(6))).isEqualTo(Source.RAW);
    }

    @Test
    void anAuditFindsNothingToRepairAndRepairsWhatIsBroken() {
        foldAll();
        rollups.auditAll();
        assertThat(rollups.auditAll().repairedCells()).isZero();

        jdbc.sql("""
                UPDATE rollup SET x = x + 1
                 WHERE level = 'MONTH' AND series = (SELECT id FROM rollup_series WHERE dimension = '' AND metric = 'approval_rate')
                   AND scope IN (SELECT id FROM rollup_scope WHERE environment = :environment AND NOT running)
                """).param("environment", environments.get(0)).update();
        assertThat(rollups.auditAll().repairedCells()).isPositive();
        sumsAndRatesAreThoseOfTheRuns(one(environments.get(0)));

        countDays();
        jdbc.sql("UPDATE streak_day SET longest = longest + 9, runs = runs + 9").update();
        assertThat(rollups.auditAll().repairedCells()).isPositive();
        streaksAreThoseOfTheRuns(one(environments.get(0)), 0.5);

        jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment AND questions_evaluated > 30")
                .param("environment", environments.get(0))
                .update();
        assertThat(rollups.auditAll().repairedCells()).isPositive();
        sumsAndRatesAreThoseOfTheRuns(one(environments.get(0)));

        jdbc.sql("DELETE FROM rollup WHERE scope IN (SELECT id FROM rollup_scope WHERE environment = :environment)")
                .param("environment", environments.get(1))
                .update();
        rollups.rebuild();
        sumsAndRatesAreThoseOfTheRuns(one(environments.get(1)));
    }

    private void foldAll() {
        while (Boolean.TRUE.equals(jdbc.sql("SELECT EXISTS (SELECT FROM run_change)")
                .query(Boolean.class)
                .single())) {
            folding.foldAll();
        }
    }

    private Map<String, Object> row(String select, RunFilter filter) {
        return row(select, filter, "true");
    }

    /** Written out anew, rather than by the code under test. */
    private Map<String, Object> row(String select, RunFilter filter, String condition) {
        return jdbc.sql(select + "\n" + """
                 WHERE (:anyEnvironment OR environment IN (:environments))
                   AND (CAST(:from AS timestamptz) IS NULL OR started_at >= CAST(:from AS timestamptz))
                   AND (CAST(:to AS timestamptz) IS NULL OR started_at < CAST(:to AS timestamptz))
                   AND (:anyVersion OR prompt_version IN (:versions))
                   AND (:anyProvider OR provider_metrics -> 'openai' IS NOT NULL)
                   AND\s""" + condition)
                .param("anyEnvironment", filter.environments().isEmpty())
                .param("environments", filter.environments().isEmpty() ? List.of("") : filter.environments())
                .param("from", filter.from() == null ? null : filter.from().toString())
                .param("to", filter.to() == null ? null : filter.to().toString())
                .param("anyVersion", filter.promptVersions().isEmpty())
                .param("versions", filter.promptVersions().isEmpty() ? List.of("") : filter.promptVersions())
                .param("anyProvider", filter.providers().isEmpty())
                .query()
                .singleRow();
    }

    /** After whoever counts or folds now. */
    private void countDays() {
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
            streakDays.countStaleDays(Duration.ZERO);
        });
    }

    private static void close(@Nullable Double found, @Nullable Object expected) {
        if (expected == null) {
            assertThat(found).isNull();
        } else {
            double value = ((Number) expected).doubleValue();
            assertThat(found).isCloseTo(value, within(1e-9 * Math.max(1, Math.abs(value))));
        }
    }
}
