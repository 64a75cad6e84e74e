package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.EverythingIsLogged;
import dev.runledger.database.OnTestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

@OnTestDatabase
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "runledger.keys.analyst=" + KeysInLogsTests.ANALYST,
            "runledger.keys.admin=" + KeysInLogsTests.ADMIN
        })
@ExtendWith({OutputCaptureExtension.class, EverythingIsLogged.class})
class KeysInLogsTests {

    static final String ANALYST = "analyst-key-that-no-log-may-have";
    static final String ADMIN = "admin-key-that-no-log-may-have";
    private static final String WRONG = "wrong-key-that-no-log-may-have";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Test
    void noKeyIsLoggedAtAnyLevel(CapturedOutput output) throws Exception {
        String query = "{\"query\": \"{ runs(first: 1) { totalCount } }\"}";
        for (String key : new String[] {ANALYST, ADMIN, WRONG}) {
            send("POST", "/graphql", query, "X-Service-Key", key);
            send("POST", "/graphql", query, "Authorization", "Bearer " + key);
            send("GET", "/v1/admin/generation-runs", "", "X-Service-Key", key);
        }
        HttpResponse<String> signedIn = send("POST", "/session", "", "X-Service-Key", ANALYST);
        String cookie =
                signedIn.headers().firstValue("set-cookie").orElseThrow().split("[=;]")[1];
        send("POST", "/graphql", query, "Cookie", "runledger_session=" + cookie);
        HttpResponse<String> created = send(
                "POST",
                "/graphql",
                "{\"query\": \"mutation { createServiceKey(name: \\\"log " + port + "\\\", role: ANALYST) { key } }\"}",
                "X-Service-Key",
                ADMIN);
        String made = created.body().replaceAll(".*\"key\":\"([^\"]+)\".*", "$1");
        assertThat(made).startsWith("rl_analyst_");
        send("POST", "/graphql", query, "X-Service-Key", made);

        try (WebSocketClient socket = WebSocketClient.ready("http://localhost:" + port, ANALYST)) {
            socket.operation("1", "{ runs(first: 1) { totalCount } }", Map.of());
            assertThat(socket.next().path("type").stringValue()).isEqualTo("next");
        }

        assertThat(output.getAll()).contains("DEBUG", "TRACE", "/graphql");
        assertThat(output.getAll()
                        .lines()
                        .filter(line -> line.contains("key-that-no-log-may-have")
                                || line.contains(made)
                                || line.contains(cookie)))
                .isEmpty();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .header("Content-Type", "application/json")
                        .headers(headers)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
