package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.LoadedRuns;
import dev.runledger.RunledgerTest;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import tools.jackson.databind.json.JsonMapper;

/** How many SQL statements a question takes: as many for many rows as for few. */
@RunledgerTest
class StatementsTests {

    private static final Queue<String> PREPARED = new ConcurrentLinkedQueue<>();

    @LocalServerPort
    int port;

    @Autowired
    RunLedger ledger;

    @Autowired
    ReportReader reader;

    @Autowired
    JdbcClient jdbc;

    @TestConfiguration
    static class NotingStatements {

        @Bean
        static BeanPostProcessor notingDataSource() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof DataSource source ? new NotingDataSource(source) : bean;
                }
            };
        }
    }

    private static final class NotingDataSource extends DelegatingDataSource {

        NotingDataSource(DataSource source) {
            super(source);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        // Changes are folded beside, by a thread of the scheduler's.
                        if (method.getName().equals("prepareStatement")
                                && !Thread.currentThread().getName().startsWith("scheduling-")) {
                            PREPARED.add((String) arguments[0]);
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                promptVersions(FILTER) {
                    key trend(metric: APPROVAL_RATE) { points { value } verdict { words } }
                    providers { provider trend(metric: PROVIDER_SUCCESS_RATE) { points { value } } } }""",
                "providers(FILTER) { provider trend(metric: PROVIDER_SUCCESS_RATE) { points { value } } }",
                "errorCategories(FILTER) { key timeline { count } }",
                "trend(metrics: [APPROVAL_RATE, ARBITER_SCORE], by: PROMPT_VERSION, top: 50, FILTER) { points { value } }",
                "runs(first: 50, FILTER) { totalCount nodes { id providers { provider } } }"
            })
    void aQuestionTakesAsManyStatementsForManyRowsAsForFew(String question) {
        String few = record(2);
        String many = record(20);

        List<String> forFew = statements(question, few);
        List<String> forMany = statements(question, many);

        assertThat(forFew).isNotEmpty();
        assertThat(forMany).hasSameSizeAs(forFew);
    }

    @Test
    void aSummaryIsOneStatementUntilItIsAskedForPercentiles() {
        String environment = record(5);

        assertThat(statements("summary(FILTER) { approvalRate runs { total } usage { costUsd } }", environment))
                .hasSize(1);
        assertThat(statements("summary(FILTER) { approvalRate duration { p50 } }", environment))
                .hasSizeGreaterThan(1);
    }

    @Test
    void aComparisonTakesSixStatementsAtMostHoweverManyRunsItIsOf() {
        for (int runs : new int[] {20, 1_200}) {
            String environment = "s" + UUID.randomUUID().toString().substring(0, 18);
            jdbc.sql("""
                            INSERT INTO question_generation_runs (id, started_at, status, environment, prompt_version, triggered_by,
                                   questions_requested, questions_evaluated, questions_approved, min_arbiter_score_threshold,
                                   provider_metrics, type_metrics, difficulty_metrics)
                            SELECT gen_random_uuid(), timestamptz '2025-03-01 00:00:00Z' + i * interval '1 hour', 'success', :environment,
                                   CASE WHEN i % 2 = 0 THEN 'v1' ELSE 'v2' END, CASE WHEN i % 3 = 0 THEN 'manual' END, 10, 10, 5 + i % 4, 7,
                                   '{"openai": {"generated": 6}, "xai": {"generated": 4}}', '{"memory": 10}', '{"hard": 10}'
                              FROM generate_series(1, :runs) AS i""").param("environment", environment).param("runs", runs).update();
            LoadedRuns.note(jdbc, environment);

            assertThat(statements("""
                            comparePromptVersions(baseline: "v1", candidate: "v2", metrics: [APPROVAL_RATE, OVERALL_SUCCESS_RATE], FILTER) {
                                baseline { approvalRate counts { questionsApproved } } candidate { arbiterScore { mean } }
                                comparisons { verdict words runsStillNeeded } confounders { kind words } }""", environment)).as("%d runs", runs).hasSizeLessThanOrEqualTo(6);
        }
    }

    /** A run of each of so many prompt versions, providers and categories of errors, in an environment that is returned. */
    private String record(int each) {
        String environment = "s" + UUID.randomUUID().toString().substring(0, 18);
        for (int i = 0; i < each; i++) {
            ledger.record(reader.read(new JsonMapper().readTree("""
                            {"status": "success", "started_at": "2025-04-%02dT10:00:00Z", "environment": "%s",
                             "questions_requested": 10, "questions_generated": 9, "questions_evaluated": 8,
                             "questions_approved": 7, "questions_inserted": 6, "total_errors": 1, "duration_seconds": 60,
                             "avg_arbiter_score": 7, "prompt_version": "v%d",
                             "provider_metrics": {"p%d": {"generated": 9, "failures": 1, "api_calls": 20}},
                             "error_summary": {"by_category": {"c%d": 1}}}""".formatted(i + 1, environment, i, i, i))), null);
        }
        return environment;
    }

    private List<String> statements(String question, String environment) {
        PREPARED.clear();
        var answer = new GraphQlClient(port)
                .ask("{ " + question.replace("FILTER", "filter: {environments: [\"%s\"]}".formatted(environment))
                        + " }");
        assertThat(answer.json().has("errors")).as(answer.json().toString()).isFalse();
        return List.copyOf(PREPARED);
    }
}
