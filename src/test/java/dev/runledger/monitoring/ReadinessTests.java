package dev.runledger.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.OwnLedgerTest;
import dev.runledger.TestKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@OwnLedgerTest
class ReadinessTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String READINESS = "/actuator/health/readiness";
    private static final String LATEST =
            " flyway_schema_history SET success = %s WHERE installed_rank = (SELECT max(installed_rank) FROM flyway_schema_history)";

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    @Test
    void readinessIsOfDatabaseMigrationsFoldingAndSchedulers() throws Exception {
        assertThat(get(READINESS, TestKeys.ADMIN).body())
                .contains("\"db\":", "\"migrations\":", "\"folding\":", "\"schedulers\":", "\"lagSeconds\":");
        assertThat(get(READINESS, null).body()).contains("\"status\":\"UP\"").doesNotContain("db", "lagSeconds");
        assertThat(get("/actuator/health/liveness", null).body()).doesNotContain("db", "folding");
    }

    @Test
    void anUndoneMigrationTakesTheServerOffTheLoadBalancerAndDoesNotRestartIt() throws Exception {
        jdbc.sql("UPDATE" + LATEST.formatted(false)).update();
        try {
            assertThat(get(READINESS, null).statusCode()).isEqualTo(503);
            assertThat(get("/status", null).statusCode()).isEqualTo(503);
            assertThat(get("/status", null).body()).contains("Not ready", "missing, or not known");
            assertThat(get("/actuator/health/liveness", null).statusCode()).isEqualTo(200);
        } finally {
            jdbc.sql("UPDATE" + LATEST.formatted(true)).update();
        }
        assertThat(get(READINESS, null).statusCode()).isEqualTo(200);
    }

    @Test
    void theStatusPageNeedsNoKeyAndHasNoFigureVersionOrAddress() throws Exception {
        HttpResponse<String> page = get("/status", null);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html;charset=UTF-8");
        String table = page.body()
                .substring(page.body().indexOf("<table>"), page.body().indexOf("</table>"));
        assertThat(table).contains("Database", "Migrations", "Rollups", "Scheduled work", "works");
        assertThat(table).doesNotContainPattern("\\d").doesNotContain("localhost", "PostgreSQL");
    }

    @Test
    void scheduledWorkThatIsNotBegunForTwoMinutesIsDown() {
        Instant[] now = {Instant.EPOCH};
        SchedulersHealthIndicator schedulers = new SchedulersHealthIndicator(new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0];
            }
        });
        schedulers.tick();
        now[0] = Instant.EPOCH.plus(Duration.ofSeconds(119));
        assertThat(schedulers.health().getStatus().getCode()).isEqualTo("UP");
        now[0] = Instant.EPOCH.plus(SchedulersHealthIndicator.PATIENCE);
        assertThat(schedulers.health().getStatus().getCode()).isEqualTo("DOWN");
        schedulers.tick();
        assertThat(schedulers.health().getStatus().getCode()).isEqualTo("UP");
    }

    private HttpResponse<String> get(String path, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (key != null) {
            request.header("X-Service-Key", key);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
