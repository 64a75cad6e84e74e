package dev.runledger.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A receiver of webhooks that takes every message. */
final class Receiver implements AutoCloseable {

    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
    }

    List<String> bodies() {
        return List.copyOf(bodies);
    }

    List<JsonNode> messages() {
        return bodies.stream().map(JsonMapper.shared()::readTree).toList();
    }

    /** The messages, once there are so many. */
    List<JsonNode> await(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> bodies.size() >= count);
        return messages();
    }

    void clear() {
        bodies.clear();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
