package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.graphql.GraphQlClient.Answer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
    void getIsRefusedOnPurpose() throws Exception {
        HttpRequest get = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/graphql?query=%%7B__typename%%7D".formatted(port)))
                .header("X-Service-Key", TestKeys.ANALYST)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(get, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
    }
}
