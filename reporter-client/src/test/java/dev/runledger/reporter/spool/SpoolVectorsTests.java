package dev.runledger.reporter.spool;

import static dev.runledger.reporter.testing.Vectors.assertSameJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.testing.Vectors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SpoolVectorsTests {

    private static final Duration LONGEST = Duration.ofMinutes(5);

    @ParameterizedTest
    @MethodSource("names")
    void aNameSaysWhatAReportIs(ObjectNode vector) {
        ReportName name = ReportName.parse(vector.get("name").asString());
        JsonNode report = vector.get("report");
        if (report.isNull()) {
            assertThat(name).isNull();
        } else {
            assertThat(name).hasToString(vector.get("name").asString());
            assertSameJson(
                    Json.object()
                            .put("kind", name.kind().word())
                            .put("run_id", name.runId().toString())
                            .put("bytes", name.bytes()),
                    report);
        }
    }

    @ParameterizedTest
    @MethodSource("retries")
    void aReportThatFailsIsTriedAgainByItself(ObjectNode vector) {
        JsonNode before = vector.get("retry");
        Retry retry = before.isNull() ? null : Retry.read(Json.write(before));
        Instant now = Instant.parse(vector.get("now").asString());
        boolean failed = vector.get("outcome").asString().equals("failed");
        boolean recorded = vector.get("recorded").booleanValue();
        double random = vector.get("random").doubleValue();

        boolean givenUp = retry != null && retry.isGivenUp(now) && (failed || recorded);
        assertThat(givenUp).isEqualTo(vector.get("quarantine").booleanValue());
        if (!givenUp) {
            Retry after = Retry.after(
                    retry,
                    now,
                    attempts -> wait(attempts, random),
                    failed,
                    recorded,
                    vector.get("error").asString());
            assertSameJson(after.toJson(), vector.get("after"));
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void theSpoolIsWhereTheOtherLanguagesHaveIt(ObjectNode vector) {
        Map<String, String> environment = new HashMap<>();
        vector.get("environment")
                .properties()
                .forEach(entry ->
                        environment.put(entry.getKey(), entry.getValue().asString()));
        List<Path> folders = vector.get("exist")
                .valueStream()
                .map(folder -> Path.of(folder.asString()))
                .toList();
        assertThat(SpoolPlace.of(environment, () -> vector.get("uid").longValue(), folders::contains))
                .hasToString(vector.get("place").asString());
    }

    private static Duration wait(int attempts, double random) {
        double doubled = Math.min(Math.pow(2, attempts - 1) * 1_000, LONGEST.toMillis());
        return Duration.ofMillis((long) (doubled * (0.5 + random / 2)));
    }

    static Stream<Named<ObjectNode>> names() {
        return Vectors.of("spool-names.json");
    }

    static Stream<Named<ObjectNode>> places() {
        return Vectors.of("spool-places.json");
    }

    static Stream<Named<ObjectNode>> retries() {
        return Vectors.of("retries.json");
    }
}
