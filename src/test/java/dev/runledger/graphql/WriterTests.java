package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.GraphQLUnmodifiedType;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.graphql.execution.GraphQlSource;

/** A key that records, and reads nothing but the answer to its own report. */
@RunledgerTest
class WriterTests {

    private String server;

    private GraphQlClient client;

    @Autowired
    GraphQlSource graphQl;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        server = "http://localhost:" + port;
        client = new GraphQlClient(port);
    }

    @Test
    void aWriterRecordsAndReadsWhatItsAnswerSays() {
        Answer answer =
                ask("mutation {recordRunStart(input: {startedAt: \"2026-11-01T00:00:00Z\", questionsRequested: 7,"
                        + " clientRunId: \"%s\"}) {run {status questionsRequested}}}".formatted(UUID.randomUUID()));

        assertThat(answer.data("recordRunStart")
                        .path("run")
                        .path("questionsRequested")
                        .intValue())
                .isEqualTo(7);
    }

    @Test
    void aWriterCannotReadARunThatHasEndedByClaimingToStartIt() {
        String name = UUID.randomUUID().toString();
        client.ask(
                "mutation {recordRunCompletion(input: {startedAt: \"2026-11-01T00:00:00Z\", status: SUCCESS, questionsRequested: 7,"
                        + " clientRunId: \"%s\"}) {outcome}}".formatted(name));
        String start = "mutation {recordRunStart(input: {startedAt: \"2026-11-01T00:00:00Z\", questionsRequested: 7,"
                + " clientRunId: \"%s\"}) {outcome run {%s}}}";

        assertThat(ask(start.formatted(name, "id status"))
                        .data("recordRunStart")
                        .path("outcome")
                        .stringValue())
                .isEqualTo("REPLAYED");
        assertThat(ask(start.formatted(name, "id ... on Run {questionsRequested}"))
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(client.ask(start.formatted(name, "questionsRequested"))
                        .data("recordRunStart")
                        .path("run")
                        .path("questionsRequested")
                        .intValue())
                .isEqualTo(7);
    }

    @Test
    void aWriterIsRefusedEveryFieldOfQuery() {
        List<GraphQLFieldDefinition> fields = graphQl.schema().getQueryType().getFieldDefinitions();

        assertThat(fields).isNotEmpty().allSatisfy(field -> {
            Answer answer = ask("{%s%s%s}".formatted(field.getName(), requiredArguments(field), selection(field)));
            assertThat(answer.code()).as(answer.json().toString()).isEqualTo("FORBIDDEN");
            assertThat(answer.json().path("data").path(field.getName()).isNull()
                            || answer.json().path("data").isNull())
                    .isTrue();
        });
    }

    @Test
    void aWriterMayNotAdminister() {
        assertThat(ask("mutation {auditRollups {__typename}}").code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void aWriterRecordsOverAWebSocketAndHearsOfNoRuns() {
        try (WebSocketClient socket = WebSocketClient.ready(server, TestKeys.WRITER)) {
            socket.operation("1", "subscription {runChanged {kind}}", Map.of());
            assertThat(socket.next().toString()).contains("FORBIDDEN");
            socket.operation("2", "{summary {runs {total}}}", Map.of());
            assertThat(socket.next().toString()).contains("FORBIDDEN");
        }
    }

    private Answer ask(String document) {
        return client.post(
                GraphQlClient.JSON.writeValueAsString(Map.of("query", document)), "X-Service-Key", TestKeys.WRITER);
    }

    private static String selection(GraphQLFieldDefinition field) {
        return GraphQLTypeUtil.isLeaf(GraphQLTypeUtil.unwrapAll(field.getType())) ? "" : " {__typename}";
    }

    private static String requiredArguments(GraphQLFieldDefinition field) {
        String arguments = field.getArguments().stream()
                .filter(argument -> GraphQLTypeUtil.isNonNull(argument.getType()) && !argument.hasSetDefaultValue())
                .map(argument -> argument.getName() + ": " + example(argument.getType()))
                .collect(Collectors.joining(", "));
        return arguments.isEmpty() ? "" : "(" + arguments + ")";
    }

    private static String example(GraphQLInputType type) {
        GraphQLUnmodifiedType named = GraphQLTypeUtil.unwrapAll(type);
        if (named instanceof GraphQLEnumType choices) {
            return choices.getValues().get(0).getName();
        }
        if (named instanceof GraphQLInputObjectType object) {
            return object.getFieldDefinitions().stream()
                    .filter(field -> GraphQLTypeUtil.isNonNull(field.getType()) && !field.hasSetDefaultValue())
                    .map(field -> field.getName() + ": " + example(field.getType()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return switch (named.getName()) {
            case "Int", "Long", "Float" -> "1";
            case "Boolean" -> "true";
            case "DateTime" -> "\"2026-11-01T00:00:00Z\"";
            case "UUID", "ID" -> "\"096f0850-e306-5fad-973d-13efd5e8c711\"";
            default -> "\"x\"";
        };
    }
}
