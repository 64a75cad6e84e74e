package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

@RunledgerTest
class GraphQlOverHttpTests {

    private static final String GRAPHQL_RESPONSE = "application/graphql-response+json";

    private int port;

    GraphQlClient client;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        this.port = port;
        client = new GraphQlClient(port);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/graphql-response+json | application/graphql-response+json | 400",
                "application/graphql-response+json;charset=utf-8 | application/graphql-response+json | 400",
                "application/json;q=0.5, application/graphql-response+json;q=0.9 | application/graphql-response+json | 400",
                "application/json, application/graphql-response+json;q=0.9 | application/json | 200",
                "application/json;charset=utf-8 | application/json | 200",
                "*/* | application/json | 200"
            })
    void theAcceptHeaderMayHaveParameters(String accept, String contentType, int statusOfAnInvalidDocument) {
        Answer answer = client.post("{\"query\": \"{ nope }\"}", "Accept", accept);

        assertThat(answer.response().headers().firstValue("Content-Type")).contains(contentType);
        assertThat(answer.response().statusCode()).isEqualTo(statusOfAnInvalidDocument);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "null",
                "5",
                "[]",
                "[{\"query\": \"{ __typename }\"}]",
                "{}",
                "{\"query\": 5}",
                "{\"query\": null}",
                "{\"query\": [\"{ __typename }\"]}",
                "{\"query\": \"{ __typename }\", \"variables\": []}",
                "{\"query\": \"{ __typename }\", \"variables\": \"{}\"}",
                "{\"query\": \"{ __typename }\", \"extensions\": 5}",
                "{\"query\": \"{ __typename }\", \"operationName\": 5}",
                "{\"query\": \"{ __typename }\", \"variables\": {\"a\": NaN}}",
                "{\"query\": \"{ __typename }\"} x"
            })
    void aBodyOfAnotherShapeIsRefusedInGraphQlsTerms(String body) {
        Answer answer = client.post(body);

        assertThat(answer.response().statusCode()).isEqualTo(400);
        assertThat(answer.response().headers().firstValue("Content-Type")).contains(GRAPHQL_RESPONSE);
        assertThat(answer.code()).isEqualTo("BAD_REQUEST");
        assertThat(answer.json().has("data")).isFalse();
    }

    @Test
    void absentAndNullMembersAreTheSame() {
        assertThat(client.post(
                                "{\"query\": \"{ __typename }\", \"variables\": null, \"operationName\": null, \"extensions\": null}")
                        .data("__typename")
                        .stringValue())
                .isEqualTo("Query");
    }

    @Test
    void aBodyOverOneMebibyteIsRefused() {
        String body = "{\"query\": \"{ __typename }\", \"variables\": {\"a\": \"%s\"}}";

        assertThat(client.post(body.formatted("x".repeat(1_000_000)))
                        .data("__typename")
                        .stringValue())
                .isEqualTo("Query");
        Answer answer = client.post(body.formatted("x".repeat(1_048_576)));
        assertThat(answer.response().statusCode()).isEqualTo(413);
        assertThat(answer.code()).isEqualTo("LIMIT_EXCEEDED");
        assertThat(answer.message()).contains("1048576 bytes");
    }

    @Test
    void getAnswersAQueryThatNobodyMayKeep() {
        HttpResponse<String> answer = get(
                "query",
                "query A {__typename} query B($name: String!) {__type(name: $name) {name}}",
                "operationName",
                "B",
                "variables",
                "{\"name\": \"Run\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"data\":{\"__type\":{\"name\":\"Run\"}}}");
        assertThat(answer.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(value -> assertThat(value).contains("no-store"));
        assertThat(answer.headers().map()).doesNotContainKeys("etag", "last-modified");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/graphql-response+json", "*/*"})
    void getAnswersNoMutation(String accept) {
        String id = UUID.randomUUID().toString();
        HttpResponse<String> answer = get(
                Map.of("Accept", accept),
                "query",
                "mutation {recordRunStart(input: {id: \"%s\", startedAt: \"2026-11-01T00:00:00Z\", questionsRequested: 1}) {run {id}}}"
                        .formatted(id));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
        assertThat(GraphQlClient.JSON
                        .readTree(answer.body())
                        .path("errors")
                        .path(0)
                        .path("message")
                        .stringValue())
                .contains("POST");
        assertThat(client.ask("{run(id: \"%s\") {id}}".formatted(id))
                        .data("run")
                        .isNull())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query     | {nope}",
                "query     | {",
                "nothing   | x",
                "variables | {}",
            })
    void getSaysWhatIsWrongAsPostDoes(String parameter, String value) {
        HttpResponse<String> answer = get(parameter, value);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(GraphQlClient.JSON
                        .readTree(answer.body())
                        .path("errors")
                        .path(0)
                        .path("message")
                        .stringValue())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "5", "{", "\"{}\""})
    void getTakesNoVariablesOfAnotherShape(String variables) {
        HttpResponse<String> answer = get("query", "{__typename}", "variables", variables);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("variables");
    }

    @Test
    void aQueryIsKnownByItsHashOnceItsTextWasSentWithIt() throws Exception {
        String query = "query Known%s {__typename}"
                .formatted(UUID.randomUUID().toString().replace("-", ""));
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(query.getBytes(StandardCharsets.UTF_8)));
        String byHash =
                "\"extensions\": {\"persistedQuery\": {\"version\": 1, \"sha256Hash\": \"%s\"}}".formatted(hash);

        Answer unknown = client.post("{%s}".formatted(byHash));
        assertThat(unknown.response().statusCode()).isEqualTo(200);
        assertThat(unknown.message()).isEqualTo("PersistedQueryNotFound");
        assertThat(unknown.code()).isEqualTo("PERSISTED_QUERY_NOT_FOUND");

        Answer another = client.post("{\"query\": \"{__typename}\", %s}".formatted(byHash));
        assertThat(another.code()).isEqualTo("BAD_REQUEST");

        assertThat(client.post("{\"query\": \"%s\", %s}".formatted(query, byHash))
                        .data("__typename")
                        .stringValue())
                .isEqualTo("Query");
        assertThat(client.post("{%s}".formatted(byHash)).data("__typename").stringValue())
                .isEqualTo("Query");
        assertThat(get(
                                "extensions",
                                "{%s}".formatted(byHash.substring("\"extensions\": {".length(), byHash.length() - 1)))
                        .body())
                .isEqualTo("{\"data\":{\"__typename\":\"Query\"}}");
    }

    @Test
    void aCompressedBodyIsInflatedWithinTheLimit() throws Exception {
        String body = "{\"query\": \"{__typename}\", \"variables\": {\"a\": \"%s\"}}";

        assertThat(compressed(body.formatted("x".repeat(1_000_000)), "gzip").body())
                .isEqualTo("{\"data\":{\"__typename\":\"Query\"}}");
        assertThat(compressed(body.formatted("x".repeat(1_048_576)), "gzip").statusCode())
                .isEqualTo(413);
        assertThat(compressed(body.formatted("x"), "br").statusCode()).isEqualTo(415);
    }

    private HttpResponse<String> compressed(String body, String encoding) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/graphql".formatted(port)))
                .header("X-Service-Key", TestKeys.ANALYST)
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(bytes.toByteArray()))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String... parameters) {
        return get(Map.of("Accept", "application/graphql-response+json"), parameters);
    }

    private HttpResponse<String> get(Map<String, String> headers, String... parameters) {
        StringBuilder query = new StringBuilder();
        for (int i = 0; i < parameters.length; i += 2) {
            query.append(i == 0 ? '?' : '&')
                    .append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/graphql%s".formatted(port, query)))
                .header("X-Service-Key", TestKeys.ADMIN);
        headers.forEach(request::header);
        try {
            return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
