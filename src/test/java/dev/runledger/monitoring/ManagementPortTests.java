package dev.runledger.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** With a port of its own, only that serves health and metrics, and without a key: whoever reaches it may watch. */
@RunledgerTest
@TestPropertySource(properties = "management.server.port=0")
class ManagementPortTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    @Test
    void theManagementPortServesMetricsAndHealthWithoutAKey() throws Exception {
        assertThat(get(managementPort, "/actuator/prometheus", null).body()).contains("hikaricp_connections_active");
        assertThat(get(managementPort, "/actuator/health", null).statusCode()).isEqualTo(200);
    }

    @Test
    void theManagementPortServesNoRuns() throws Exception {
        assertThat(get(managementPort, "/v1/admin/generation-runs", TestKeys.ANALYST)
                        .statusCode())
                .isEqualTo(404);
        assertThat(get(managementPort, "/graphql", null).statusCode()).isBetween(400, 499);
    }

    @Test
    void thePortOfTheApiServesNoMetricsThen() throws Exception {
        assertThat(get(port, "/actuator/prometheus", TestKeys.ADMIN).statusCode())
                .isEqualTo(404);
        assertThat(get(port, "/actuator/prometheus", null).statusCode()).isEqualTo(401);
    }

    private static HttpResponse<String> get(int port, String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (key != null) {
            request.header("X-Service-Key", key);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
