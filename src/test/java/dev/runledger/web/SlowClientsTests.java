package dev.runledger.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** A server of thirty threads, ten of them for health, and at most fifteen for one key. */
@RunledgerTest
@TestPropertySource(
        properties = {
            "server.tomcat.threads.max=30",
            "server.tomcat.connection-timeout=5s",
            "runledger.web.body-time=2s"
        })
class SlowClientsTests {

    private static final String RUNS = "/v1/admin/generation-runs";

    @LocalServerPort
    int port;

    @ParameterizedTest
    @CsvSource({
        "/v1/admin/generation-runs, reporter-key-of-the-tests, 408",
        "/graphql, analyst-key-of-the-tests, 408",
        "/graphql, , 401",
        "/nowhere, , 401"
    })
    void aBodyThatComesByteForByteIsRefusedAndItsConnectionClosed(String path, @Nullable String key, int status)
            throws IOException, InterruptedException {
        try (Socket client = begin(path, key)) {
            assertThat(dribble(client)).startsWith("HTTP/1.1 " + status).containsPattern("detail|LIMIT_EXCEEDED");
        }
    }

    @Test
    void healthAnswersWhileAllOtherThreadsAreTakenAndAKeyTakesNoMoreThanHalf() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                slow.add(begin(RUNS, TestKeys.REPORTER));
            }
            await().untilAsserted(() -> assertThat(get(RUNS, TestKeys.REPORTER)).isEqualTo(503));
            assertThat(get(RUNS, TestKeys.ANALYST)).isEqualTo(200);
            for (int i = 0; i < 6; i++) {
                slow.add(begin("/graphql", TestKeys.ANALYST));
            }
            await().untilAsserted(() -> assertThat(get(RUNS, TestKeys.ADMIN)).isEqualTo(503));
            assertThat(get("/actuator/health", TestKeys.ADMIN)).isEqualTo(200);
            await().untilAsserted(() -> assertThat(get(RUNS, TestKeys.ADMIN))
                    .as("when they were refused")
                    .isEqualTo(200));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private int get(String path, String key) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .header("X-Service-Key", key)
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    private Socket begin(String path, @Nullable String key) throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.setSoTimeout(100);
        socket.getOutputStream()
                .write(
                        "POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
                                .formatted(path, key == null ? "" : "X-Service-Key: " + key + "\r\n")
                                .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    /** Sends a byte ten times a second until the server closes the connection; what it said. */
    private static String dribble(Socket client) throws IOException, InterruptedException {
        StringBuilder answer = new StringBuilder();
        InputStream input = client.getInputStream();
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < patience) {
            try {
                int next = input.read();
                if (next < 0) {
                    return answer.toString();
                }
                answer.append((char) next);
            } catch (java.net.SocketTimeoutException e) {
                client.getOutputStream().write(' ');
            } catch (SocketException e) {
                return answer.toString();
            }
        }
        throw new AssertionError("The connection is still open; the server said: " + answer);
    }
}
