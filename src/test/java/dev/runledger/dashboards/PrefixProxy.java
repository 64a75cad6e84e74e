package dev.runledger.dashboards;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small reverse proxy that shows a server under a prefix, WebSockets and event streams included: it rewrites the head of
 * each request, and passes on everything else as it comes.
 */
public final class PrefixProxy implements AutoCloseable {

    public static final String PREFIX = "/runledger";

    private final ServerSocket socket;
    private final int target;
    private final boolean saysPrefix;
    private final boolean hidesHost;

    /** @param saysPrefix whether it sends {@code X-Forwarded-Prefix} */
    public PrefixProxy(int target, boolean saysPrefix) {
        this(target, saysPrefix, false);
    }

    private PrefixProxy(int target, boolean saysPrefix, boolean hidesHost) {
        this.target = target;
        this.saysPrefix = saysPrefix;
        this.hidesHost = hidesHost;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        inBackground(this::accept);
    }

    /** One that sends its own name for the server in place of the host that the browser asked for. */
    static PrefixProxy hidingHost(int target) {
        return new PrefixProxy(target, false, true);
    }

    public String origin() {
        return "http://localhost:" + socket.getLocalPort();
    }

    private void accept() throws IOException {
        while (!socket.isClosed()) {
            Socket client = socket.accept();
            inBackground(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            String head = rewritten(head(client.getInputStream()));
            if (head == null) {
                client.getOutputStream()
                        .write("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            server.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            inBackground(() -> client.getInputStream().transferTo(server.getOutputStream()));
            server.getInputStream().transferTo(client.getOutputStream());
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The head for the server; null if it is not for it. A connection carries one request, so that all else can be passed on. */
    private String rewritten(String head) {
        List<String> lines = new ArrayList<>(Arrays.asList(head.strip().split("\r\n")));
        String[] start = lines.remove(0).split(" ");
        if (start.length < 3 || !start[1].startsWith(PREFIX + "/")) {
            return null;
        }
        boolean upgrade = lines.stream().anyMatch(line -> line.toLowerCase().startsWith("upgrade:"));
        if (!upgrade) {
            lines.removeIf(line -> line.toLowerCase().startsWith("connection:"));
            lines.add("Connection: close");
        }
        if (hidesHost) {
            lines.replaceAll(line -> line.toLowerCase().startsWith("host:") ? "Host: upstream:" + target : line);
        }
        if (saysPrefix) {
            lines.add("X-Forwarded-Prefix: " + PREFIX);
        }
        lines.add(0, "%s %s %s".formatted(start[0], start[1].substring(PREFIX.length()), start[2]));
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One of the two has closed the connection.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
