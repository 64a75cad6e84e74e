package dev.runledger.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class SessionTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String READ = "{\"query\": \"{ runs(first: 0) { totalCount } }\"}";

    @Autowired
    JdbcClient jdbc;

    private String server;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        server = "http://localhost:" + port;
    }

    @Test
    void aKeyMakesASessionWhoseCookieNoScriptReadsAndNoOtherSiteSends() throws Exception {
        HttpResponse<String> signedIn = send("POST", "/session", "", "X-Service-Key", TestKeys.ANALYST);

        assertThat(signedIn.statusCode()).isEqualTo(201);
        assertThat(signedIn.body()).contains("ANALYST").doesNotContain(TestKeys.ANALYST);
        assertThat(signedIn.headers().firstValue("set-cookie").orElseThrow())
                .contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800")
                .doesNotContain("Secure");
        String cookie = cookie(signedIn);
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/session", "", "Cookie", cookie).body()).contains("analyst key");
        assertThat(jdbc.sql("SELECT count(*) FROM browser_session s WHERE strpos(s::text, :cookie) > 0")
                        .param("cookie", cookie.substring(cookie.indexOf('=') + 1))
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aSessionMayWhatItsKeyMay() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));

        HttpResponse<String> answer = send(
                "POST",
                "/v1/admin/generation-runs",
                "{}",
                "Cookie",
                cookie,
                "Origin",
                server,
                "Content-Type",
                "application/json");
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void pagesOfOtherOriginsMayNotUseTheSession() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));

        assertThat(read(cookie).statusCode()).isEqualTo(401);
        assertThat(read(cookie, "Origin", "http://localhost:1").statusCode()).isEqualTo(401);
        assertThat(read(cookie, "Origin", "null").statusCode()).isEqualTo(401);
        assertThat(read(cookie, "Origin", server.replace("localhost", "evil.localhost"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(read(cookie, "Origin", server, "Sec-Fetch-Site", "same-site").statusCode())
                .isEqualTo(401);
        assertThat(send("DELETE", "/session", "", "Cookie", cookie).statusCode())
                .isEqualTo(401);
        assertThat(send("GET", "/session", "", "Cookie", cookie, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(401);
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(200);
    }

    @Test
    void signingOutEndsTheSession() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));
        read(cookie, "Origin", server);

        HttpResponse<String> out = send("DELETE", "/session", "", "Cookie", cookie, "Origin", server);
        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(out.headers().firstValue("set-cookie").orElseThrow()).contains("Max-Age=0");
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(401);
    }

    @Test
    void aSessionEndsWithItsKeyAlsoOnAnOpenWebSocket() throws Exception {
        GraphQlClient client = new GraphQlClient(URI.create(server).getPort());
        String created = """
                {"query": "mutation { createServiceKey(name: \\"%s\\", role: ANALYST) { key serviceKey { id } } }"}
                """.formatted(UUID.randomUUID());
        var key = client.post(created, "X-Service-Key", TestKeys.ADMIN).data("createServiceKey");
        String cookie = cookie(signIn(key.path("key").stringValue()));
        try (WebSocketClient socket = new WebSocketClient(server, "Cookie", cookie, "Origin", server)) {
            socket.send(Map.of("type", "connection_init"));
            assertThat(socket.next().path("type").stringValue()).isEqualTo("connection_ack");
            socket.operation("1", "{ runs(first: 0) { totalCount } }", Map.of());
            assertThat(socket.next().path("type").stringValue()).isEqualTo("next");
            assertThat(socket.next().path("type").stringValue()).isEqualTo("complete");

            client.post(
                            "{\"query\": \"mutation { revokeServiceKey(id: \\\"%s\\\") { id } }\"}"
                                    .formatted(key.path("serviceKey").path("id").stringValue()),
                            "X-Service-Key",
                            TestKeys.ADMIN)
                    .data("revokeServiceKey");

            assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(401);
            socket.operation("2", "{ runs(first: 0) { totalCount } }", Map.of());
            assertThat(socket.closeCode()).isNotEqualTo(1000);
        }
    }

    @Test
    void aSessionEndsWhenItsKeyExpiresAndIsNotAmongThoseThatAdministratorsSee() throws Exception {
        GraphQlClient client = new GraphQlClient(URI.create(server).getPort());
        String name = UUID.randomUUID().toString();
        String key = client.administer("""
                        mutation { createServiceKey(name: "%s", role: ANALYST, expiresAt: "%s") { key } }""".formatted(name, Instant.now().plusSeconds(4)))
                .data("createServiceKey")
                .path("key")
                .stringValue();
        String cookie = cookie(signIn(key));
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(200);
        assertThat(sessionsOf(client, "key " + name)).hasSize(1);

        await().atMost(Duration.ofSeconds(20))
                .until(() -> read(cookie, "Origin", server).statusCode() == 401);
        assertThat(sessionsOf(client, "key " + name)).isEmpty();
    }

    @Test
    void anAdministratorSeesWhoIsSignedInAndSignsABrowserOut() throws Exception {
        GraphQlClient client = new GraphQlClient(URI.create(server).getPort());
        String name = UUID.randomUUID().toString();
        String key = client.administer(
                        "mutation { createServiceKey(name: \"%s\", role: ANALYST) { key } }".formatted(name))
                .data("createServiceKey")
                .path("key")
                .stringValue();
        String ended = cookie(signIn(key));
        assertThat(read(ended, "Origin", server).statusCode()).isEqualTo(200);
        JsonNode session = sessionsOf(client, "key " + name).get(0);
        String other = cookie(signIn(key));
        assertThat(session.path("role").stringValue()).isEqualTo("ANALYST");
        String end = "mutation { endBrowserSession(id: \"%s\") { holder } }"
                .formatted(session.path("id").stringValue());

        assertThat(client.ask(end).code()).isEqualTo("FORBIDDEN");
        assertThat(client.ask("{ browserSessions { id } }").code()).isEqualTo("FORBIDDEN");
        assertThat(client.administer(end)
                        .data("endBrowserSession")
                        .path("holder")
                        .stringValue())
                .isEqualTo("key " + name);

        assertThat(read(ended, "Origin", server).statusCode()).isEqualTo(401);
        assertThat(read(other, "Origin", server).statusCode()).isEqualTo(200);
        assertThat(sessionsOf(client, "key " + name)).hasSize(1);
        assertThat(client.administer(end).data("endBrowserSession").isNull()).isTrue();
        JsonNode log = client.administer(
                        "{ auditLog(filter: {subject: \"%s\"}) { nodes { actor action before after } } }"
                                .formatted(session.path("id").stringValue()))
                .data("auditLog")
                .path("nodes");
        assertThat(log.valueStream().map(entry -> entry.path("action").stringValue()))
                .containsExactly("endBrowserSession", "endBrowserSession");
        assertThat(log.path(1).path("actor").stringValue()).startsWith("admin key");
        assertThat(log.path(1).path("before").path("holder").stringValue()).isEqualTo("key " + name);
        assertThat(log.path(1).path("after").isNull()).isTrue();
    }

    private static List<JsonNode> sessionsOf(GraphQlClient client, String holder) {
        return client.administer("{ browserSessions { id holder role createdAt expiresAt } }")
                .data("browserSessions")
                .valueStream()
                .filter(session -> session.path("holder").stringValue().equals(holder))
                .toList();
    }

    @Test
    void aWebSocketOfAnotherOriginsPageGetsNoSession() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));
        try (WebSocketClient socket = new WebSocketClient(server, "Cookie", cookie)) {
            socket.send(Map.of("type", "connection_init"));
            assertThat(socket.closeCode()).isIn(4401, 4403);
        }
    }

    @Test
    void aSessionThatIsNotUsedOrTooOldEnds() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(200);
        jdbc.sql("UPDATE browser_session SET expires_at = now() - interval '1 second'")
                .update();

        await().atMost(Duration.ofSeconds(10))
                .until(() -> read(cookie, "Origin", server).statusCode() == 401);
    }

    @Test
    void aSessionThatIsUsedIsRenewedUpToAWeek() throws Exception {
        String cookie = cookie(signIn(TestKeys.ANALYST));
        jdbc.sql(
                        "UPDATE browser_session SET expires_at = now() + interval '1 hour', created_at = now() - interval '6 days 20 hours'")
                .update();
        assertThat(read(cookie, "Origin", server).statusCode()).isEqualTo(200);

        assertThat(jdbc.sql("SELECT max(extract(epoch FROM expires_at - created_at)) / 3600 FROM browser_session")
                        .query(Double.class)
                        .single())
                .isEqualTo(7 * 24.0);
    }

    private HttpResponse<String> signIn(String key) throws Exception {
        return send("POST", "/session", "", "X-Service-Key", key);
    }

    private static String cookie(HttpResponse<String> answer) {
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private HttpResponse<String> read(String cookie, String... headers) throws Exception {
        String[] all = new String[headers.length + 4];
        System.arraycopy(headers, 0, all, 4, headers.length);
        all[0] = "Cookie";
        all[1] = cookie;
        all[2] = "Content-Type";
        all[3] = "application/json";
        return send("POST", "/graphql", READ, all);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server + path))
                        .headers(headers)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
