package dev.runledger.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What the web server itself refuses, before or beyond the application. */
@RunledgerTest
class ErrorPageTests {

    @LocalServerPort
    int port;

    private record Answer(int status, Map<String, String> headers, String body) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /secret-path{} HTTP/1.1",
                "GET /secret-path|%00 HTTP/1.1",
                "GET /secret-path%zz HTTP/1.1",
                "GET /secret-path%2f..%2f HTTP/1.1",
                "GET /secret-path/../../.. HTTP/1.1",
                "GET /secret-path;x=1 HTTP/1.1",
                "GET //secret-path HTTP/1.1",
                "GET /secret-path HTTP/9.9",
                "secret-path",
                "SECRET-PATH /graphql HTTP/1.1",
                "TRACE /secret-path HTTP/1.1",
                "CONNECT secret-path:443 HTTP/1.1",
                "GET /graphql HTTP/1.1\r\nContent-Length: secret-path",
                "GET /graphql HTTP/1.1\r\nTransfer-Encoding: secret-path",
                "GET /assets/secret-path HTTP/1.1",
                "GET /error HTTP/1.1"
            })
    void everyRefusalHasTheSameHeadersAndLeaksNothing(String start) throws Exception {
        Answer answer = send(start + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.status()).isBetween(400, 505);
        Map<String, String> usual =
                securityHeaders(send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        assertThat(usual).hasSize(8);
        assertThat(securityHeaders(answer)).isEqualTo(usual);
        assertThat(answer.headers()).doesNotContainKeys("Server", "X-Powered-By");
        assertThat(answer.headers().get("Cache-Control")).contains("no-store");
        assertThat(answer.headers().get("Content-Type")).startsWith("application/json");
        assertThat(answer.body()).doesNotContainIgnoringCase("tomcat", "exception", "secret-path", "<html", "java");
    }

    /** A dash in UTF-8 is a control character to those who take it for Latin-1. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /actuator/health?%00=1",
                "GET /actuator/health?%C2%80=1",
                "GET /swagger-ui.html?%00=1",
                "GET /actuator/health\r\nUser-Agent: a \u00e2\u0080\u0093 b",
                "GET /v1/admin/generation-runs\r\nX-Forwarded-For: \u0080",
                "POST /v1/admin/generation-runs\r\nIdempotency-Key: a\u00e2\u0080\u0093b",
                "POST /v1/admin/generation-runs\r\nContent-Type: \u0080",
                "POST /graphql\r\nOrigin: \u0080",
            })
    void noHeaderOrParameterIsAFaultOfTheServer(String start) throws Exception {
        String[] parts = start.split("\r\n", 2);
        Answer answer = send(
                parts[0] + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\nX-Service-Key: "
                        + TestKeys.REPORTER + "\r\n" + (parts.length > 1 ? parts[1] + "\r\n" : "") + "\r\n");

        assertThat(answer.status()).as(answer.body()).isLessThan(500);
        assertThat(answer.body()).doesNotContain("error id");
    }

    /** All but what concerns the connection, the body and how long it may be kept. */
    private static Map<String, String> securityHeaders(Answer answer) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(answer.headers());
        headers.keySet().removeIf(name -> !name.toLowerCase(Locale.ROOT).matches("x-.*|.*-policy"));
        return headers;
    }

    private Answer send(String request) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String[] parts = response.split("\r\n\r\n", 2);
            String[] lines = parts[0].split("\r\n");
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (int i = 1; i < lines.length; i++) {
                String[] header = lines[i].split(": ?", 2);
                headers.put(header[0], header[1]);
            }
            return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, parts.length > 1 ? parts[1] : "");
        }
    }
}
