package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@RunledgerTest
class RecordingTests {

    private static final String START = """
            mutation ($input: RunStartInput!) {
              recordRunStart(input: $input) { outcome run { id status } warnings { field type } }
            }
            """;

    private static final String COMPLETION = """
            mutation ($input: RunCompletionInput!) {
              recordRunCompletion(input: $input) { outcome run { id status } warnings { field type message } }
            }
            """;

    @LocalServerPort
    int port;

    private GraphQlClient client;
    private String name;

    @BeforeEach
    void connect() {
        client = new GraphQlClient(port);
        name = "graphql-" + UUID.randomUUID();
    }

    @ParameterizedTest
    @ValueSource(strings = {"success", "failed", "partial_failure", "naive_timestamps"})
    void whatAReporterSendsComesBackValueForValue(String sample) throws IOException {
        ObjectNode sent = camelCase(payload(sample)).put("clientRunId", name);
        sent.put("status", sent.get("status").stringValue().toUpperCase(Locale.ROOT));

        JsonNode recorded = client.ask(COMPLETION, Map.of("input", sent)).at("/data/recordRunCompletion");

        assertThat(recorded.get("outcome").stringValue()).isEqualTo("CREATED");
        String fields = String.join(" ", sent.propertyNames());
        JsonNode stored = client.ask(
                        "query ($name: String) { run(clientRunId: $name) { %s } }".formatted(fields),
                        Map.of("name", name))
                .at("/data/run");
        sent.properties().forEach(member -> {
            JsonNode value = stored.get(member.getKey());
            if (member.getKey().endsWith("At")) {
                String time = member.getValue().stringValue();
                assertThat(OffsetDateTime.parse(value.stringValue()).toInstant())
                        .isEqualTo(OffsetDateTime.parse(time.endsWith("+00:00") ? time : time + "Z")
                                .toInstant());
            } else if (value.isNumber()) {
                assertThat(value.decimalValue())
                        .as(member.getKey())
                        .isEqualByComparingTo(member.getValue().decimalValue());
            } else {
                assertThat(value).as(member.getKey()).isEqualTo(member.getValue());
            }
        });
    }

    @Test
    void startAndCompletionAreOneRunHoweverOftenTheyAreSent() {
        JsonNode start = start();
        JsonNode startAgain = start();
        JsonNode end = complete(Map.of("questionsGenerated", 9));
        JsonNode endAgain = complete(Map.of("questionsGenerated", 9));
        JsonNode lateStart = start();

        assertThat(Stream.of(start, startAgain, end, endAgain, lateStart)
                        .map(answer -> answer.findValue("outcome").stringValue()))
                .containsExactly("CREATED", "REPLAYED", "COMPLETED", "REPLAYED", "REPLAYED");
        assertThat(Stream.of(start, startAgain, end, endAgain, lateStart)
                        .map(answer -> answer.findValue("id"))
                        .collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(lateStart.findValue("status").stringValue()).isEqualTo("SUCCESS");
    }

    @Test
    void aDifferentCompletionIsATypedConflict() {
        JsonNode first = complete(Map.of("questionsGenerated", 9));

        JsonNode second = complete(Map.of("questionsGenerated", 8));

        JsonNode extensions = second.at("/errors/0/extensions");
        assertThat(extensions.get("code").stringValue()).isEqualTo("CONFLICT");
        assertThat(extensions.get("runId")).isEqualTo(first.findValue("id"));
    }

    @Test
    void everyFaultOfTheInputIsNamedByItsPath() {
        JsonNode answer = complete(Map.of(
                "questionsGenerated",
                -1,
                "approvalRate",
                1.5,
                "environment",
                "longer-than-20-characters",
                "providerMetrics",
                Map.of("openai", Map.of("generated", "five"))));

        assertThat(answer.at("/errors/0/extensions/code").stringValue()).isEqualTo("BAD_REQUEST");
        assertThat(answer.at("/errors/0/extensions/faults")
                        .valueStream()
                        .map(fault -> fault.get("path").toString()))
                .containsExactlyInAnyOrder(
                        "[\"input\",\"questionsGenerated\"]",
                        "[\"input\",\"approvalRate\"]",
                        "[\"input\",\"environment\"]",
                        "[\"input\",\"providerMetrics\",\"openai\",\"generated\"]");
    }

    @Test
    void numbersKeepTheirLastDigit() {
        complete(Map.of(
                "totalInputTokens",
                Long.MAX_VALUE,
                "durationSeconds",
                0.1 + 0.2,
                "providerMetrics",
                Map.of("openai", Map.of("share", new BigDecimal("0.12345678901234567890123")))));

        JsonNode answer = client.ask(
                "query ($name: String) { run(clientRunId: $name) { totalInputTokens durationSeconds providerMetrics } }",
                Map.of("name", name));

        assertThat(answer.findValue("totalInputTokens").longValue()).isEqualTo(Long.MAX_VALUE);
        assertThat(answer.findValue("durationSeconds").doubleValue()).isEqualTo(0.30000000000000004);
        String text = client.post(GraphQlClient.JSON.writeValueAsString(
                        Map.of("query", "{ run(clientRunId: \"" + name + "\") { providerMetrics } }")))
                .body();
        assertThat(text).contains("0.12345678901234567890123");
    }

    @Test
    void contradictionsAreAnsweredAsWarnings() {
        JsonNode answer = complete(Map.of("questionsEvaluated", 3, "questionsApproved", 4));

        assertThat(answer.findValue("warnings").toString())
                .startsWith("[{\"field\":\"questionsApproved\",\"type\":\"approved_exceeds_evaluated\"");
    }

    @Test
    void aKeyForReadingMayNotRecord() {
        JsonNode answer = client.ask(TestKeys.ANALYST, START, Map.of("input", input(Map.of())));

        assertThat(answer.at("/errors/0/extensions/code").stringValue()).isEqualTo("FORBIDDEN");
        assertThat(client.ask("query ($name: String) { run(clientRunId: $name) { id } }", Map.of("name", name))
                        .at("/data/run")
                        .isNull())
                .isTrue();
    }

    private JsonNode start() {
        return client.ask(START, Map.of("input", input(Map.of())));
    }

    private JsonNode complete(Map<String, ?> values) {
        var input = input(values);
        input.put("status", "SUCCESS");
        return client.ask(COMPLETION, Map.of("input", input));
    }

    private ObjectNode input(Map<String, ?> values) {
        ObjectNode input = GraphQlClient.JSON.valueToTree(values);
        return input.put("clientRunId", name)
                .put("startedAt", "2026-03-01T10:00:00Z")
                .put("questionsRequested", 10);
    }

    private static ObjectNode payload(String sample) throws IOException {
        try (InputStream in = RecordingTests.class.getResourceAsStream("/payloads/" + sample + ".json")) {
            return (ObjectNode) GraphQlClient.JSON.readTree(in);
        }
    }

    private static ObjectNode camelCase(ObjectNode snakeCase) {
        ObjectNode camelCase = GraphQlClient.JSON.createObjectNode();
        snakeCase.properties().forEach(member -> {
            String[] words = member.getKey().split("_");
            String rest = Stream.of(words)
                    .skip(1)
                    .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                    .collect(Collectors.joining());
            camelCase.set(words[0] + rest, member.getValue());
        });
        return camelCase;
    }
}
