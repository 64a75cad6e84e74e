package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class EventTests {

    private static final String RECORD = """
            mutation ($input: EventInput!) {
              recordEvent(input: $input) { event { id at kind text link environment recordedAt recordedBy } } }
            """;
    private static final String EVENTS = """
            query ($filter: EventFilter, $first: Int, $after: String) {
              events(filter: $filter, first: $first, after: $after) {
                nodes { id at kind text environment } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }
            """;

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    private final String environment = "e-" + UUID.randomUUID().toString().substring(0, 12);
    private GraphQlClient client;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    /** They are found in every environment, those of other tests included. */
    @AfterEach
    void forgetEventsOfEverywhere() {
        jdbc.sql("DELETE FROM event WHERE environment IS NULL").update();
    }

    @ParameterizedTest
    @ValueSource(strings = {TestKeys.WRITER, TestKeys.REPORTER, TestKeys.ONCALL, TestKeys.ADMIN})
    void whoeverRecordsRunsOrIsOnCallRecordsEvents(String key) {
        JsonNode event = record(
                        key, deploy(Map.of("at", "2026-03-04T05:06:07.123456Z", "link", "https://ci.example/17")))
                .data("recordEvent")
                .path("event");

        assertThat(event.path("at").stringValue()).isEqualTo("2026-03-04T05:06:07.123456Z");
        assertThat(event.path("kind").stringValue()).isEqualTo("deploy");
        assertThat(event.path("text").stringValue()).isEqualTo("question-service 4.2");
        assertThat(event.path("link").stringValue()).isEqualTo("https://ci.example/17");
        assertThat(event.path("environment").stringValue()).isEqualTo(environment);
        assertThat(event.path("recordedBy").stringValue()).isNotBlank().doesNotContain(key);
        assertThat(found(Map.of("environments", List.of(environment)))).hasSize(1);
    }

    @Test
    void anAnalystRecordsNoEventAndOnlyAnAdministratorDeletesOne() {
        String id = record(TestKeys.REPORTER, deploy(Map.of()))
                .data("recordEvent")
                .at("/event/id")
                .stringValue();
        String deletion = "mutation { deleteEvent(id: \"%s\") { deleted } }".formatted(id);

        assertThat(record(TestKeys.ANALYST, deploy(Map.of())).code()).isEqualTo("FORBIDDEN");
        assertThat(client.ask(deletion).code()).isEqualTo("FORBIDDEN");
        assertThat(client.administer(deletion)
                        .data("deleteEvent")
                        .path("deleted")
                        .booleanValue())
                .isTrue();
        assertThat(client.administer(deletion)
                        .data("deleteEvent")
                        .path("deleted")
                        .booleanValue())
                .isFalse();
        assertThat(found(Map.of("environments", List.of(environment)))).isEmpty();
        JsonNode entry = client.administer(
                        "{ auditLog(filter: {subject: \"%s\"}) { nodes { action before after } } }".formatted(id))
                .data("auditLog")
                .at("/nodes/1");
        assertThat(entry.path("action").stringValue()).isEqualTo("deleteEvent");
        assertThat(entry.at("/before/text").stringValue()).isEqualTo("question-service 4.2");
    }

    @Test
    void anEventSentAgainIsTheSameOneAndAnotherUnderItsIdIsRefused() {
        Map<String, Object> event = deploy(Map.of("id", UUID.randomUUID().toString()));

        JsonNode first = record(TestKeys.REPORTER, event).data("recordEvent");
        JsonNode again = record(TestKeys.WRITER, event).data("recordEvent");
        event.put("text", "question-service 4.3");
        Answer other = record(TestKeys.REPORTER, event);

        assertThat(again).isEqualTo(first);
        assertThat(other.code()).isEqualTo("CONFLICT");
        assertThat(found(Map.of("environments", List.of(environment)))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind        | ' '                         | input.kind must have 1 to 50 characters
            kind        | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | input.kind must have 1 to 50 characters
            text        | ''                          | input.text must have 1 to 1,000 characters
            environment | abcdefghijklmnopqrstu       | input.environment must have 1 to 20 characters
            at          | 1969-12-31T23:59:59Z        | input.at must be from 1970 to ten years from now
            at          | 9999-01-01T00:00:00Z        | input.at must be from 1970 to ten years from now
            link        | javascript:alert(1)         | input.link must be an address of http or https
            link        | ftp://files.example/a       | input.link must be an address of http or https
            link        | https://                    | input.link must be an address of http or https
            link        | not an address              | input.link must be an address of http or https
            link        | ''                          | input.link must have 1 to 2,000 characters
            """)
    void whatIsOutOfBoundsIsRefusedByItsName(String field, String value, String message) {
        Answer answer = record(TestKeys.REPORTER, deploy(Map.of(field, value)));

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.message()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind", "text", "link", "environment"})
    void textThatCannotBeStoredIsRefusedByItsName(String field) {
        Answer answer = record(TestKeys.REPORTER, deploy(Map.of(field, "https://a.example/\0")));

        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.message()).startsWith("input." + field);
    }

    @Test
    void pagesGoFromTheLatestBackAndMissNone() {
        Instant at = Instant.parse("2026-03-04T05:06:07Z");
        List<String> recorded = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            // Three at the same moment.
            recorded.add(record(
                            TestKeys.REPORTER,
                            deploy(Map.of(
                                    "at",
                                    at.plus(Math.max(0, i - 2), ChronoUnit.HOURS)
                                            .toString())))
                    .data("recordEvent")
                    .at("/event/id")
                    .stringValue());
        }
        List<String> found = new ArrayList<>();
        String cursor = null;
        do {
            Map<String, Object> variables =
                    new HashMap<>(Map.of("first", 2, "filter", Map.of("environments", List.of(environment))));
            variables.put("after", cursor);
            JsonNode page = client.ask(EVENTS, variables).data("events");
            page.path("nodes").forEach(node -> found.add(node.path("id").stringValue()));
            cursor = page.at("/pageInfo/hasNextPage").booleanValue()
                    ? page.at("/pageInfo/endCursor").stringValue()
                    : null;
        } while (cursor != null);

        assertThat(found).hasSize(7).containsExactlyInAnyOrderElementsOf(recorded);
        assertThat(found.subList(0, 4))
                .containsExactly(recorded.get(6), recorded.get(5), recorded.get(4), recorded.get(3));
        assertThat(client.ask(EVENTS, Map.of("after", "ZXZlbnQgKzEwMDAwMDAtMDEtMDFUMDA6MDA6MDBaIDA"))
                        .code())
                .isEqualTo("BAD_REQUEST");
    }

    @Test
    void aFilterTakesTimesKindsAndEnvironmentsAndAnEventWithoutOneIsInEach() {
        String kind = "k" + environment;
        String everywhere = record(
                        TestKeys.REPORTER,
                        new HashMap<>(Map.of("kind", kind, "text", "a", "at", "2026-01-01T00:00:00Z")))
                .data("recordEvent")
                .at("/event/id")
                .stringValue();
        String here = record(TestKeys.REPORTER, deploy(Map.of("kind", kind, "at", "2026-01-02T00:00:00Z")))
                .data("recordEvent")
                .at("/event/id")
                .stringValue();

        assertThat(found(Map.of("kinds", List.of(kind)))).containsExactly(here, everywhere);
        assertThat(found(Map.of("kinds", List.of(kind), "environments", List.of(environment))))
                .containsExactly(here, everywhere);
        assertThat(found(Map.of("kinds", List.of(kind), "environments", List.of("elsewhere"))))
                .containsExactly(everywhere);
        assertThat(found(Map.of("kinds", List.of(kind), "from", "2026-01-02T00:00:00Z")))
                .containsExactly(here);
        assertThat(found(Map.of("kinds", List.of(kind), "to", "2026-01-02T00:00:00Z")))
                .containsExactly(everywhere);
        assertThat(found(Map.of("kinds", List.of(kind), "from", "0001-01-01T00:00:00Z", "to", "9999-12-31T00:00:00Z")))
                .hasSize(2);
    }

    private Map<String, Object> deploy(Map<String, Object> others) {
        Map<String, Object> input =
                new HashMap<>(Map.of("kind", "deploy", "text", "question-service 4.2", "environment", environment));
        input.putAll(others);
        return input;
    }

    private Answer record(String key, Map<String, Object> input) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", RECORD, "variables", Map.of("input", input))),
                "X-Service-Key",
                key);
    }

    private List<String> found(Map<String, Object> filter) {
        return client.ask(EVENTS, Map.of("filter", filter))
                .data("events")
                .path("nodes")
                .valueStream()
                .map(node -> node.path("id").stringValue())
                .toList();
    }
}
