package dev.runledger.reporter.delivery;

import static dev.runledger.reporter.testing.Vectors.assertSameJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.testing.Vectors;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class AnswerVectorsTests {

    @ParameterizedTest
    @MethodSource("answers")
    void onlyWhatRunledgerItselfRefusesIsRefused(ObjectNode vector) {
        String retryAfter = vector.path("retry_after").asString("");
        HttpExchange.Response response = new HttpExchange.Response(
                vector.get("status").intValue(),
                retryAfter.isEmpty() ? null : HttpExchange.retryAfter(retryAfter, Instant.EPOCH),
                vector.get("body").asString());

        Answer answer = vector.get("transport").asString().equals("rest")
                ? RestTransport.answer(response)
                : GraphQlTransport.answer(response);

        assertSameJson(json(answer), vector.retain(List.of("outcome", "refused_as", "wait")));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aServerAndItsKeyHaveTheSameShortNameForEveryClient(ObjectNode vector) {
        Backend backend = new Backend(
                URI.create(vector.get("url").asString()),
                vector.get("key").asString(),
                Backend.Protocol.REST,
                Backend.DEFAULT_TIMEOUT);
        assertThat(backend.fingerprint()).isEqualTo(vector.get("backend").asString());
    }

    private static ObjectNode json(Answer answer) {
        ObjectNode json = Json.object().putNull("refused_as").putNull("wait");
        if (answer instanceof Answer.Refused refused) {
            return json.put("outcome", "refused")
                    .put("refused_as", refused.reason().status());
        }
        if (answer instanceof Answer.NotNow notNow) {
            json.put("outcome", notNow.serverIsAway() ? "away" : "failed");
            return notNow.retryAfter() == null
                    ? json
                    : json.put("wait", notNow.retryAfter().toSeconds());
        }
        return json.put("outcome", "recorded");
    }

    static Stream<Named<ObjectNode>> answers() {
        return Vectors.of("answers.json");
    }

    static Stream<Named<ObjectNode>> backends() {
        return Vectors.of("backends.json");
    }
}
