package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Speaks {@code graphql-transport-ws} over a real WebSocket. */
final class WebSocketClient implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    /** Follows the last message. */
    private static final JsonNode END = MissingNode.getInstance();

    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;
    private volatile String reason = "";

    /** @param headers of the handshake: names and values in turn */
    WebSocketClient(String server, String... headers) {
        WebSocket.Builder builder = HTTP.newWebSocketBuilder().subprotocols("graphql-transport-ws");
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.buildAsync(URI.create(server.replace("http", "ws") + "/graphql"), new Listener())
                .join();
    }

    /** A connection whose key was taken. */
    static WebSocketClient ready(String server, String key) {
        WebSocketClient client = new WebSocketClient(server);
        client.send(Map.of("type", "connection_init", "payload", Map.of("X-Service-Key", key)));
        assertThat(client.next().path("type").stringValue()).isEqualTo("connection_ack");
        return client;
    }

    void send(Map<String, ?> message) {
        sendText(GraphQlClient.JSON.writeValueAsString(message));
    }

    void sendText(String text) {
        socket.sendText(text, true).join();
    }

    void operation(String id, String document, Map<String, ?> variables) {
        send(Map.of("id", id, "type", "subscribe", "payload", Map.of("query", document, "variables", variables)));
    }

    /** Subscribes, and returns when the subscription is active. */
    void subscribe(String id, String document, Map<String, ?> variables) {
        operation(id, document, variables);
        send(Map.of("type", "ping"));
        assertThat(next().path("type").stringValue()).isEqualTo("pong");
    }

    /** The next message; fails at once if the connection ends before it comes. */
    JsonNode next() {
        try {
            JsonNode message = messages.poll(30, TimeUnit.SECONDS);
            if (message == END) {
                messages.add(END);
            }
            assertThat(message).as("next message").isNotNull().isNotSameAs(END);
            return message;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The code with which the server closed the connection. */
    int closeCode() {
        return closed.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** What it said as it did so. */
    String closeReason() {
        closeCode();
        return reason;
    }

    boolean hasMessages() {
        return !messages.isEmpty() && messages.peek() != END;
    }

    @Override
    public void close() {
        socket.abort();
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                messages.add(GraphQlClient.JSON.readTree(text.toString()));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            WebSocketClient.this.reason = reason;
            closed.complete(code);
            messages.add(END);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable fault) {
            closed.completeExceptionally(fault);
            messages.add(END);
        }
    }
}
