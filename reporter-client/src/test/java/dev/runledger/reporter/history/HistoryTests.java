package dev.runledger.reporter.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.RunIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class HistoryTests {

    private static final Path SAMPLES = Path.of("src/test/resources/history");

    @TempDir
    Path folder;

    @Test
    void aServiceLogHoldsEachRunOnce() throws Exception {
        History history = read(SAMPLES.resolve("service.log"));

        assertThat(history.runs()).hasSize(60);
        assertThat(history.skipped()).isEmpty();
        assertThat(history.otherLines()).isEqualTo(60);
    }

    @Test
    void allFilesTogetherTellOfTheSameSixtyRuns() throws Exception {
        History history = read(
                SAMPLES.resolve("success_runs.jsonl"),
                SAMPLES.resolve("heartbeat.json"),
                SAMPLES.resolve("service.log"),
                SAMPLES.resolve("summaries.jsonl"));

        assertThat(history.runs()).hasSize(60).allMatch(run -> run.summary() != null);
        assertThat(history.skipped()).isEmpty();
    }

    @Test
    void heartbeatsAndTheSuccessRunOfOneRunAreOneReportWithWhatIsUnknownLeftOut() throws Exception {
        ObjectNode payload = onlyPayload(
                "2025-12-06T07:48:00.713297+00:00 INFO run_generation Question Generation Script Starting",
                "HEARTBEAT: {\"timestamp\": \"2025-12-06T07:38:00.113297+00:00\", \"status\": \"started\", \"hostname\": \"qs-1\"}",
                "SUCCESS_RUN: {\"timestamp\": \"2025-12-06T07:48:00.713297+00:00\", \"questions_generated\": 98, \"questions_inserted\": 52,"
                        + " \"duration_seconds\": 600.6, \"approval_rate\": 56.70103092783505, \"providers_used\": [\"anthropic\", \"google\"]}",
                "HEARTBEAT: {\"timestamp\": \"2025-12-06T07:48:00.713297+00:00\", \"status\": \"completed\", \"hostname\": \"qs-1\","
                        + " \"exit_code\": 0, \"stats\": {\"questions_generated\": 98, \"questions_inserted\": 52}}");

        assertThat(payload).isEqualTo(Json.readSummary("""
                        {"id": "%s", "started_at": "2025-12-06T07:38:00.113297Z", "questions_requested": 0, "status": "success",
                         "completed_at": "2025-12-06T07:48:00.713297Z", "duration_seconds": 600.6, "exit_code": 0,
                         "questions_generated": 98, "questions_inserted": 52, "approval_rate": 0.5670103092783505,
                         "provider_metrics": {"anthropic": {}, "google": {}}, "triggered_by": "import"}""".formatted(
                        RunIds.ofHistory(Instant.parse("2025-12-06T07:48:00.713297Z")))));
    }

    @Test
    void aSuccessRunAloneBeganItsDurationBeforeItEnded() throws Exception {
        ObjectNode payload = onlyPayload(
                "{\"timestamp\": \"2025-12-06T07:48:00.713297\", \"questions_generated\": 98, \"duration_seconds\": 600.6}");

        assertThat(payload.get("started_at").asString()).isEqualTo("2025-12-06T07:38:00.113297Z");
        assertThat(payload.get("status").asString()).isEqualTo("success");
        assertThat(payload.has("questions_inserted")).isFalse();
    }

    @Test
    void theExitCodeOfAFailedHeartbeatDecidesOverItsStatus() throws Exception {
        String started = "HEARTBEAT: {\"timestamp\": \"2026-01-01T00:00:00Z\", \"status\": \"started\"}";
        String failed = "HEARTBEAT: {\"timestamp\": \"2026-01-01T00:10:00Z\", \"status\": \"failed\"%s}";
        assertThat(onlyPayload(started, failed.formatted(", \"exit_code\": 3"))
                        .get("status")
                        .asString())
                .isEqualTo("partial_failure");
        assertThat(onlyPayload(started, failed.formatted("")).get("status").asString())
                .isEqualTo("failed");
    }

    @Test
    void aRunThatTheNextOneFollowsWithoutAnEndHasDied() throws Exception {
        History history = read(
                "HEARTBEAT: {\"timestamp\": \"2026-01-01T00:00:00Z\", \"status\": \"started\", \"hostname\": \"a\"}",
                "HEARTBEAT: {\"timestamp\": \"2026-01-01T00:05:00Z\", \"status\": \"started\", \"hostname\": \"b\"}",
                "HEARTBEAT: {\"timestamp\": \"2026-01-02T00:00:00Z\", \"status\": \"started\", \"hostname\": \"a\"}",
                "HEARTBEAT: {\"timestamp\": \"2026-01-02T00:10:00Z\", \"status\": \"completed\", \"hostname\": \"a\"}");

        assertThat(history.runs()).hasSize(2);
        ObjectNode died = history.runs().get(0).payload(null, ExitCodes.QUESTION_SERVICE);
        assertThat(died.get("status").asString()).isEqualTo("failed");
        assertThat(died.has("completed_at")).isFalse();
        assertThat(died.at("/error_summary/by_category/process_died").intValue())
                .isEqualTo(1);
        assertThat(history.skipped())
                .singleElement()
                .satisfies(skipped -> assertThat(skipped.where()).isEqualTo("history.log:2"));
    }

    @Test
    void whatCannotBeUsedIsSkippedWithAReason() throws Exception {
        History history = read(
                "SUCCESS_RUN: {\"timestamp\": \"2025-12-06T07:48:0",
                "HEARTBEAT: {\"timestamp\": \"yesterday\", \"status\": \"completed\"}",
                "HEARTBEAT: {\"timestamp\": \"2026-01-01T00:00:00Z\", \"status\": \"completed\"}",
                "{\"something\": \"else\"}",
                "{\"summary\": {\"generation\": {\"requested\": 5}}}");

        assertThat(history.runs()).isEmpty();
        assertThat(history.skipped())
                .extracting(History.Skipped::why)
                .containsExactlyInAnyOrder(
                        "cut off: no JSON after the mark",
                        "Text 'yesterday' could not be parsed at index 0",
                        "nothing says when this run began",
                        "neither a summary, a heartbeat nor a success run",
                        "a summary that does not say when");
    }

    @Test
    void aSummaryKeepsItsNumbersAndIsMarkedAsImported() throws Exception {
        String first = Files.readAllLines(SAMPLES.resolve("summaries.jsonl")).get(0);
        ObjectNode payload = onlyPayload(first);
        assertThat(payload.get("triggered_by").asString()).isEqualTo("import:scheduler");
        assertThat(payload.get("environment").asString()).isEqualTo("production");
        assertThat(payload.get("questions_evaluated").intValue()).isEqualTo(8);
        assertThat(payload.get("id").asString())
                .isEqualTo(RunIds.ofClientRunId("run-20251124-075400-6763df").toString());
    }

    @Test
    void newerFilesNameTheRunAsItsLiveReporterDoesAndSayWhatWasAskedOfIt() throws Exception {
        ObjectNode payload = onlyPayload(
                "HEARTBEAT: {\"timestamp\": \"2026-05-23T05:55:00+00:00\", \"status\": \"started\", \"hostname\": \"qs-1\", \"target_questions\": 50}",
                "{\"timestamp\": \"2026-05-23T05:59:22+00:00\", \"run_id\": \"run-20260523-055500-f14c20\", \"questions_generated\": 46,"
                        + " \"questions_inserted\": 24, \"duration_seconds\": 261.25}",
                "HEARTBEAT: {\"timestamp\": \"2026-05-23T05:59:23+00:00\", \"status\": \"completed\", \"hostname\": \"qs-1\", \"exit_code\": 0}");
        assertThat(payload.get("client_run_id").asString()).isEqualTo("run-20260523-055500-f14c20");
        assertThat(payload.get("id").asString())
                .isEqualTo(RunIds.ofClientRunId("run-20260523-055500-f14c20").toString());
        assertThat(payload.get("questions_requested").intValue()).isEqualTo(50);
        assertThat(payload.get("questions_inserted").intValue()).isEqualTo(24);
    }

    @Test
    void linesOfOneNameAreOneRunAndOfTwoNamesTwoWhateverTheirTimes() throws Exception {
        String line =
                "{\"timestamp\": \"2026-05-23T05:59:%s+00:00\", \"run_id\": \"%s\", \"questions_generated\": 46, \"duration_seconds\": 100}";
        assertThat(read(line.formatted("10", "a"), line.formatted("40", "a")).runs())
                .hasSize(1);
        assertThat(read(line.formatted("10", "a"), line.formatted("10", "b")).runs())
                .hasSize(2);
    }

    @Test
    void theSameFilesGiveTheSameIds() throws Exception {
        Path log = SAMPLES.resolve("service.log");
        assertThat(ids(read(log))).isEqualTo(ids(read(log))).doesNotHaveDuplicates();
    }

    private static List<String> ids(History history) {
        return history.runs().stream()
                .map(run ->
                        run.payload(null, ExitCodes.QUESTION_SERVICE).get("id").asString())
                .toList();
    }

    private ObjectNode onlyPayload(String... lines) throws Exception {
        List<PastRun> runs = read(lines).runs();
        assertThat(runs).hasSize(1);
        return Json.read(Json.write(runs.get(0).payload(null, ExitCodes.QUESTION_SERVICE)));
    }

    private History read(String... lines) throws Exception {
        return read(Files.write(folder.resolve("history.log"), List.of(lines)));
    }

    private static History read(Path... files) throws Exception {
        HistoryReader reader = new HistoryReader();
        for (Path file : files) {
            reader.read(file);
        }
        return reader.history();
    }
}
