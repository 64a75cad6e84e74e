package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Subscribes over server-sent events, as a browser's fetch does. */
public final class EventStreamClient implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final HttpResponse<InputStream> response;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /** What the server sent: an event's name and data; of a comment, no name. */
    record Event(String name, JsonNode data) {

        JsonNode change() {
            return data.path("data").path("runChanged");
        }

        String code() {
            return data.path("errors").path(0).path("extensions").path("code").stringValue("none");
        }
    }

    private EventStreamClient(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "event-stream-client");
        reader.setDaemon(true);
        reader.start();
    }

    /** Sends the document, and returns when the server begins to answer: a subscription is active then. */
    static EventStreamClient open(String server, String key, String document, Map<String, ?> variables) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/graphql"))
                .header("X-Service-Key", key)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(
                        GraphQlClient.JSON.writeValueAsString(Map.of("query", document, "variables", variables))))
                .build();
        try {
            return new EventStreamClient(HTTP.send(request, BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int status() {
        return response.statusCode();
    }

    String contentType() {
        return response.headers().firstValue("Content-Type").orElse("none");
    }

    /** The next event, comments left out: they go on for ever if nothing else comes. */
    Event next() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Event event = nextOfAnyKind();
        while (event.name().isEmpty()) {
            assertThat(System.nanoTime()).as("time by which an event came").isLessThan(deadline);
            event = nextOfAnyKind();
        }
        return event;
    }

    Event nextOfAnyKind() {
        try {
            Event event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(event).as("next event").isNotNull();
            return event;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String name = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event:")) {
                    name = line.substring(6);
                } else if (line.startsWith("data:")) {
                    data = line.substring(5);
                } else if (line.isEmpty()) {
                    events.add(new Event(name, GraphQlClient.JSON.readTree(data.isEmpty() ? "null" : data)));
                    name = "";
                    data = "";
                }
            }
        } catch (IOException e) {
            events.add(new Event("broken", GraphQlClient.JSON.createObjectNode()));
        }
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
