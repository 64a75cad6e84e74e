package dev.runledger.graphql;

import dev.runledger.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the GraphQL API as clients do: real HTTP, its key in a header. Documents are in {@code graphql-test/}. */
public final class GraphQlClient {

    public static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI endpoint;

    public GraphQlClient(int port) {
        endpoint = URI.create("http://localhost:" + port + "/graphql");
    }

    public record Answer(JsonNode json, HttpResponse<String> response) {

        public JsonNode data(String field) {
            if (json.has("errors")) {
                throw new AssertionError(json.toPrettyString());
            }
            return json.path("data").path(field);
        }

        public JsonNode error() {
            return json.path("errors").path(0);
        }

        public String code() {
            return error().path("extensions").path("code").stringValue("none");
        }

        public String message() {
            return error().path("message").stringValue();
        }
    }

    Answer document(String name, Map<String, ?> variables) {
        try (InputStream document = getClass().getResourceAsStream("/graphql-test/" + name + ".graphql")) {
            return ask(new String(document.readAllBytes(), StandardCharsets.UTF_8), variables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer ask(String document) {
        return ask(document, Map.of());
    }

    public Answer ask(String document, Map<String, ?> variables) {
        return post(JSON.writeValueAsString(Map.of("query", document, "variables", variables)));
    }

    /** As an administrator. */
    public Answer administer(String document) {
        return post(JSON.writeValueAsString(Map.of("query", document)), "X-Service-Key", TestKeys.ADMIN);
    }

    public Answer administer(String document, Map<String, ?> variables) {
        return post(
                JSON.writeValueAsString(Map.of("query", document, "variables", variables)),
                "X-Service-Key",
                TestKeys.ADMIN);
    }

    /** @param headers instead of, or beside, the usual ones */
    Answer post(String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json")
                .header("Accept", "application/graphql-response+json")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            boolean isJson =
                    response.headers().firstValue("Content-Type").orElse("").contains("json");
            return new Answer(isJson ? JSON.readTree(response.body()) : JSON.createObjectNode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
