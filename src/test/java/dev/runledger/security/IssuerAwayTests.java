package dev.runledger.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** A server whose issuer takes connections and answers nothing, at the start and for a while. */
@RunledgerTest
@ContextConfiguration(initializers = IssuerAwayTests.Away.class)
class IssuerAwayTests {

    private static final int IN_VAIN = 60;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PORT = TestIssuer.freePort();

    static class Away implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of(TestIssuer.settings("http://localhost:" + PORT))
                    .applyTo(context);
        }
    }

    @LocalServerPort
    int port;

    @Test
    void reportsAreTakenWhileManySignInInVainAndSignInWorksOnceTheIssuerIsBack() throws Exception {
        String server = "http://localhost:" + port;
        try (ServerSocket silent = new ServerSocket(PORT, IN_VAIN, InetAddress.getLoopbackAddress())) {
            List<CompletableFuture<String>> signIns = Stream.generate(() -> HTTP.sendAsync(
                                    HttpRequest.newBuilder(URI.create(server + "/sign-in"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .thenApply(SignInBrowser::location))
                    .limit(IN_VAIN)
                    .toList();

            assertThat(report(server).statusCode()).isEqualTo(201);
            assertThat(signIns.stream().filter(signIn -> !signIn.isDone()))
                    .as("sign-ins that still wait for the issuer")
                    .isNotEmpty();

            assertThat(signIns.stream().map(CompletableFuture::join).distinct())
                    .containsExactlyInAnyOrder(server + "/#sign-in=busy", server + "/#sign-in=unreachable");
        }

        try (TestIssuer issuer = new TestIssuer(PORT)) {
            issuer.accept(server);
            issuer.put("ann", "runledger-analysts");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> SignInBrowser.location(new SignInBrowser(server).get(server + "/sign-in"))
                            .startsWith(issuer.address()));
            assertThat(SignInBrowser.location(new SignInBrowser(server).signIn("ann")))
                    .endsWith("#sign-in=done");
        }
    }

    private static HttpResponse<String> report(String server) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server + "/v1/admin/generation-runs"))
                        .header("X-Service-Key", TestKeys.REPORTER)
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"started_at\": \"2026-01-31T08:00:00Z\", \"status\": \"success\", \"questions_requested\": 1}"))
                        .build(),
                BodyHandlers.ofString());
    }
}
