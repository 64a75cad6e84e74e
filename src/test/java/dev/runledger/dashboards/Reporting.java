package dev.runledger.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;

/** Reports runs of an environment of its own, so that a page can be filtered to nothing but these. */
final class Reporting {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String address;
    private final String environment;

    Reporting(String address, String environment) {
        this.address = address;
        this.environment = environment;
    }

    /** Returns the id of the run. */
    String ended(String status, Instant startedAt, String more) throws IOException, InterruptedException {
        return report(
                status,
                startedAt,
                "\"completed_at\": \"%s\"%s".formatted(startedAt.plusSeconds(60), more.isEmpty() ? "" : ", " + more));
    }

    String running(Instant startedAt) throws IOException, InterruptedException {
        return report("running", startedAt, "\"triggered_by\": \"manual\"");
    }

    private String report(String status, Instant startedAt, String more) throws IOException, InterruptedException {
        String body = """
                {"started_at": "%s", "status": "%s", "questions_requested": 10, "environment": "%s", %s}""".formatted(startedAt, status, environment, more);
        return send(address + "/v1/admin/generation-runs", TestKeys.REPORTER, body);
    }

    static String send(String url, String key, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("X-Service-Key", key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JsonMapper.shared().readTree(answer.body()).at("/id").asString();
    }
}
