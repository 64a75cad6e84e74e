package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.test.context.support.WithMockUser;

@RunledgerTest
@Import(ApiKeysTests.Ledger.class)
class ApiKeysTests {

    private static final String RUNS = "/v1/admin/generation-runs";

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Autowired
    Ledger ledger;

    @ParameterizedTest
    @ValueSource(strings = {RUNS, RUNS + "/stats", "/v1/no-such-thing", "/graphql"})
    void withoutAKeyTheAnswerIs401(String path) throws Exception {
        assertInvalidKey(send("GET", path, null));
        assertInvalidKey(send("POST", path, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {RUNS, "/v1/no-such-thing", "/graphql", "/no-such-thing"})
    void aWrongKeyIs401AndIsNotRepeated(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, "not-a-key-of-anybody");

        assertInvalidKey(answer);
        assertThat(answer.headers().map()).doesNotContainKeys("www-authenticate", "set-cookie");
        assertThat(answer.toString() + answer.headers() + answer.body()).doesNotContain("not-a-key-of-anybody");
    }

    @Test
    void theKeyIsCheckedBeforeTheBody() throws Exception {
        assertInvalidKey(send("POST", RUNS, "wrong", "{broken"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,   " + RUNS + ",    " + TestKeys.REPORTER,
        "GET,   " + RUNS + ",    " + TestKeys.ANALYST,
        "GET,   " + RUNS + ",    " + TestKeys.ADMIN,
        "POST,  " + RUNS + ",    " + TestKeys.REPORTER,
        "PATCH, " + RUNS + "/x,  " + TestKeys.REPORTER,
        "POST,  " + RUNS + ",    " + TestKeys.ADMIN,
        "POST,  /graphql,        " + TestKeys.ANALYST,
        "POST,  /graphql,        " + TestKeys.REPORTER,
        "POST,  " + RUNS + ",    " + TestKeys.WRITER,
        "PATCH, " + RUNS + "/x,  " + TestKeys.WRITER,
        "POST,  /graphql,        " + TestKeys.WRITER
    })
    void aKeyOpensTheDoorsOfItsRole(String method, String path, String key) throws Exception {
        assertThat(send(method, path, key).statusCode()).isNotIn(401, 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "PUT", "DELETE"})
    void anAnalystMayNotRecord(String method) throws Exception {
        HttpResponse<String> answer = send(method, RUNS, TestKeys.ANALYST);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body()).isEqualTo("{\"detail\": \"This key may not record runs\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {RUNS, RUNS + "/stats", RUNS + "/096f0850-e306-5fad-973d-13efd5e8c711", RUNS + "/"})
    void aWriterMayNotReadOverRest(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, TestKeys.WRITER);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("{\"detail\": \"This key may not read runs\"}");
    }

    @ParameterizedTest
    @CsvSource({"GET, /export", "HEAD, /export", "GET, /export/", "GET, /export?format=ndjson"})
    void aViewerReadsRunsAndSavesNoneAsAFile(String method, String export) throws Exception {
        assertThat(send("GET", RUNS, TestKeys.VIEWER).statusCode()).isEqualTo(200);

        HttpResponse<String> answer = send(method, RUNS + export, TestKeys.VIEWER);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .isEqualTo(method.equals("HEAD") ? "" : "{\"detail\": \"This key may not save runs as a file\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,     /graphql",
        "DELETE,  /graphql",
        "HEAD,    /graphql",
        "OPTIONS, /graphql",
        "PUT,     /graphql/",
        "GET,     /graphql/",
        "POST,    /graphql/",
        "PUT,     " + RUNS,
        "HEAD,    " + RUNS + "/",
        "OPTIONS, " + RUNS
    })
    void aRightKeyNeverHearsThatTheKeyIsAtFault(String method, String path) throws Exception {
        HttpResponse<String> answer = send(method, path, TestKeys.ADMIN);

        assertThat(answer.statusCode()).isNotIn(401, 403, 500);
        assertThat(answer.body()).doesNotContain("key");
        if (answer.statusCode() == 405 && !method.equals("HEAD")) {
            assertThat(answer.body()).isNotEmpty();
        }
    }

    @Test
    void aSlashAtTheEndOfAnAddressOfTheApiChangesNothing() throws Exception {
        assertThat(send("GET", RUNS + "/", TestKeys.ANALYST).statusCode()).isEqualTo(200);
        assertThat(send("POST", "/graphql/", TestKeys.ANALYST, "{\"query\": \"{__typename}\"}")
                        .body())
                .isEqualTo("{\"data\":{\"__typename\":\"Query\"}}");
        assertInvalidKey(send("POST", "/graphql/", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness"})
    void healthNeedsNoKey(String path) throws Exception {
        assertThat(send("GET", path, null).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/providers",
                "/prompt-versions",
                "/failures",
                "/runs",
                "/runs/096f0850-e306-5fad-973d-13efd5e8c711",
                "/graphiql",
                "/favicon.ico",
                "/v3/api-docs",
                "/swagger-ui.html"
            })
    void pagesWithoutDataNeedNoKey(String path) throws Exception {
        assertThat(send("GET", path, null).statusCode()).isNotIn(401, 403, 500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/graphiql", "/swagger-ui/index.html", "/no-such-thing", RUNS})
    void noPageMayLoadOrSayAnythingElsewhere(String path) throws Exception {
        HttpHeaders headers = send("GET", path, null).headers();

        assertThat(headers.firstValue("Content-Security-Policy").orElse("").split("; "))
                .contains("default-src 'self'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'");
        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).hasValue("same-origin");
        assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).hasValue("same-origin");
        assertThat(headers.firstValue("Permissions-Policy"))
                .hasValueSatisfying(
                        policy -> assertThat(policy).contains("camera=()", "microphone=()", "geolocation=()"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no-such-thing", "/runs/x/y", "/actuator", "/actuator/env", "/error"})
    void everythingElseStaysShut(String path) throws Exception {
        assertInvalidKey(send("GET", path, null));
        HttpResponse<String> answer = send("GET", path, TestKeys.ADMIN);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo("{\"detail\": \"Not Found\"}");
    }

    @Test
    @WithMockUser(authorities = "runs:read")
    void methodsSayWhatTheyNeed() {
        assertThatThrownBy(ledger::record).isInstanceOf(AccessDeniedException.class);
    }

    @Test
    @WithMockUser(authorities = "runs:record")
    void methodsLetInWhoeverHasWhatTheyNeed() {
        assertThat(ledger.record()).isTrue();
    }

    private static void assertInvalidKey(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.body()).isEqualTo("{\"detail\": \"Invalid service API key\"}");
    }

    private HttpResponse<String> send(String method, String path, @Nullable String key)
            throws IOException, InterruptedException {
        return send(method, path, key, "{}");
    }

    private HttpResponse<String> send(String method, String path, @Nullable String key, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json")
                .method(method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("X-Service-Key", key);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @TestConfiguration
    static class Ledger {

        @PreAuthorize("hasAuthority('runs:record')")
        public boolean record() {
            return true;
        }
    }
}
