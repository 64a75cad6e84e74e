package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
@ExtendWith(OutputCaptureExtension.class)
class GraphQlErrorsTests {

    /** What gives away how the server is made. */
    private static final String INTERNALS =
            "(?is).*(java\\.|graphql\\.|springframework|postgres|hibernate|exception|select .* from|insert into|AST|"
                    + "LinkedHashMap|ArrayList|BigInteger|BigDecimal|'Integer'|'Double'|'Map'|StringValue|IntValue|FloatValue|"
                    + "EnumValue|ObjectValue|NullValue|WrongType|\\bat \\w+\\.\\w+\\().*";

    @Autowired
    JdbcClient jdbc;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        client = new GraphQlClient(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'query': '{ \\ud800 }'}",
                "{'query': '{ \\u0000 }'}",
                "{'query': '{ run(clientRunId: `\\\\ud800`) { id } }'}",
                "{'query': '{ run(clientRunId: `\\ud800`) { id } }'}",
                "{'query': '{ __typename }', 'operationName': '\\ud800'}",
                "{'query': 'query A { __typename } query B { __typename }', 'operationName': ' '}",
                "{'query': 'query($x: String) { run(clientRunId: $x) { id } }', 'variables': {'x': '\\ud800'}}",
                "{'query': 'query($x: UUID) { run(id: $x) { id } }', 'variables': {'x': '\\udc00'}}",
                "{'query': 'query($x: RunStatus!) { runs(filter: {statuses: [$x]}) { totalCount } }', 'variables': {'x': '\\ud800'}}",
                "{'query': 'query($x: Int!) { runs(first: $x) { totalCount } }', 'variables': {'\\ud800': 1}}",
                "{'query': 'query($x: RunFilter) { runs(filter: $x) { totalCount } }', 'variables': {'x': {'\\ud800': 1}}}",
                "{'query': 'query($x: String) { runs(after: $x) { totalCount } }', 'variables': {'x': '\\u0000'}}",
                "{'query': 'query($x: DateTime) { runs(filter: {from: $x}) { totalCount } }', 'variables': {'x': '\\ud800'}}",
                "{'query': 'query($x: String!) { timeline(timeZone: $x) { startsAt } }', 'variables': {'x': '\\u0000\\ud800'}}",
                "{'query': 'query($x: [String!]) { runs(filter: {providers: $x}) { totalCount } }', 'variables': {'x': ['\\ud800']}}",
                "{'query': 'query($x: Float) { runs(filter: {costUsd: {min: $x}}) { totalCount } }', 'variables': {'x': 1e400}}",
                "{'query': 'query($x: RunOrderKey) { runs(orderBy: {key: $x}) { totalCount } }', 'variables': {'x': null}}",
                "{'query': 'query($x: Boolean = true) { __typename @include(if: $x) }', 'variables': {'x': null}}"
            })
    void textThatIsNoneIsABadRequestWhereverItStands(String body) {
        Answer answer = client.post(body.replace('\'', '"').replace("`", "\\\""));

        assertThat(answer.response().statusCode()).as(answer.response().body()).isLessThan(500);
        assertThat(answer.code()).as(answer.json().toString()).isEqualTo("BAD_REQUEST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{ nope }",
                "{ runs }",
                "{ run(id: 1) { id } }",
                "{ run(id: \"1-1-1-1-1\") { id } }",
                "{ run(id: {a: [1]}) { id } }",
                "{ runs(first: \"x\") { totalCount } }",
                "{ runs(first: 99999999999) { totalCount } }",
                "{ runs(first: 1.5) { totalCount } }",
                "{ runs(filter: {statuses: [NOPE]}) { totalCount } }",
                "{ runs(filter: {statuses: [null]}) { totalCount } }",
                "{ runs(filter: [1]) { totalCount } }",
                "{ runs(filter: {from: 5}) { totalCount } }",
                "{ runs(filter: {from: \"2026-02-30\"}) { totalCount } }",
                "{ runs(filter: {environments: [{a: 1}]}) { totalCount } }",
                "{ runs(filter: {costUsd: {min: \"a\"}}) { totalCount } }",
                "{ runs(orderBy: null) { totalCount } }",
                "{ runs(orderBy: {key: 1}) { totalCount } }",
                "{ runs(after: \"x\") { totalCount } }",
                "{ run(clientRunId: \"a\\u0000\") { id } }",
                "{ runs @skip(if: 1) { totalCount } }",
                "{ runs @nope { totalCount } }",
                "query ($a: Nope) { runs { totalCount } }",
                "query ($a: Run) { runs { totalCount } }",
                "query A { runs { totalCount } } query B { runs { totalCount } }",
                "subscription { runs }",
                "{ ...F } fragment F on Query { ...F }",
                "type Query { a: Int }",
                "mutation { recordRunStart(input: null) { outcome } }",
                "mutation { recordRunStart(input: {}) { outcome } }",
                "mutation { recordRunStart(input: {startedAt: \"2026-01-01\", questionsRequested: \"5\"}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 5, status: RUNNING}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 5, status: FAILED, totalInputTokens: 1e999999999}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 5, status: FAILED, totalInputTokens: {}}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 5, status: FAILED, totalCostUsd: 1e999999999}) { outcome } }",
                "mutation { recordRunCompletion(input: {startedAt: \"2026-01-01\", questionsRequested: 5, status: FAILED, typeMetrics: [null]}) { outcome } }"
            })
    void whatIsWrongWithADocumentIsToldWithoutInternals(String document) {
        assertPlainlyRefused(client.ask(document));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": 5}",
                "{\"id\": {\"a\": [1]}}",
                "{\"first\": \"x\"}",
                "{\"first\": {\"a\": 1}}",
                "{\"first\": [1]}",
                "{\"first\": 1.5}",
                "{\"first\": 1e999999999}",
                "{\"first\": true}",
                "{\"filter\": [1]}",
                "{\"filter\": \"x\"}",
                "{\"filter\": {\"nope\": 1}}",
                "{\"filter\": {\"statuses\": [5]}}",
                "{\"filter\": {\"statuses\": \"NOPE\"}}",
                "{\"filter\": {\"environments\": [null]}}",
                "{\"filter\": {\"environments\": [{\"a\": 1}]}}",
                "{\"filter\": {\"environments\": [\"\\ud800\"]}}",
                "{\"filter\": {\"from\": {}}}",
                "{\"filter\": {\"costUsd\": {\"min\": \"a\"}}}",
                "{\"orderBy\": null}",
                "{\"orderBy\": {\"key\": {}}}"
            })
    void whatIsWrongWithVariablesIsToldWithoutInternals(String variables) {
        assertPlainlyRefused(client.post("""
                {"query": "query ($id: UUID, $first: Int, $filter: RunFilter, $orderBy: RunOrder! = {}) {\
                 run(id: $id) { id } runs(filter: $filter, first: $first, orderBy: $orderBy) { nodes { id } } }",
                 "variables": %s}""".formatted(variables)));
    }

    @Test
    void whatNobodyExpectedIsLoggedOnceUnderTheIdThatTheClientGets(CapturedOutput log) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO question_generation_runs (id, started_at, status, questions_requested, report_warnings)"
                        + " VALUES (:id, now(), 'failed', 0, '[{\"field\": [\"not as we write it\"]}]')")
                .param("id", id)
                .update();
        try {
            Answer answer = client.ask("{ run(id: \"%s\") { id } other: runs { totalCount } }".formatted(id));

            JsonNode error = answer.error();
            String errorId = error.path("extensions").path("errorId").stringValue();
            assertThat(answer.code()).isEqualTo("INTERNAL_ERROR");
            assertThat(answer.message()).contains(errorId);
            assertThat(error.toString()).doesNotMatch(INTERNALS);
            assertThat(log.getAll().split(errorId, -1)).as("once in the log").hasSize(2);
            assertThat(answer.json().path("data").path("other").isObject())
                    .as("the rest is answered")
                    .isTrue();
        } finally {
            jdbc.sql("DELETE FROM question_generation_runs WHERE id = :id")
                    .param("id", id)
                    .update();
        }
    }

    @Test
    void limitsAreNamedInTheirErrors() {
        assertLimit("{ %s }".formatted("runs { totalCount } ".repeat(100)), "20 times");
        assertLimit("{ runs%s { totalCount } }".formatted(" @skip(if: false)".repeat(10)), "5 directives");
        assertLimit("{ %s }".formatted("a ".repeat(5_001)), "5000 tokens");
        assertLimit("{ runs { totalCount } } #" + "x".repeat(100_000), "100000 characters");
        assertLimit("{ runs(filter: %s1%s) { totalCount } }".formatted("[".repeat(400), "]".repeat(400)), "deep");
        assertLimit("{ __schema { types { fields { type { fields { name } } } } } }", "too often");
    }

    @Test
    void graphiQlMayIntrospect() {
        Answer answer = client.ask(graphql.introspection.IntrospectionQuery.INTROSPECTION_QUERY);
        assertThat(answer.data("__schema").path("types").size()).isGreaterThan(30);
    }

    private void assertLimit(String document, String limit) {
        Answer answer = client.ask(document);
        assertThat(answer.code()).as(limit).isEqualTo("LIMIT_EXCEEDED");
        assertThat(answer.message()).contains(limit);
    }

    private static void assertPlainlyRefused(Answer answer) {
        List<JsonNode> errors = answer.json().path("errors").valueStream().toList();
        assertThat(errors).isNotEmpty();
        for (JsonNode error : errors) {
            assertThat(error.path("extensions").path("code").stringValue()).isIn("BAD_REQUEST", "LIMIT_EXCEEDED");
            assertThat(error.path("message").stringValue()).isNotBlank().doesNotMatch(INTERNALS);
        }
    }
}
