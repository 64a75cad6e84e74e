package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.delivery.RunLookup;
import dev.runledger.reporter.history.HistoryReader;
import dev.runledger.reporter.history.Importer;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.ReportedSummary;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.payload.SummaryProblem;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.RealServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The library against the server's own jar on a real PostgreSQL. */
class RealServerIT {

    private static final Path SUMMARIES = Path.of("src/test/resources/history/summaries.jsonl");

    private static final Set<String> STATUSES = Set.of("success", "partial_failure", "failed");

    @TempDir
    Path folder;

    private RealServer server;

    @BeforeEach
    void start() throws Exception {
        server = RealServer.orSkip();
    }

    @ParameterizedTest
    @EnumSource(Backend.Protocol.class)
    void everySummaryGoesThroughClientAndDatabaseAndComesBackByGraphQlValueForValue(Backend.Protocol protocol)
            throws Exception {
        Map<UUID, ObjectNode> sent = new HashMap<>();
        try (RunReporter reporter = RunReporter.with(settings(backend(protocol), Duration.ofMinutes(2)))) {
            for (String line : Files.readAllLines(SUMMARIES)) {
                ReportedSummary reported = ReportedSummary.of(Json.readSummary(line));
                UUID id = UUID.randomUUID();
                // The name is unique in the ledger: the same one by the other protocol would be the same run.
                RunContext context = reported.context()
                        .withId(id)
                        .withClientRunId(reported.context().clientRunId() + " by " + protocol);
                assertThat(reporter.report(Json.toMap(reported.summary()), reported.exitCode(), context))
                        .isEqualTo(id);
                sent.put(
                        id,
                        Payload.completion(
                                reported.summary(), reported.exitCode(), ExitCodes.QUESTION_SERVICE, context, null));
            }
        }
        assertThat(sent).hasSize(60);
        assertThat(spool().queue().names()).isEmpty();
        assertThat(spool().quarantine().contents()).isEmpty();
        for (Map.Entry<UUID, ObjectNode> entry : sent.entrySet()) {
            ObjectNode expected = entry.getValue();
            List<String> fields = expected.propertyNames().stream()
                    .map(RealServerIT::camelCase)
                    .toList();
            JsonNode stored = server.query(
                            "{ run(id: \"%s\") { %s } }".formatted(entry.getKey(), String.join(" ", fields)))
                    .get("run");
            expected.properties()
                    .forEach(field -> assertThat(value(stored.get(camelCase(field.getKey()))))
                            .as("%s of %s", field.getKey(), entry.getKey())
                            .isEqualTo(value(field.getValue())));
            assertThat(value(server.run(entry.getKey()).get("provider_metrics")))
                    .isEqualTo(value(expected.get("provider_metrics")));
        }
    }

    @Test
    void behindAFaultyNetworkEveryRunIsInTheLedgerOnceOrInQuarantineWithTheReason() throws Exception {
        Random random = new Random(4);
        Set<UUID> reported = new HashSet<>();
        int before = server.total();
        try (FaultProxy proxy = new FaultProxy(server.uri())) {
            Backend backend = new Backend(proxy.uri(), RealServer.KEY, Backend.Protocol.REST, Duration.ofSeconds(1));
            for (Mode mode : Mode.values()) {
                proxy.fail(mode);
                try (RunReporter reporter = RunReporter.with(settings(backend, Duration.ofSeconds(1)))) {
                    for (int i = 0; i <= random.nextInt(3); i++) {
                        try (RunHandle run = reporter.start(10, RunContext.NONE)) {
                            reported.add(run.id());
                            run.complete(Map.of("generation", Map.of("generated", 10)), 0);
                        }
                    }
                }
            }
            Set<String> quarantined = spool().quarantine().contents().keySet();
            assertThat(quarantined).as("401 and 422 were among the faults").isNotEmpty();
            assertThat(spool().quarantine().contents().values())
                    .allMatch(reason -> reason.status() == 401 || reason.status() == 422);

            proxy.fail(Mode.PASS);
            new Delivery(spool(), backend.connect()).deliverAll(Duration.ofMinutes(1));
            assertThat(spool().queue().names()).isEmpty();
            for (UUID id : reported) {
                boolean isRecorded = server.run(id).path("status").asString("").equals("success");
                boolean isQuarantined = quarantined.stream().anyMatch(name -> name.contains("completion-" + id));
                assertThat(isRecorded ^ isQuarantined).as("%s", id).isTrue();
            }

            spool().quarantine().requeue();
            new Delivery(spool(), backend.connect()).deliverAll(Duration.ofMinutes(1));
        }
        assertThat(spool().quarantine().contents()).isEmpty();
        assertThat(server.total() - before).isEqualTo(reported.size());
        for (UUID id : reported) {
            assertThat(server.run(id).path("status").asString("")).isEqualTo("success");
        }
    }

    @Test
    void aRunThatGoesOnBeatsWithItsFiguresSoFar() throws Exception {
        ReporterSettings beating =
                settings(backend(Backend.Protocol.REST), Duration.ofMinutes(1)).withHeartbeat(Duration.ofMillis(200));
        try (RunReporter reporter = RunReporter.with(beating);
                RunHandle run = reporter.start(50, RunContext.NONE)) {
            run.progress(Map.of("generation", Map.of("generated", 17), "evaluation", Map.of("evaluated", 12)));
            String query = "{ run(id: \"%s\") { progress { figures } } }".formatted(run.id());
            Await.until(
                    "the heartbeat has arrived",
                    () -> server.query(query)
                                    .at("/run/progress/figures/questions_generated")
                                    .intValue(0)
                            == 17);
            assertThat(server.query(query)
                            .at("/run/progress/figures/questions_evaluated")
                            .intValue())
                    .isEqualTo(12);
            run.complete(Map.of("generation", Map.of("generated", 50)), 0);
        }
        assertThat(spool().quarantine().contents()).isEmpty();
    }

    @Test
    void whatTheReporterWarnsOfIsStoredWithTheRun() throws Exception {
        UUID id;
        try (RunReporter reporter = RunReporter.with(settings(backend(Backend.Protocol.REST), Duration.ofMinutes(1)));
                RunHandle run = reporter.start(50, RunContext.NONE)) {
            id = run.id();
            run.complete(SummaryProblem.missing("there is no summary.json"), 0);
        }
        JsonNode stored = server.query("{ run(id: \"%s\") { status warnings { type message } } }".formatted(id))
                .get("run");
        assertThat(stored.at("/status").asString()).isEqualTo("SUCCESS");
        assertThat(stored.at("/warnings/0/type").asString()).isEqualTo("summary_missing");
    }

    @ParameterizedTest
    @EnumSource(Backend.Protocol.class)
    void exactFiguresReachTheServerWhateverItsVersion(Backend.Protocol protocol) throws Exception {
        UUID id;
        try (RunReporter reporter = RunReporter.with(settings(backend(protocol), Duration.ofMinutes(1)));
                RunHandle run = reporter.start(50, RunContext.NONE)) {
            id = run.id();
            run.count("provider", "openai", Map.of("generated", 10, "evaluated", 9, "approved", 7));
            run.count("model", "gpt-5.1", Map.of("generated", 10, "cost_usd", 0.2));
            run.metric("toxicity", 3, 49);
            run.complete(Map.of("generation", Map.of("generated", 10)), 0);
        }
        assertThat(spool().quarantine().contents()).isEmpty();
        assertThat(server.run(id).at("/provider_metrics/openai/approved").intValue())
                .isEqualTo(7);
    }

    @Test
    void theServerTakesTheReportOfARunThatDied() throws Exception {
        ObjectNode died = Payload.died(Payload.start("2026-11-23T03:00:00Z", 50, RunContext.NONE));
        try (RunReporter reporter = RunReporter.with(settings(backend(Backend.Protocol.REST), Duration.ofMinutes(1)))) {
            reporter.resume(Payload.id(died), RunContext.NONE).close();
        }
        assertThat(spool().quarantine().contents()).isEmpty();
        assertThat(server.run(Payload.id(died)).path("status").asString("")).isEqualTo("failed");
    }

    @Test
    void importingWhatWasReportedLiveAddsNothingAndSaysWhatIsTheSame() throws Exception {
        Map<String, Object> summary = Map.of(
                "execution",
                Map.of(
                        "start_time", "2025-03-01T03:00:00+00:00",
                        "end_time", "2025-03-01T03:05:00+00:00",
                        "duration_seconds", 300));
        Map<String, Object> later = Map.of(
                "execution",
                Map.of("start_time", "2025-03-02T03:00:00+00:00", "end_time", "2025-03-02T03:05:00+00:00"));
        UUID named;
        UUID nameless;
        try (RunReporter reporter = RunReporter.with(settings(backend(Backend.Protocol.REST), Duration.ofMinutes(1)))) {
            named = reporter.report(summary, 0, RunContext.NONE.withClientRunId("run-20250301-030000-abc123"));
            nameless = reporter.report(later, 0, RunContext.NONE.withEnvironment("production"));
        }
        Path history = Files.writeString(folder.resolve("success_runs.jsonl"), """
                {"timestamp": "2025-03-01T03:05:09+00:00", "run_id": "run-20250301-030000-abc123", "questions_generated": 5, "duration_seconds": 300}
                {"timestamp": "2025-03-02T03:05:03+00:00", "questions_generated": 5, "duration_seconds": 290}
                {"timestamp": "2025-03-02T03:09:00+00:00", "questions_generated": 7, "duration_seconds": 530}
                """);
        int before = server.total();

        assertThat(importOf(history).known()).extracting(Importer.Same::id).containsExactly(named, nameless);
        assertThat(server.total() - before).isEqualTo(1);
        Importer.Result again = importOf(history);
        assertThat(again.known())
                .hasSize(3)
                .allSatisfy(same -> assertThat(same.why()).isNotBlank());
        assertThat(server.total() - before).isEqualTo(1);
    }

    private Importer.Result importOf(Path file) throws Exception {
        HistoryReader reader = new HistoryReader();
        reader.read(file);
        Backend backend = backend(Backend.Protocol.REST);
        return new Importer(
                        backend.connect(),
                        new RunLookup(backend),
                        Duration.ofSeconds(30),
                        null,
                        ExitCodes.QUESTION_SERVICE)
                .run(reader.history(), progress -> {});
    }

    private static String camelCase(String field) {
        return Pattern.compile("_([a-z])")
                .matcher(field)
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    /** Numbers by value, times by instant, statuses by name. */
    private static Object value(JsonNode node) {
        if (node.isNumber()) {
            return node.decimalValue().stripTrailingZeros();
        }
        if (node.isString() && STATUSES.contains(node.asString().toLowerCase(Locale.ROOT))) {
            return node.asString().toLowerCase(Locale.ROOT);
        }
        if (node.isString() && node.asString().matches("\\d{4}-\\d\\d-\\d\\dT.*")) {
            return OffsetDateTime.parse(node.asString()).toInstant();
        }
        if (node.isObject()) {
            Map<String, Object> values = new HashMap<>();
            node.properties().forEach(member -> values.put(member.getKey(), value(member.getValue())));
            return values;
        }
        return node.isNull() || node.isMissingNode() ? List.of() : node;
    }

    private Backend backend(Backend.Protocol protocol) {
        return new Backend(server.uri(), RealServer.KEY, protocol, Duration.ofSeconds(30));
    }

    private ReporterSettings settings(Backend backend, Duration exitWait) {
        return new ReporterSettings(backend, folder, Bounds.DEFAULT, exitWait);
    }

    private Spool spool() throws Exception {
        return Spool.open(folder, Bounds.DEFAULT, Clock.systemUTC());
    }
}
