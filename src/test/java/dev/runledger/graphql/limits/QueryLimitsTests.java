package dev.runledger.graphql.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@RunledgerTest
class QueryLimitsTests {

    /** Two thousand buckets, with or without runs. */
    private static final String HOURS =
            "filter: {from: \"2020-01-01T00:00:00Z\", to: \"2020-03-24T08:00:00Z\"}, granularity: HOUR";

    @Autowired
    JdbcClient jdbc;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @Test
    void anAnswerHasSoManyFieldsAndNoneOfItIsSentIfItWouldHaveMore() {
        String total = "a%i: runs { total finished running success partialFailure failed }";

        Answer answer = client.ask("{ timeline(%s) { %s } }".formatted(HOURS, times(20, total)));

        assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(answer.message()).contains("more than 250000 fields");
        assertThat(answer.json().path("errors").size()).isEqualTo(1);
        assertThat(answer.json().has("data")).isFalse();
        assertThat(client.ask("{ timeline(%s) { %s } }".formatted(HOURS, times(15, total)))
                        .data("timeline")
                        .size())
                .isEqualTo(2_000);
    }

    @Test
    void pointsAreCountedForTheDocumentAndNotForEachField() {
        String timelines = times(20, "a%i: timeline(" + HOURS + ") { startsAt }");
        String trend =
                "trend(metrics: [APPROVAL_RATE, ARBITER_SCORE, DURATION], %s) { points { value } }".formatted(HOURS);

        assertThat(client.ask("{ %s }".formatted(timelines)).json().has("errors"))
                .isFalse();
        Answer answer = client.ask("{ %s %s b: %s }".formatted(timelines, trend, trend));
        assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(answer.message()).contains("more than 50000 points");
    }

    @Test
    void anAnswerHasSoManyErrors() {
        String environment = "limits-" + UUID.randomUUID().toString().substring(0, 8);
        jdbc.sql("""
                INSERT INTO question_generation_runs (id, started_at, status, questions_requested, environment)
                SELECT gen_random_uuid(), now(), 'running', 0, :environment FROM generate_series(1, 60)
                """).param("environment", environment).update();
        String runs = "{ runs(first: %d, filter: {environments: [\"" + environment + "\"]}) { nodes { "
                + times(20, "a%i: durationPerBatch(size: 0)") + " } } }";
        try {
            assertThat(client.ask(runs.formatted(50)).json().path("errors").size())
                    .isEqualTo(1_000);

            Answer answer = client.ask(runs.formatted(60));
            assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
            assertThat(answer.message()).contains("more than 1000 errors");
            assertThat(answer.json().path("errors").size()).isEqualTo(1);
        } finally {
            jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment")
                    .param("environment", environment)
                    .update();
        }
    }

    @Test
    void soManyGroupsAreRead() {
        String environment = "limits-" + UUID.randomUUID().toString().substring(0, 8);
        jdbc.sql("""
                INSERT INTO question_generation_runs
                       (id, started_at, status, questions_requested, questions_generated, questions_evaluated,
                        questions_approved, questions_inserted, overall_success_rate, environment, prompt_version)
                SELECT gen_random_uuid(), now() - interval '1 hour', 'success', 1, 1, 1, 1, 1, 1, :environment, n::text
                  FROM generate_series(1, 60000) n
                """).param("environment", environment).update();
        try {
            Answer answer = client.ask("""
                    { promptVersions(filter: {environments: ["%s"], overallSuccessRate: {min: 0}}) {
                        key runSuccessRate approvalRate duplicateRate overallSuccessRate generationSuccessRate } }
                    """.formatted(environment));
            assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
            assertThat(answer.message()).contains("250,000 values");
        } finally {
            jdbc.sql("DELETE FROM question_generation_runs WHERE environment = :environment")
                    .param("environment", environment)
                    .update();
        }
    }

    private static String times(int count, String field) {
        return IntStream.range(0, count)
                .mapToObj(i -> field.replace("%i", String.valueOf(i)))
                .collect(Collectors.joining(" "));
    }
}
