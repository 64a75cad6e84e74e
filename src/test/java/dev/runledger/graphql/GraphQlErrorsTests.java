package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import java.net.http.HttpResponse;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class GraphQlErrorsTests {

    @LocalServerPort
    int port;

    private GraphQlClient client;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
    }

    static Stream<String> tooMuch() {
        return Stream.of(
                "{ " + aliases(100, "runs(first: 1) { totalCount }") + " }",
                "{ runs(first: 101) { totalCount } }",
                "{ runs " + "@include(if: true) ".repeat(50) + "{ totalCount } }",
                "{ runs { nodes { " + aliases(1000, "id") + " } } }",
                "{ runs(filter: {environments: ["
                        + IntStream.range(0, 101)
                                .mapToObj(i -> "\"e" + i + "\"")
                                .collect(Collectors.joining(", "))
                        + "]}) { totalCount } }",
                "{ __schema { types " + "{ fields { type ".repeat(30) + "{ name }" + " } }".repeat(30) + " } }");
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void aQueryBeyondALimitIsToldWhich(String query) {
        JsonNode error = client.ask(query).error();

        assertThat(error.at("/extensions/code").stringValue()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(error.get("message").stringValue()).containsPattern("[0-9]+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{ runs { bogus } }",
                "{ runs(first: \"ten\") { totalCount } }",
                "{ runs(orderBy: {key: NAME}) { totalCount } }",
                "{ run(id: \"not-a-uuid\") { id } }",
                "{ run(id: 5) { id } }",
                "{ run { id } }",
                "{ runs(filter: {from: 5}) { totalCount } }",
                "mutation { recordRunStart(input: {startedAt: \"soon\", questionsRequested: 5}) { outcome } }",
                "mutation { recordRunStart(input: {startedAt: \"2026-01-01\", questionsRequested: 3.7}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 1, status: SUCCESS, providerMetrics: 5}) { outcome } }",
                "{ run(clientRunId: \"a\\u0000b\") { id } }"
            })
    void badInputIsAClientsErrorThatLeaksNothing(String query) {
        JsonNode answer = client.ask(query).json();

        assertThat(answer.at("/errors/0/extensions/code").stringValue()).isEqualTo("BAD_REQUEST");
        assertThat(answer.toString())
                .doesNotContain(
                        "java.", "graphql.", "Exception", "Value{", "SELECT", "org.", "Coercing", "dev.runledger");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/graphql-response+json",
                "application/graphql-response+json; charset=utf-8",
                "application/json;q=0.9",
                "*/*"
            })
    void theAcceptHeaderMayHaveParameters(String accept) {
        HttpResponse<String> answer =
                client.post("{\"query\": \"{ __typename }\"}", "Accept", accept).response();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"data\":{\"__typename\":\"Query\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[]", "{}", "{\"query\": 5}", "nonsense", "{\"query\": \"{ __typename }\", \"variables\": 7}"})
    void aBodyThatIsNoRequestIsRefused(String body) {
        assertThat(client.post(body).response().statusCode()).isEqualTo(400);
    }

    @Test
    void aBodyOverTheLimitIsRefused() {
        HttpResponse<String> answer = client.post("{\"query\": \"{ __typename }\", \"variables\": {\"padding\": \""
                        + "x".repeat(1 << 20) + "\"}}")
                .response();

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("LIMIT_EXCEEDED");
    }

    private static String aliases(int times, String field) {
        return IntStream.range(0, times).mapToObj(i -> "a" + i + ": " + field).collect(Collectors.joining(" "));
    }
}
