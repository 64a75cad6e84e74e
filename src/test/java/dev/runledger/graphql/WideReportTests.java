package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.RunLedger;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reports of as many names as fit in, as of a pipeline that puts the ids of requests into its error categories. */
@RunledgerTest
class WideReportTests {

    private static final int CATEGORIES = 36_000;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    RunLedger ledger;

    @Autowired
    DeletedRuns deletedRuns;

    @LocalServerPort
    int port;

    private final String environment = "w" + UUID.randomUUID().toString().substring(0, 18);
    private final Random random = new Random(36);
    private GraphQlClient client;
    private JsonNode recorded;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    @AfterEach
    void deleteRuns() {
        jdbc.sql("SELECT id FROM question_generation_runs WHERE environment = :environment")
                .param("environment", environment)
                .query(UUID.class)
                .list()
                .forEach(id -> deletedRuns.delete(id, null));
        awaitFolded();
    }

    @Test
    void theLargestCategoriesAreCountedByNameAndTheRestTogetherFromEverySource() throws Exception {
        ObjectNode categories = GraphQlClient.JSON.createObjectNode();
        long all = 0;
        for (int i = 0; i < CATEGORIES; i++) {
            int errors = i < 300 ? 1_000 - i : 1;
            categories.put("req-%08x".formatted(i * 7_919), errors);
            all += errors;
        }
        UUID id = report(categories, "failed");
        assertThat(recorded.at("/warnings").findValuesAsString("type")).contains("many_names");

        JsonNode waiting = categories("");
        assertThat(waiting).hasSize(201);
        assertThat(waiting.at("/0/key").stringValue()).isEqualTo("(other)");
        assertThat(waiting.at("/1")).isEqualTo(GraphQlClient.JSON.readTree("""
                {"key": "req-00000000", "count": 1000.0, "runs": 1, "failedRuns": 1}"""));
        assertThat(waiting.valueStream()
                        .mapToLong(entry -> entry.path("count").decimalValue().longValueExact())
                        .sum())
                .isEqualTo(all);
        awaitFolded();
        assertThat(categories("")).isEqualTo(waiting);
        assertThat(categories(", providers: [\"openai\"]")).isEqualTo(waiting);

        report(GraphQlClient.JSON.createObjectNode().put("(other)", 5).put("timeout", 2), "success");
        awaitFolded();
        assertThat(categories("").at("/0/runs").intValue()).isEqualTo(2);
        assertThat(categories(""))
                .isEqualTo(categories(", providers: [\"openai\"]"))
                .hasSize(202);
        assertThat(jdbc.sql("""
                        SELECT count(*)
                          FROM question_generation_runs run
                         CROSS JOIN LATERAL jsonb_object_keys(error_summary -> 'by_category')
                         WHERE id = :id
                        """).param("id", id).query(Integer.class).single()).isEqualTo(CATEGORIES);
    }

    @Test
    void whatIsDeletedLeavesNoNames() throws Exception {
        UUID id = report(GraphQlClient.JSON.createObjectNode().put("timeout", 2), "failed");
        awaitFolded();
        String lists = """
                { providers(filter: {environments: ["%1$s"]}) { provider } errorCategories(filter: {environments: ["%1$s"]}) { key }
                  questionTypes(filter: {environments: ["%1$s"]}) { key } difficulties(filter: {environments: ["%1$s"]}) { key }
                  environments(filter: {environments: ["%1$s"]}) { key } }""".formatted(environment);
        assertThat(client.ask(lists).json().path("data"))
                .allSatisfy(list -> assertThat(list).hasSize(1));

        deletedRuns.delete(id, null);
        assertThat(client.ask(lists).json().path("data"))
                .allSatisfy(list -> assertThat(list).isEmpty());
        awaitFolded();
        assertThat(client.ask(lists).json().path("data"))
                .hasSize(5)
                .allSatisfy(list -> assertThat(list).isEmpty());
    }

    /** Outcomes of the categories, which breakdowns may give, too, are no errors. */
    @Test
    void aNameIsListedOnlyIfSomeRunReportsMoreThanZeroOfIt() throws Exception {
        report(
                GraphQlClient.JSON
                        .createObjectNode()
                        .put("timeout", 2)
                        .put("rate_limit", 0)
                        .put("less", -3),
                "failed");
        assertThat(categories("").findValuesAsString("key")).containsExactly("timeout");
        awaitFolded();
        assertThat(categories("").findValuesAsString("key")).containsExactly("timeout");
        assertThat(categories(", providers: [\"openai\"]").findValuesAsString("key"))
                .containsExactly("timeout");
    }

    /** So long that no index takes them, and of letters that cannot be compressed. */
    @Test
    void namesOfAnyLengthAreCounted() throws Exception {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 6_000; i++) {
            name.append((char) ('0' + random.nextInt(75)));
        }
        report(GraphQlClient.JSON.createObjectNode().put(name + "a", 2).put(name + "b", 3), "failed");
        JsonNode waiting = categories("");
        assertThat(waiting).hasSize(2);
        assertThat(waiting.at("/0/key").stringValue())
                .startsWith(name.substring(0, 160))
                .hasSizeLessThan(200);
        awaitFolded();
        assertThat(categories("")).isEqualTo(waiting);
        assertThat(categories(", providers: [\"openai\"]")).isEqualTo(waiting);
    }

    private JsonNode categories(String more) {
        return client.ask("{ errorCategories(filter: {environments: [\"%s\"]%s}) { key count runs failedRuns } }"
                        .formatted(environment, more))
                .data("errorCategories");
    }

    private UUID report(ObjectNode categories, String status) throws IOException, InterruptedException {
        String body = """
                {"started_at": "2013-0%d-05T05:05:05Z", "status": "%s", "questions_requested": 5, "environment": "%s",
                 "provider_metrics": {"openai": {"generated": 5}}, "type_metrics": {"logic": 5}, "difficulty_metrics": {"easy": 5},
                 "error_summary": {"by_category": %s},
                 "breakdowns": {"error_category": {"outcome": {"generated": 1}}}}""".formatted(status.equals("failed") ? 3 : 4, status, environment, categories);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/v1/admin/generation-runs"))
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        recorded = GraphQlClient.JSON.readTree(answer.body());
        return UUID.fromString(recorded.path("id").stringValue());
    }

    private void awaitFolded() {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> jdbc.sql(
                                "SELECT NOT EXISTS (SELECT 1 FROM run_change WHERE run ->> 'environment' = :environment)")
                        .param("environment", environment)
                        .query(Boolean.class)
                        .single());
    }
}
