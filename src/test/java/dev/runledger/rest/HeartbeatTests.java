package dev.runledger.rest;

import static dev.runledger.rest.ContractClient.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.RunledgerTest;
import dev.runledger.graphql.GraphQlClient;
import dev.runledger.rest.ContractClient.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@RunledgerTest
class HeartbeatTests {

    @LocalServerPort
    int port;

    private ContractClient client;
    private String id;

    @BeforeEach
    void startARun() {
        client = new ContractClient(port);
        id = UUID.randomUUID().toString();
        record("running");
    }

    @Test
    void theFiguresSoFarAreShownAsTheyWereSentAndCountNowhere() {
        Answer answer = beat(
                "{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 30, 'questions_generated': 12, 'total_cost_usd': 0.25,"
                        + " 'provider_metrics': {'openai': {'generated': 12}}, 'environment': 'x', 'unknown': 1}");

        assertThat(answer.status()).isEqualTo(204);
        JsonNode progress = progress();
        assertThat(progress.get("reportedAt").stringValue()).isEqualTo("2026-11-20T03:01:00Z");
        assertThat(progress.get("questionsGenerated").intValue()).isEqualTo(12);
        assertThat(progress.get("totalCostUsd").doubleValue()).isEqualTo(0.25);
        assertThat(progress.get("questionsApproved").isNull()).isTrue();
        assertThat(progress.get("figures").propertyNames())
                .containsExactlyInAnyOrder("questions_generated", "total_cost_usd", "provider_metrics");
        assertThat(client.get("/" + id).json().get("questions_generated").intValue())
                .isZero();
    }

    @Test
    void anEarlierHeartbeatThatComesLaterChangesNothing() {
        beat("{'at': '2026-11-20T03:02:00Z', 'interval_seconds': 30, 'questions_generated': 20}");

        assertThat(beat("{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 30, 'questions_generated': 10}")
                        .status())
                .isEqualTo(204);

        assertThat(progress().get("questionsGenerated").intValue()).isEqualTo(20);
    }

    @Test
    void aRunThatHasEndedHasNoProgressAndTakesNone() {
        beat("{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 30}");
        record("success");

        assertThat(progress().isNull()).isTrue();
        assertThat(beat("{'at': '2026-11-20T03:02:00Z', 'interval_seconds': 30}")
                        .status())
                .isEqualTo(409);
        assertThat(progress().isNull()).isTrue();
    }

    @Test
    void aHeartbeatOfNoRunIsRefused() {
        id = UUID.randomUUID().toString();

        assertThat(beat("{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 30}")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'interval_seconds': 30} | at",
                "{'at': 'now', 'interval_seconds': 30} | at",
                "{'at': '2026-11-20T03:01:00Z'} | interval_seconds",
                "{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 0} | interval_seconds",
                "{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 1e300} | interval_seconds",
                "{'at': '2026-11-20T03:01:00Z', 'interval_seconds': 30, 'questions_generated': -1} | questions_generated"
            })
    void whatIsWrongIsNamed(String body, String field) {
        Answer answer = beat(body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("detail").get(0).get("loc").get(1).stringValue())
                .isEqualTo(field);
    }

    private void record(String status) {
        Answer answer = client.post(object("{'started_at': '2026-11-20T03:00:00Z', 'questions_requested': 50}")
                .put("status", status)
                .put("id", id));
        assertThat(answer.status()).isEqualTo(201);
    }

    private Answer beat(String body) {
        return client.send(
                client.request("/" + id + "/heartbeat").POST(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private JsonNode progress() {
        return new GraphQlClient(port)
                .ask(
                        "query($id: UUID!) { run(id: $id) { progress { reportedAt silentAt questionsGenerated"
                                + " questionsApproved totalCostUsd figures } } }",
                        Map.of("id", id))
                .data("run")
                .get("progress");
    }
}
