package dev.runledger.reporter.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** What of the server's contract a reporter depends on, on a real socket: idempotent by id, the first final report stands. */
public final class Ledger implements AutoCloseable {

    public static final String KEY = "test-key";

    private final HttpServer server;
    private final Map<UUID, ObjectNode> runs = new LinkedHashMap<>();
    private int posts;

    public Ledger() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/admin/generation-runs", this::handle);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "ledger");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The runs by id, each as its latest accepted report. */
    public synchronized Map<UUID, ObjectNode> runs() {
        return new LinkedHashMap<>(runs);
    }

    /** How many reports came in, repeated ones included. */
    public synchronized int posts() {
        return posts;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!KEY.equals(exchange.getRequestHeaders().getFirst("X-Service-Key"))) {
                answer(exchange, 401, "{\"detail\": \"Invalid service API key\"}");
                return;
            }
            ObjectNode report;
            try {
                report = Json.read(body);
            } catch (JacksonException e) {
                answer(exchange, 422, "{\"detail\": [{\"loc\": [\"body\"], \"msg\": \"Broken JSON\"}]}");
                return;
            }
            if (!report.path("started_at").isString()) {
                answer(
                        exchange,
                        422,
                        "{\"detail\": [{\"loc\": [\"body\", \"started_at\"], \"msg\": \"Field required\", \"type\": \"missing\"}]}");
                return;
            }
            UUID id = UUID.fromString(report.get("id").asString());
            if (record(id, report)) {
                answer(exchange, 201, "{\"id\": \"" + id + "\", \"status\": \"success\", \"message\": \"\"}");
            } else {
                answer(exchange, 409, "{\"detail\": \"Another final report stands\"}");
            }
        }
    }

    private synchronized boolean record(UUID id, ObjectNode report) {
        posts++;
        ObjectNode known = runs.get(id);
        if (known == null || isRunning(known)) {
            if (known == null || !isRunning(report)) {
                runs.put(id, report);
            }
            return true;
        }
        return isRunning(report) || known.equals(report);
    }

    private static boolean isRunning(ObjectNode report) {
        return report.path("status").asString("").equals("running");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
