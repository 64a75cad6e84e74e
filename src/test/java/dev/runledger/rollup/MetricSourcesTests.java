package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.ledger.RunLedger;
import dev.runledger.metric.Dimension;
import dev.runledger.metric.Metric;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportReader;
import dev.runledger.report.RunStatus;
import dev.runledger.search.RunFilter;
import dev.runledger.statistics.ClusterSums;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What CONTRIBUTING promises of a new metric: every one, without a word about it here, is readable from every source. */
@RunledgerTest
class MetricSourcesTests {

    private static final int RUNS = 6;
    private static final Instant START = Instant.parse("2025-06-15T10:30:00Z");
    private static final List<Metric> OF_RUNS = Metric.of(Metric.Subject.RUN);

    @Autowired
    ReportReader reader;

    @Autowired
    RunLedger ledger;

    @Autowired
    RollupReader rollup;

    @Autowired
    Folding folding;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @LocalServerPort
    int port;

    private final Random random = new Random(13);
    private final String environment = "m" + UUID.randomUUID().toString().substring(0, 8);
    private final RunFilter runs = RunFilter.during(null, null, List.of(), List.of(environment), null);
    private final RunFilter fromRuns = runs.withStatuses(List.of(RunStatus.SUCCESS));

    private Map<String, ClusterSums> fromChanges;
    private Map<String, ClusterSums> namesFromChanges;

    /** Nothing is folded until all runs are recorded and their changes have been read. */
    @BeforeEach
    void recordRunsThatReportEveryField() {
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            jdbc.sql(RollupFolder.LOCK).query(Boolean.class).single();
            CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < RUNS; i++) {
                            ledger.record(reader.read(report(i)), null);
                        }
                        fromChanges = sums(runs);
                        namesFromChanges = sumsByName(runs);
                    })
                    .join();
        });
        while (jdbc.sql("SELECT EXISTS (SELECT FROM run_change)")
                .query(Boolean.class)
                .single()) {
            folding.foldAll();
        }
    }

    @Test
    void everyMetricOfRunsIsTheSameFromRollupChangesRunsAndSingleRuns() {
        Map<String, ClusterSums> fromRollup = sums(runs);

        assertThat(fromRollup).hasSameSizeAs(OF_RUNS).isEqualTo(sums(fromRuns)).isEqualTo(fromChanges);
        for (Metric metric : OF_RUNS) {
            ClusterSums ofSingleRuns = ClusterSums.NONE;
            for (int i = 0; i < RUNS; i++) {
                Instant startedAt = start(i);
                ofSingleRuns = ofSingleRuns.plus(
                        rollup.total(Selection.of(fromRuns.within(startedAt, startedAt.plusMillis(1)), List.of(metric)))
                                .of(metric));
            }
            assertThat(ofSingleRuns).as(metric.name()).isEqualTo(fromRollup.get(metric.name()));
        }
    }

    @Test
    void everyMetricOfNamesIsTheSameFromRollupChangesAndRuns() {
        assertThat(sumsByName(runs))
                .hasSizeGreaterThan(20)
                .isEqualTo(sumsByName(fromRuns))
                .isEqualTo(namesFromChanges);
    }

    @Test
    void everyMetricOfRunsIsListedAndAnswered() {
        GraphQlClient client = new GraphQlClient(port);
        assertThat(client.ask("{ metrics { metric } }").data("metrics").findValuesAsString("metric"))
                .containsAll(Metric.builtIn().stream().map(Metric::name).toList());

        Map<String, ClusterSums> expected = sums(runs);
        for (Metric metric : OF_RUNS) {
            JsonNode data =
                    client.ask("""
                    {
                      summary(filter: {environments: ["%1$s"]}) { estimate(metric: %2$s) { numerator denominator } }
                      environments(filter: {environments: ["%1$s"]}) { estimate(metric: %2$s) { numerator denominator } }
                      trend(metrics: [%2$s], granularity: MONTH, filter: {environments: ["%1$s"]}) { points { value } }
                    }""".formatted(environment, metric)).json().get("data");

            for (JsonNode estimate : data.findValues("estimate")) {
                assertThat(estimate.get("numerator").doubleValue())
                        .as(metric.name())
                        .isEqualTo(expected.get(metric.name()).x().doubleValue());
                assertThat(estimate.get("denominator").doubleValue())
                        .as(metric.name())
                        .isEqualTo(expected.get(metric.name()).m().doubleValue());
            }
            JsonNode value = data.get("trend").get(0).get("points").get(0).get("value");
            assertThat(value.isNumber()).as(metric.name()).isTrue();
        }
    }

    private Map<String, ClusterSums> sums(RunFilter filter) {
        Sums found = rollup.total(Selection.of(filter, OF_RUNS));
        Map<String, ClusterSums> sums = new TreeMap<>();
        OF_RUNS.forEach(metric -> {
            assertThat(found.of(metric).m()).as(metric.name()).isPositive();
            sums.put(metric.name(), found.of(metric));
        });
        return sums;
    }

    private Map<String, ClusterSums> sumsByName(RunFilter filter) {
        List<Metric> ofNames =
                Metric.builtIn().stream().filter(Metric::isOfNames).toList();
        Map<String, ClusterSums> sums = new TreeMap<>();
        for (Dimension dimension : List.of(
                Dimension.PROVIDER,
                Dimension.TYPE,
                Dimension.DIFFICULTY,
                Dimension.ERROR_CATEGORY,
                Dimension.ERROR_SEVERITY,
                Dimension.named("model"))) {
            for (Sums name : rollup.read(Selection.of(filter, ofNames).by(dimension))) {
                ofNames.forEach(metric -> {
                    if (name.of(metric).runs() > 0) {
                        sums.put(dimension.name() + " " + name.key() + " " + metric, name.of(metric));
                    }
                });
            }
        }
        return sums;
    }

    private static Instant start(int run) {
        return START.plusSeconds(100_000L * run);
    }

    private ObjectNode report(int run) {
        ObjectNode report = JsonMapper.shared().createObjectNode();
        for (ReportField field : ReportField.values()) {
            switch (field.type()) {
                // The first run reports all that fits, so that a formula whose square does not fit shows.
                case COUNT, TOKENS ->
                    report.put(field.column(), run == 0 ? field.type().maximum().longValue() : 1 + random.nextInt(60));
                case NUMBER, AMOUNT -> report.put(field.column(), 0.5 + random.nextInt(900) / 100.0);
                case SHARE -> report.put(field.column(), random.nextInt(100) / 100.0);
                default -> {
                    // Below.
                }
            }
        }
        report.setAll((ObjectNode) JsonMapper.shared().readTree("""
                {"provider_metrics": {"openai": {"generated": 9, "api_calls": 14, "failures": 2, "evaluated": 8, "approved": 5},
                                      "xai": {"generated": 3, "api_calls": 3, "failures": 1}},
                 "cost_by_provider": {"openai": {"total_cost_usd": 0.25, "total_input_tokens": 70, "total_output_tokens": 30}},
                 "type_metrics": {"recall": 7}, "difficulty_metrics": {"hard": 4},
                 "error_summary": {"by_category": {"rate_limit": 2}, "by_severity": {"critical": 1}},
                 "breakdowns": {"model": {"gpt-5.1": {"generated": 10, "evaluated": 9, "approved": 7, "cost_usd": 0.2}}}}"""));
        return report.put("started_at", start(run).toString())
                .put("status", "success")
                .put("environment", environment)
                .put("prompt_version", "v1");
    }
}
