package dev.runledger.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runledger.TestKeys;
import dev.runledger.database.TestDatabase;
import dev.runledger.search.RunFilter;
import dev.runledger.search.Runs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "runledger.keys.analyst=" + TestKeys.ANALYST)
@ActiveProfiles("demo")
class DemoHistoryTests {

    @DynamicPropertySource
    static void aDatabaseOfItsOwn(DynamicPropertyRegistry registry) {
        TestDatabase database = TestDatabase.create();
        registry.add("spring.datasource.url", database::url);
        registry.add("spring.datasource.username", database::username);
        registry.add("spring.datasource.password", database::password);
    }

    /** Today at noon, for how many runs the last days have depends on the time of day. */
    @TestConfiguration
    static class Noon {

        @Bean
        @Primary
        Clock noon() {
            Instant now = Instant.now();
            Instant noon = now.truncatedTo(ChronoUnit.DAYS).plus(12, ChronoUnit.HOURS);
            return Clock.offset(Clock.systemUTC(), Duration.between(now, noon));
        }
    }

    private static final JsonMapper JSON = JsonMapper.shared();

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Runs runs;

    @Autowired
    DemoFill fill;

    @Test
    void theLedgerIsFilledOnce() {
        long filled = runs.count(RunFilter.ALL);

        fill.run(null);

        assertThat(filled).isBetween(1_900L, 2_100L);
        assertThat(runs.count(RunFilter.ALL)).isEqualTo(filled);
    }

    @Test
    void noRunOfTheHistoryContradictsItself() {
        assertThat(ask("SELECT count(*) FROM question_generation_runs WHERE report_warnings <> '[]'"))
                .isZero();
    }

    @Test
    void promptTwoPointOneLiftsApproval() {
        String rate =
                "SELECT sum(questions_approved)::float8 / sum(questions_evaluated) FROM question_generation_runs WHERE prompt_version = '%s'";

        assertThat(ask(rate.formatted("v2.1")) - ask(rate.formatted("v2.0"))).isCloseTo(0.10, within(0.02));
    }

    @Test
    void oneProviderHasAnOutage() {
        assertThat(ask("""
                SELECT count(*) FROM question_generation_runs
                 WHERE (provider_metrics -> 'anthropic' ->> 'failures')::int > 3 * (provider_metrics -> 'anthropic' ->> 'generated')::int
                   AND questions_generated > questions_requested / 2
                """)).isBetween(8.0, 40.0);
    }

    @Test
    void duplicatesCreepUpAndCostsFall() {
        String half =
                "SELECT sum(%s)::float8 / sum(%s) FROM question_generation_runs WHERE started_at %s now() - interval '1 year'";

        assertThat(ask(half.formatted("duplicates_found", "questions_approved", ">=")))
                .isGreaterThan(1.3 * ask(half.formatted("duplicates_found", "questions_approved", "<")));
        assertThat(ask(half.formatted("total_cost_usd", "questions_inserted", ">=")))
                .isLessThan(0.85 * ask(half.formatted("total_cost_usd", "questions_inserted", "<")));
    }

    @Test
    void theSameDayGivesTheSameHistoryAndAnotherDayTheSameNumbers() {
        List<ObjectNode> today = new DemoHistory(OffsetDateTime.parse("2026-11-23T09:00:00Z")).reports();
        List<ObjectNode> again = new DemoHistory(OffsetDateTime.parse("2026-11-23T09:00:00Z")).reports();
        List<ObjectNode> later = new DemoHistory(OffsetDateTime.parse("2027-03-01T23:00:00Z")).reports();

        assertThat(again).isEqualTo(today);
        assertThat(withoutTimes(later)).isEqualTo(withoutTimes(today));
    }

    @Test
    void theReadmesQuestionsHaveTheAnswersThatItShows() throws IOException, InterruptedException {
        Matcher question = Pattern.compile("```graphql\n(.*?)```\n```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        int questions = 0;
        while (question.find()) {
            assertAlike(answer(question.group(1)), JSON.readTree(question.group(2)), question.group(1));
            questions++;
        }
        assertThat(questions).isEqualTo(8);
    }

    /** The same, but that a run more or less may have started within the last days, since they end now. */
    private static void assertAlike(JsonNode found, JsonNode shown, String question) {
        if (shown.isNumber()) {
            double value = shown.doubleValue();
            assertThat(found.doubleValue())
                    .as(question)
                    .isCloseTo(value, within(value % 1 == 0 ? 1 : Math.abs(value) * 0.05));
        } else if (shown.isObject()) {
            assertThat(found.propertyNames()).as(question).containsExactlyElementsOf(shown.propertyNames());
            shown.propertyNames().forEach(name -> assertAlike(found.get(name), shown.get(name), question));
        } else if (shown.isArray()) {
            assertThat(found.size()).as(question).isEqualTo(shown.size());
            for (int i = 0; i < shown.size(); i++) {
                assertAlike(found.get(i), shown.get(i), question);
            }
        } else {
            assertThat(found).as(question).isEqualTo(shown);
        }
    }

    private JsonNode answer(String question) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("query", question);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/graphql"))
                .header("X-Service-Key", TestKeys.ANALYST)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return JSON.readTree(HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private static List<ObjectNode> withoutTimes(List<ObjectNode> reports) {
        return reports.stream()
                .map(report -> report.deepCopy().without(List.of("started_at", "completed_at")))
                .map(ObjectNode.class::cast)
                .toList();
    }

    private double ask(String sql) {
        return jdbc.sql(sql).query(Double.class).single();
    }
}
