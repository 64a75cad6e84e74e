package dev.runledger.reporter.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A proxy in front of a server, on a real socket, that fails in a way one can choose. */
public final class FaultProxy implements AutoCloseable {

    /** How it fails. */
    public enum Mode {
        /** Not at all. */
        PASS,
        /** Nobody listens on the port. */
        REFUSE,
        /** Takes the request and says nothing. */
        HANG,
        /** Takes the request, does not hand it on, closes. */
        CUT_AFTER_REQUEST,
        /** Hands the request on, lets the server do its work, closes instead of answering. */
        CUT_BEFORE_ANSWER,
        /** Hands the request on, answers half. */
        CUT_IN_ANSWER,
        ANSWER_500,
        ANSWER_503,
        /** With {@code Retry-After: 1}. */
        ANSWER_429,
        ANSWER_401,
        ANSWER_422,
        /** Hands the request on, answers a byte at a time. */
        TRICKLE,
        /** Something that is not HTTP. */
        GARBAGE,
        /** A proxy's own page, with status 200. */
        FOREIGN_PAGE,
        /** Whatever {@link #fault} says. */
        CHOSEN,
        /** A platform's edge, while the service sleeps. */
        FOREIGN_404,
        /** A firewall. */
        FOREIGN_403,
        /** A proxy that wants a password. */
        FOREIGN_407,
        /** A proxy that takes less than the server. */
        FOREIGN_413
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\\r\\ncontent-length: *(\\d+)");

    private final URI upstream;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Mode mode = Mode.PASS;
    private volatile Mode poison = Mode.PASS;
    private volatile List<String> poisoned = List.of();
    private volatile byte[] chosen = response("500 Fault", "", "");
    private @Nullable ServerSocket listener;

    public FaultProxy(URI upstream) throws IOException {
        this.upstream = upstream;
        ServerSocket first = listenBelowEphemeralPorts();
        this.port = first.getLocalPort();
        accept(first);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public Mode mode() {
        return mode;
    }

    /** From now on; connections of the old mode are closed. */
    public synchronized void fail(Mode mode) throws IOException {
        this.mode = mode;
        closeConnections();
        if (mode == Mode.REFUSE && listener != null) {
            listener.close();
            listener = null;
        } else if (mode != Mode.REFUSE && listener == null) {
            accept(listen(port));
        }
    }

    /** From now on, as a fault of the vectors says; of its kinds, this is the mode. */
    public Mode fault(ObjectNode answer) {
        String body = answer.path("body").asString("");
        StringBuilder headers = new StringBuilder();
        answer.path("headers")
                .properties()
                .forEach(header -> headers.append(
                        header.getKey() + ": " + header.getValue().asString() + "\r\n"));
        chosen = response(answer.path("status").asInt(0) + " Fault", headers.toString(), body);
        return switch (answer.get("kind").asString()) {
            case "refuse" -> Mode.REFUSE;
            case "hang" -> Mode.HANG;
            case "close" -> Mode.CUT_AFTER_REQUEST;
            case "cut" -> Mode.CUT_IN_ANSWER;
            case "garbage" -> Mode.GARBAGE;
            default -> Mode.CHOSEN;
        };
    }

    /** From now on, for every request that contains one of these texts, whatever becomes of the others. */
    public void poison(Mode mode, String... texts) {
        this.poison = mode;
        this.poisoned = List.of(texts);
    }

    /** How many requests have come in whole. */
    public int requests() {
        return requests.get();
    }

    /** On a port that no outgoing connection is given while nobody listens on it. */
    private static ServerSocket listenBelowEphemeralPorts() throws IOException {
        Random random = new Random();
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                return listen(20_000 + random.nextInt(12_000));
            } catch (BindException e) {
                // Somebody is there: on to the next.
            }
        }
        throw new BindException("No port is free");
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void accept(ServerSocket socket) {
        listener = socket;
        daemon(() -> {
            while (true) {
                Socket client = socket.accept();
                open.add(client);
                daemon(() -> serve(client));
            }
        });
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            InputStream in = client.getInputStream();
            for (byte[] request = message(in); request != null; request = message(in)) {
                requests.incrementAndGet();
                if (!answer(modeOf(request), request, client.getOutputStream())) {
                    return;
                }
            }
        } finally {
            open.remove(client);
        }
    }

    private Mode modeOf(byte[] request) {
        String text = new String(request, StandardCharsets.UTF_8);
        return poisoned.stream().anyMatch(text::contains) ? poison : mode;
    }

    /** False if the connection is over. */
    private boolean answer(Mode now, byte[] request, OutputStream out) throws IOException {
        switch (now) {
            case PASS -> {
                out.write(forward(request));
                return true;
            }
            case REFUSE, CUT_AFTER_REQUEST -> {}
            case HANG -> sleep(600_000);
            case CUT_BEFORE_ANSWER -> forward(request);
            case CUT_IN_ANSWER -> {
                byte[] answer = forward(request);
                out.write(answer, 0, answer.length / 2);
                out.flush();
            }
            case ANSWER_500 -> out.write(response("500 Internal Server Error", "", "{\"detail\": \"Internal error\"}"));
            case ANSWER_503 -> out.write(response("503 Service Unavailable", "", "{\"detail\": \"No database\"}"));
            case ANSWER_429 -> out.write(response("429 Too Many Requests", "Retry-After: 1\r\n", "{}"));
            case ANSWER_401 -> out.write(response("401 Unauthorized", "", "{\"detail\": \"Invalid service API key\"}"));
            case ANSWER_422 ->
                out.write(response(
                        "422 Unprocessable Content",
                        "",
                        "{\"detail\": [{\"loc\": [\"body\"], \"msg\": \"No\", \"type\": \"no\"}]}"));
            case TRICKLE -> {
                for (byte b : forward(request)) {
                    out.write(b);
                    out.flush();
                    sleep(100);
                }
            }
            case GARBAGE -> {
                byte[] garbage = new byte[4096];
                new Random(now.ordinal()).nextBytes(garbage);
                out.write(garbage);
                out.flush();
            }
            case CHOSEN -> out.write(chosen);
            case FOREIGN_404 -> out.write(response("404 Not Found", "", "{\"message\": \"Application not found\"}"));
            case FOREIGN_403 -> out.write(response("403 Forbidden", "", "<html>Access denied</html>"));
            case FOREIGN_407 ->
                out.write(response(
                        "407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "<html></html>"));
            case FOREIGN_413 -> out.write(response("413 Content Too Large", "", "<html>nginx</html>"));
            case FOREIGN_PAGE -> out.write(response("200 OK", "", "<html>Please log in to the guest network</html>"));
        }
        return false;
    }

    private byte[] forward(byte[] request) throws IOException {
        try (Socket server = new Socket(upstream.getHost(), upstream.getPort())) {
            server.setSoTimeout(60_000);
            server.getOutputStream().write(request);
            byte[] answer = message(server.getInputStream());
            return answer == null ? new byte[0] : answer;
        }
    }

    /** A request or response with its body; null if there is none. */
    private static byte @Nullable [] message(InputStream in) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            message.write(b);
            head = b == '\n' ? message.toString(StandardCharsets.ISO_8859_1) : "";
        }
        if (head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
            String body = "";
            while (!body.endsWith("0\r\n\r\n")) {
                message.write(in.read());
                body = message.toString(StandardCharsets.ISO_8859_1);
            }
            return message.toByteArray();
        }
        Matcher length = LENGTH.matcher(head);
        message.write(in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0));
        return message.toByteArray();
    }

    private static byte[] response(String status, String headers, String body) {
        return "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(status, headers, body.length(), body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private void closeConnections() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone, which is what is wanted.
            }
        }
        open.clear();
    }

    private static void sleep(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Something that ends when its socket is closed. */
    private interface Talk {
        void run() throws IOException;
    }

    private static void daemon(Talk talk) {
        Thread thread = new Thread(
                () -> {
                    try {
                        talk.run();
                    } catch (IOException e) {
                        // The other side, or the next mode, closed the connection.
                    }
                },
                "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void close() throws IOException {
        closeConnections();
        if (listener != null) {
            listener.close();
        }
    }
}
