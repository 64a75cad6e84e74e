package dev.runledger.reporter.testing;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** The server's own jar on its embedded PostgreSQL, started once for all tests of this JVM. */
public final class RealServer {

    public static final String KEY = "reporter-client-tests";

    private static @Nullable RealServer started;

    private final Process process;
    private final Path log;
    private final URI uri;
    private final HttpClient http = HttpClient.newHttpClient();

    private RealServer(Process process, Path log, URI uri) {
        this.process = process;
        this.log = log;
        this.uri = uri;
    }

    /** Skips the test, with a word, when the jar was not given with {@code -Drunledger.server.jar}. */
    public static synchronized RealServer orSkip() throws Exception {
        Path jar = Path.of(System.getProperty("runledger.server.jar", ""));
        if (!Files.isRegularFile(jar)) {
            System.out.println(
                    "SKIPPED: no server jar; give -Drunledger.server.jar=... to test against the real server");
            Assumptions.abort("no server jar at '" + jar + "'");
        }
        if (started == null) {
            started = start(jar);
        }
        return started;
    }

    public URI uri() {
        return uri;
    }

    /** A run as the REST door gives it back; a missing node if it does not have it. */
    public JsonNode run(UUID id) throws Exception {
        HttpResponse<String> response = send(request("/v1/admin/generation-runs/" + id));
        return response.statusCode() == 200
                ? Json.readAny(response.body())
                : Json.object().path("missing");
    }

    /** How many runs there are. */
    public int total() throws Exception {
        return Json.readAny(
                        send(request("/v1/admin/generation-runs?page_size=1")).body())
                .get("total")
                .intValue();
    }

    /** The data of a GraphQL answer. */
    public JsonNode query(String query) throws Exception {
        HttpRequest.Builder request = request("/graphql")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        Json.write(Json.object().put("query", query))));
        JsonNode answer = Json.readAny(send(request).body());
        if (answer.has("errors")) {
            throw new AssertionError(answer.get("errors").toString());
        }
        return answer.get("data");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri.resolve(path)).header("X-Service-Key", KEY);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static RealServer start(Path jar) throws Exception {
        int port = freePort();
        Path home = Files.createDirectories(Path.of("target", "real-server", Integer.toString(port)));
        Path log = home.resolve("server.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        jar.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        builder.environment()
                .put("RUNLEDGER_DATA_DIR", home.toAbsolutePath().resolve("data").toString());
        builder.environment().put("RUNLEDGER_KEYS_REPORTER", KEY);
        RealServer server = new RealServer(builder.start(), log, URI.create("http://127.0.0.1:" + port));
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
        server.awaitHealth();
        return server;
    }

    private void awaitHealth() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!isHealthy()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the server does not come up, see " + log);
            }
            Thread.sleep(100);
        }
    }

    private boolean isHealthy() throws Exception {
        try {
            return send(request("/actuator/health")).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
