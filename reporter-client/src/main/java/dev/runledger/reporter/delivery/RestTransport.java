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

/** {@code POST /v1/admin/generation-runs}. */
final class RestTransport implements Transport {

    static final String PATH = "/v1/admin/generation-runs";

    private static final int LONGEST_SHOWN = 200;

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
            return Answer.NotNow.away("no answer from " + uri + ": " + e);
        }
    }

    static Answer answer(HttpExchange.Response response) {
        int status = response.status();
        if (status == 201 && json(response.body()) instanceof ObjectNode run && run.hasNonNull("id")) {
            return new Answer.Recorded();
        }
        JsonNode detail = mayRefuse(status) ? detail(response.body()) : null;
        return detail != null ? new Answer.Refused(Reason.refused(status, detail)) : notNow(response);
    }

    /** With these even Runledger says no more than "not now", or a proxy speaks. */
    private static boolean mayRefuse(int status) {
        return status >= 400
                && status < 500
                && switch (status) {
                    case 407, 408, 425, 429 -> false;
                    default -> true;
                };
    }

    static Answer.NotNow notNow(HttpExchange.Response response) {
        int status = response.status();
        boolean mayBeTheReport = status >= 500 && status != 502 && status != 503 && status != 504;
        boolean mayAskForTime = status == 429 || status == 503;
        String body = response.body().strip();
        String shown = body.length() > LONGEST_SHOWN ? body.substring(0, LONGEST_SHOWN) : body;
        return new Answer.NotNow(
                ("HTTP " + status + " " + shown).strip(),
                status,
                mayAskForTime ? response.retryAfter() : null,
                !mayBeTheReport);
    }

    /** What Runledger says of a report that it refuses; null if it was somebody else who spoke. */
    private static @Nullable JsonNode detail(String body) {
        if (json(body) instanceof ObjectNode object && object.size() == 1 && object.get("detail") != null) {
            JsonNode detail = object.get("detail");
            boolean isText = detail.isString() && !detail.asString("").isEmpty();
            return isText || detail.isContainer() && !detail.isEmpty() ? detail : null;
        }
        return null;
    }

    static @Nullable JsonNode json(String body) {
        try {
            return Json.readAny(body);
        } catch (JacksonException e) {
            return null;
        }
    }
}
