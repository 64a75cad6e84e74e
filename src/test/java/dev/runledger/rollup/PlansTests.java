package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.LoadedRuns;
import dev.runledger.RunledgerTest;
import dev.runledger.analytics.Breakdowns;
import dev.runledger.analytics.Buckets;
import dev.runledger.analytics.DurationPercentiles;
import dev.runledger.analytics.Granularity;
import dev.runledger.analytics.MetricSelection;
import dev.runledger.analytics.RunAnalytics;
import dev.runledger.analytics.RunStreaks;
import dev.runledger.analytics.Trends;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.report.RunStatus;
import dev.runledger.rest.PeriodStatistics;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/** That no question reads a large table from end to end, as PostgreSQL itself counts it, among 20,000 runs of two years. */
@RunledgerTest
class PlansTests {

    private static final Instant FROM = Instant.parse("2015-06-15T10:30:00Z");
    private static final Instant TO = Instant.parse("2015-07-15T10:30:00Z");

    @Autowired
    RunAnalytics analytics;

    @Autowired
    Breakdowns breakdowns;

    @Autowired
    DurationPercentiles durations;

    @Autowired
    RunStreaks streaks;

    @Autowired
    Trends trends;

    @Autowired
    PeriodStatistics statistics;

    @Autowired
    RollupFolder folder;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    private final String environment = "p" + UUID.randomUUID().toString().substring(0, 18);
    private final RunFilter month = RunFilter.during(FROM, TO, List.of(), List.of(), null);
    private TransactionStatus transaction;

    /** In a transaction that is rolled back, so that nobody else ever sees these runs. */
    @BeforeEach
    void loadTwoYears() {
        DefaultTransactionDefinition unhurried = new DefaultTransactionDefinition();
        unhurried.setTimeout(300);
        transaction = transactions.getTransaction(unhurried);
        jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, environment, prompt_version, questions_requested, questions_generated,
                        questions_evaluated, questions_approved, questions_inserted, duration_seconds, avg_arbiter_score,
                        total_cost_usd, provider_metrics, error_summary)
                SELECT gen_random_uuid(), timestamptz '2015-01-01 00:00Z' + n * interval '53 minutes', 'success',
                       :environment, 'v' || n / 2000, 50, 48, 48, 40, 35 + n % 10, 60 + n % 100, 7, 0.5,
                       '{"openai": {"generated": 48, "failures": 2, "api_calls": 60}}',
                       '{"by_category": {"timeout": 1}}'
                  FROM generate_series(1, 20000) AS n
                """).param("environment", environment).update();
        LoadedRuns.note(jdbc, environment);
        while (folder.foldLocked(Folding.BATCH) > 0) {
            // Batch by batch.
        }
        for (String table :
                List.of("question_generation_runs", "rollup", "rollup_series", "rollup_scope", "run_change")) {
            jdbc.sql("ANALYZE " + table).update();
        }
    }

    @AfterEach
    void undo() {
        transactions.rollback(transaction);
    }

    @Test
    void aFilterThatNoRollupKnowsFindsItsRunsByIndex() {
        RunFilter successful = month.withStatuses(List.of(RunStatus.SUCCESS));

        assertThat(reads(() -> assertThat(analytics
                                .summary(successful, MetricSelection.ALL)
                                .finished())
                        .isGreaterThan(800)))
                .isEqualTo("none");
        assertThat(analytics.source(successful)).isEqualTo(RunAnalytics.Source.RAW);
    }

    @Test
    void questionsOverAMonthReadCellsByTheirKeysAndTheEndsByIndex() {
        Buckets weeks = Buckets.of(FROM, TO, Granularity.WEEK, ZoneId.of("Asia/Kathmandu"));

        assertThat(reads(() -> {
                    analytics.summary(month, MetricSelection.ALL);
                    analytics.groups(month, Dimension.PROMPT_VERSION, MetricSelection.ALL);
                    analytics.count(month);
                    breakdowns.entries(month, Dimension.PROVIDER);
                    breakdowns.entries(month, Dimension.ERROR_CATEGORY);
                    durations.percentiles(month);
                    streaks.streaks(month, 0.5);
                    trends.series(month, List.of(Metric.APPROVAL_RATE), weeks, null);
                    statistics.figures(month);
                }))
                .isEqualTo("none");
    }

    /** Which of the tables that grow were read from end to end by what is done, in this very transaction. */
    private String reads(Runnable work) {
        List<String> before = sequentialScans();
        work.run();
        List<String> after = sequentialScans();
        return after.equals(before) ? "none" : "%s, before %s".formatted(after, before);
    }

    private List<String> sequentialScans() {
        return jdbc.sql("""
                SELECT relname || ' ' || seq_scan
                  FROM pg_stat_xact_user_tables
                 WHERE relname IN ('question_generation_runs', 'rollup')
                 ORDER BY relname
                """).query(String.class).list();
    }
}
