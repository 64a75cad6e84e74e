package dev.runledger.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import dev.runledger.dashboards.PrefixProxy;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestPropertySource;

/** A server that believes its proxy, and lets a dashboard of another origin ask. */
@RunledgerTest
@ContextConfiguration(initializers = TestIssuer.Configured.class)
@TestPropertySource(
        properties = {
            "server.forward-headers-strategy=framework",
            "spring.graphql.cors.allowed-origins=https://dash.example"
        })
class BehindProxyTests {

    private static final String RUNS = "/v1/admin/generation-runs";

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    /** The client would set none of these itself. */
    @BeforeAll
    static void letTestsSetAnyHeader() {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection");
    }

    @Test
    void peopleSignInUnderThePrefixThatTheProxySays() throws Exception {
        try (PrefixProxy proxy = new PrefixProxy(port, true)) {
            String root = proxy.origin() + PrefixProxy.PREFIX;
            TestIssuer.shared().accept(root);
            TestIssuer.shared().put("prefixed", "runledger-viewers");
            SignInBrowser browser = new SignInBrowser(root);

            assertThat(URLDecoder.decode(SignInBrowser.location(browser.get(root + "/sign-in")), UTF_8))
                    .contains("redirect_uri=" + root + "/sign-in/callback");
            assertThat(SignInBrowser.location(browser.signIn("prefixed"))).isEqualTo(root + "/#sign-in=done");
            assertThat(browser.request("GET", "/session", "").body()).contains("person prefixed", "VIEWER");
        }
    }

    @Test
    void aPreflightFromTheAllowedOriginSucceedsWithoutAKey() throws Exception {
        HttpResponse<String> answer = preflight("https://dash.example", "POST");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://dash.example");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(
                        headers -> assertThat(headers.toLowerCase()).contains("x-service-key", "content-type"));
        assertThat(answer.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("POST", "GET"));
    }

    @ParameterizedTest
    @CsvSource({"https://evil.example, POST", "http://dash.example, POST", "https://dash.example, DELETE"})
    void otherPreflightsAreRefused(String origin, String method) throws Exception {
        HttpResponse<String> answer = preflight(origin, method);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void theAllowedOriginReadsTheAnswerAndEveryRefusal() throws Exception {
        for (String key : new String[] {TestKeys.ANALYST, "wrong"}) {
            HttpResponse<String> answer = send(
                    request("/graphql").header("Origin", "https://dash.example").header("X-Service-Key", key));

            assertThat(answer.statusCode()).isEqualTo(key.equals("wrong") ? 401 : 200);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue("https://dash.example");
        }
    }

    @ParameterizedTest
    @CsvSource({"https://dash.example, 101", "https://evil.example, 403"})
    void webSocketsAreOpenToTheSameOrigins(String origin, int status) {
        assertThat(handshake(origin)).isEqualTo(status);
    }

    @Test
    void webSocketsAreOpenToThePagesThatTheProxyServes() {
        assertThat(handshake(
                        "https://ledger.example", "X-Forwarded-Host", "ledger.example", "X-Forwarded-Proto", "https"))
                .isEqualTo(101);
    }

    @Test
    void restIsOpenToNoOtherOrigin() throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri(RUNS))
                .header("Origin", "https://dash.example")
                .header("X-Service-Key", TestKeys.ANALYST));

        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void transportSecurityIsAskedForWhereTheProxyEndsTls() throws Exception {
        for (String path : List.of("/", RUNS, "//suspicious")) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(uri(path)).header("X-Forwarded-Proto", "https"));

            assertThat(answer.headers().firstValue("Strict-Transport-Security"))
                    .hasValueSatisfying(value -> assertThat(value).contains("max-age=31536000"));
        }
        assertThat(send(HttpRequest.newBuilder(uri("/"))).headers().map())
                .doesNotContainKey("strict-transport-security");
    }

    @Test
    void anAddressWithTooManyWrongKeysIsSlowedDownAndRightKeysFromItAreNot() throws Exception {
        for (int i = 0; i < WrongKeys.BURST; i++) {
            assertThat(from("192.0.2.1", "wrong-" + i).statusCode()).isEqualTo(401);
        }
        HttpResponse<String> slowed = IntStream.range(0, WrongKeys.BURST)
                .mapToObj(i -> from("192.0.2.1", "wrong-" + i))
                .filter(answer -> answer.statusCode() == 429)
                .findFirst()
                .orElseThrow();

        assertThat(slowed.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
        assertThat(slowed.body()).contains("Too many").doesNotContain("wrong-");
        assertThat(from("192.0.2.1", TestKeys.ANALYST).statusCode()).isEqualTo(200);
        assertThat(from("192.0.2.2", "wrong").statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> from(String address, String key) {
        try {
            return send(HttpRequest.newBuilder(uri(RUNS))
                    .header("X-Forwarded-For", address)
                    .header("X-Service-Key", key));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private int handshake(String origin, String... headers) {
        WebSocket.Builder builder = client.newWebSocketBuilder()
                .subprotocols("graphql-transport-ws")
                .header("Origin", origin);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        try {
            builder.buildAsync(URI.create("ws://localhost:" + port + "/graphql"), new WebSocket.Listener() {})
                    .join()
                    .abort();
            return 101;
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    private HttpResponse<String> preflight(String origin, String method) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri("/graphql"))
                .header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", "x-service-key,content-type")
                .method("OPTIONS", BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"query\": \"{__typename}\"}"));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }
}
