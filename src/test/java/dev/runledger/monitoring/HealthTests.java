package dev.runledger.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.TestKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@RunledgerTest
class HealthTests {

    @LocalServerPort
    int port;

    @Test
    void anAdministratorSeesHowManyRunsAreSetAsideAndNobodyElseSeesMoreThanTheStatus() throws Exception {
        JsonNode administrators = health(TestKeys.ADMIN);
        assertThat(administrators.at("/components/changes/details/setAsideRuns").isIntegralNumber())
                .as(administrators.toString())
                .isTrue();
        assertThat(health(TestKeys.ANALYST).propertyNames()).doesNotContain("components");
        assertThat(health(null).propertyNames()).doesNotContain("components");
    }

    private JsonNode health(@Nullable String key) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/health"));
        if (key != null) {
            request.header("X-Service-Key", key);
        }
        return JsonMapper.shared()
                .readTree(HttpClient.newHttpClient()
                        .send(request.build(), BodyHandlers.ofString())
                        .body());
    }
}
