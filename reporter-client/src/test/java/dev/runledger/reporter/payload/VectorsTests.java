package dev.runledger.reporter.payload;

import static dev.runledger.reporter.testing.Vectors.assertSameJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runledger.reporter.testing.Vectors;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class VectorsTests {

    @ParameterizedTest
    @MethodSource("completions")
    void aSummaryBecomesThePayloadThatDeployedReportersSend(ObjectNode vector) {
        JsonNode arguments = vector.get("arguments");
        JsonNode exitCode = arguments.path("exit_code");
        ObjectNode payload = Payload.completion(
                (ObjectNode) vector.get("summary"),
                exitCode.isNumber() ? exitCode.intValue() : null,
                ExitCodes.QUESTION_SERVICE,
                context(arguments),
                text(arguments, "reported_at"));
        assertSameJson(payload, vector.get("payload"));
    }

    @ParameterizedTest
    @MethodSource("starts")
    void aStartSaysWhatIsKnown(ObjectNode vector) {
        JsonNode arguments = vector.get("arguments");
        ObjectNode payload = Payload.start(
                arguments.get("started_at").asString(),
                arguments.path("questions_requested").asInt(0),
                context(arguments));
        assertSameJson(payload, vector.get("payload"));
    }

    @ParameterizedTest
    @MethodSource("dead")
    void aRunThatDiedIsReportedFromItsStartAlone(ObjectNode vector) {
        assertSameJson(Payload.died((ObjectNode) vector.get("start")), vector.get("payload"));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void aClientRunIdNamesOneRun(ObjectNode vector) {
        assertThat(RunIds.ofClientRunId(vector.get("name").asString()))
                .hasToString(vector.get("id").asString());
    }

    @ParameterizedTest
    @MethodSource("exitCodes")
    void anExitCodeMeansWhatTheMappingSays(ObjectNode vector) {
        String mapping = vector.get("mapping").asString();
        if (vector.has("error")) {
            assertThatThrownBy(() -> ExitCodes.of(mapping)).isInstanceOf(IllegalArgumentException.class);
            return;
        }
        JsonNode exitCode = vector.get("exit_code");
        assertThat(ExitCodes.of(mapping)
                        .status(
                                exitCode.isNull() ? null : exitCode.intValue(),
                                vector.get("inserted").intValue(),
                                vector.get("requested").intValue()))
                .isEqualTo(vector.get("status").asString());
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void whatThePipelineCountsIsSentExactly(ObjectNode vector) {
        Outcomes outcomes = new Outcomes();
        vector.get("calls")
                .forEach(call -> outcomes.count(
                        call.get(0).asString(), call.get(1).asString(), numbers((ObjectNode) call.get(2))));
        vector.path("metrics").forEach(metric -> {
            if (metric.get(2).isNull()) {
                outcomes.metric(metric.get(0).asString(), metric.get(1).numberValue());
            } else {
                outcomes.metric(
                        metric.get(0).asString(),
                        metric.get(1).numberValue(),
                        metric.get(2).numberValue());
            }
        });
        ObjectNode summary = vector.get("summary") instanceof ObjectNode given ? given : Json.object();
        RunContext context = RunContext.NONE.withId(UUID.randomUUID());
        ObjectNode plain = Payload.completion(summary, 0, ExitCodes.PLAIN, context, null);

        assertSameJson(outcomes.addTo(plain.deepCopy()), plain.deepCopy().setAll((ObjectNode) vector.get("payload")));
    }

    private static Map<String, Number> numbers(ObjectNode json) {
        return json.properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, member -> member.getValue().numberValue()));
    }

    @Test
    void whatJsonCannotSayIsMissing() {
        ObjectNode summary = Json.readSummary("""
                {"execution": {"start_time": "2026-11-23T08:00:00Z"}, "generation": {"requested": NaN, "by_type": {"a": Infinity}},
                 "evaluation": {"average_score": NaN, "min_score": -Infinity}}""");
        ObjectNode payload = Payload.completion(summary, 0, ExitCodes.QUESTION_SERVICE, RunContext.NONE, null);
        assertThat(payload.get("questions_requested").intValue()).isZero();
        assertThat(payload.get("avg_arbiter_score").isNull()).isTrue();
        assertThat(payload.get("min_arbiter_score").isNull()).isTrue();
        assertThat(payload.get("type_metrics").get("a").isNull()).isTrue();
    }

    private static RunContext context(JsonNode arguments) {
        String id = text(arguments, "id");
        JsonNode threshold = arguments.path("min_arbiter_score_threshold");
        return RunContext.NONE
                .withId(id == null ? null : UUID.fromString(id))
                .withClientRunId(text(arguments, "client_run_id"))
                .withEnvironment(text(arguments, "environment"))
                .withTriggeredBy(text(arguments, "triggered_by"))
                .withPromptVersion(text(arguments, "prompt_version"))
                .withArbiterConfigVersion(text(arguments, "arbiter_config_version"))
                .withMinArbiterScoreThreshold(threshold.isNumber() ? threshold.doubleValue() : null);
    }

    private static @Nullable String text(JsonNode arguments, String name) {
        return arguments.path(name).isString() ? arguments.get(name).asString() : null;
    }

    static Stream<Named<ObjectNode>> completions() {
        return Stream.concat(Vectors.of("completion-samples.json"), Vectors.of("completion-edge-cases.json"));
    }

    static Stream<Named<ObjectNode>> starts() {
        return Vectors.of("start.json");
    }

    static Stream<Named<ObjectNode>> dead() {
        return Vectors.of("died.json");
    }

    static Stream<Named<ObjectNode>> exitCodes() {
        return Vectors.of("exit-codes.json");
    }

    static Stream<Named<ObjectNode>> outcomes() {
        return Vectors.of("outcomes.json");
    }

    static Stream<Named<ObjectNode>> ids() {
        return Vectors.of("ids.json");
    }
}
