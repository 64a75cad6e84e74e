package dev.runledger.rest;

import dev.runledger.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Calls the REST API as a deployed client does: real HTTP, its key in a header. */
public final class ContractClient {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String runs;

    ContractClient(int port) {
        runs = "http://localhost:" + port + "/v1/admin/generation-runs";
    }

    record Answer(int status, String text, HttpResponse<String> response) {

        JsonNode json() {
            return JSON.readTree(text);
        }
    }

    Answer post(JsonNode body) {
        return post(body.toString());
    }

    Answer post(String body, String... headers) {
        return send(request("").POST(BodyPublishers.ofString(body)), headers);
    }

    Answer patch(String id, String body) {
        return send(request("/" + id).method("PATCH", BodyPublishers.ofString(body)));
    }

    /** @param pathAndQuery what follows {@code /generation-runs} */
    Answer get(String pathAndQuery) {
        return send(request(pathAndQuery).GET());
    }

    HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(runs + pathAndQuery))
                .header("X-Service-Key", TestKeys.REPORTER)
                .header("Content-Type", "application/json");
    }

    Answer send(HttpRequest.Builder request, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static ObjectNode payload(String name) {
        try (InputStream in = ContractClient.class.getResourceAsStream("/payloads/" + name + ".json")) {
            return (ObjectNode) JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode object(String json) {
        return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
