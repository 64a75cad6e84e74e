package dev.runledger.reporter.delivery;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks the server for the runs that it has around a moment. */
public final class RunLookup {

    private final URI url;
    private final HttpExchange http;

    public RunLookup(Backend backend) {
        this.url = backend.url();
        this.http = new HttpExchange(backend.serviceKey(), backend.timeout(), Clock.systemUTC());
    }

    /** A run of the ledger. */
    public record Known(
            UUID id,
            Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable String environment) {}

    /**
     * Whether there is a run of this id.
     *
     * @throws IOException if the server does not tell
     */
    public boolean has(UUID id) throws IOException {
        URI uri = URI.create(url + RestTransport.PATH + "/" + id);
        HttpExchange.Response response = http.get(uri);
        boolean isThere = response.status() == 200
                && RestTransport.json(response.body()) instanceof ObjectNode run
                && id.toString().equals(run.path("id").asString(""));
        if (!isThere && response.status() != 404) {
            throw new IOException("HTTP " + response.status() + " from " + uri);
        }
        return isThere;
    }

    /**
     * The runs that started in a period, both ends included, at most 100.
     *
     * @throws IOException if the server does not tell
     */
    public List<Known> startedBetween(Instant from, Instant to) throws IOException {
        URI uri = URI.create("%s%s?page_size=100&start_date=%s&end_date=%s"
                .formatted(url, RestTransport.PATH, encode(from), encode(to)));
        HttpExchange.Response response = http.get(uri);
        JsonNode body = RestTransport.json(response.body());
        if (response.status() != 200 || body == null || !body.path("runs").isArray()) {
            throw new IOException("HTTP " + response.status() + " from " + uri);
        }
        List<Known> runs = new ArrayList<>();
        try {
            for (JsonNode run : body.get("runs")) {
                runs.add(new Known(
                        UUID.fromString(run.path("id").asString("")),
                        OffsetDateTime.parse(run.path("started_at").asString(""))
                                .toInstant(),
                        run.path("completed_at").isString()
                                ? OffsetDateTime.parse(run.get("completed_at").asString())
                                        .toInstant()
                                : null,
                        run.path("environment").isString()
                                ? run.get("environment").asString()
                                : null));
            }
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("an answer that is not Runledger's from " + uri, e);
        }
        return runs;
    }

    private static String encode(Instant moment) {
        return URLEncoder.encode(moment.toString(), StandardCharsets.UTF_8);
    }
}
