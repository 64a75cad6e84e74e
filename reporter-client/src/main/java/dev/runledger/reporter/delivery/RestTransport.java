package dev.runledger.reporter.delivery;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.Report;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** {@code POST /v1/admin/generation-runs}. */
final class RestTransport implements Transport {

    static final String PATH = "/v1/admin/generation-runs";

    private static final int LONGEST_DETAIL = 4_000;

    private final URI uri;
    private final HttpExchange http;

    RestTransport(URI backend, HttpExchange http) {
        this.uri = URI.create(backend + PATH);
        this.http = http;
    }

    @Override
    public Answer send(Report report) {
        try {
            return answer(http.post(uri, Json.write(report.payload())));
        } catch (IOException | RuntimeException e) {
            return new Answer.NotNow("no answer from " + uri + ": " + e, null, true);
        }
    }

    static Answer answer(HttpExchange.Response response) {
        int status = response.status();
        if (status == 201 && json(response.body()) instanceof ObjectNode run && run.hasNonNull("id")) {
            return new Answer.Recorded();
        }
        if (status >= 400 && status < 500 && status != 408 && status != 429) {
            return new Answer.Refused(new Reason(status, detail(response.body())));
        }
        boolean serverIsAway = switch (status) {
            case 408, 429, 502, 503, 504 -> true;
            default -> false;
        };
        boolean mayAskForTime = status == 429 || status == 503;
        return new Answer.NotNow("HTTP " + status, mayAskForTime ? response.retryAfter() : null, serverIsAway);
    }

    /** The server's {@code detail}, or what it said instead. */
    private static JsonNode detail(String body) {
        if (json(body) instanceof ObjectNode object && object.hasNonNull("detail")) {
            return object.get("detail");
        }
        return StringNode.valueOf(body.length() > LONGEST_DETAIL ? body.substring(0, LONGEST_DETAIL) : body);
    }

    static @Nullable JsonNode json(String body) {
        try {
            return Json.readAny(body);
        } catch (JacksonException e) {
            return null;
        }
    }
}
