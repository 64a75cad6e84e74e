package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.Dropped;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.Child;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.Ledger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReporterTests {

    private static final RunContext NIGHTLY = RunContext.NONE.withEnvironment("production");
    private static final Map<String, Object> SUMMARY = Map.of(
            "generation", Map.of("requested", 50, "generated", 48), "overall", Map.of("questions_final_output", 30));

    @TempDir
    Path folder;

    private Ledger ledger;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws Exception {
        ledger = new Ledger();
        proxy = new FaultProxy(ledger.uri());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        ledger.close();
    }

    @Test
    void aRunIsReportedWhileItGoesOnAndWhenItEnds() throws Exception {
        try (RunReporter reporter = reporter()) {
            RunHandle run = reporter.start(50, NIGHTLY);
            Await.until("the start has arrived", () -> ledger.runs().containsKey(run.id()));
            assertThat(ledger.runs().get(run.id()).get("status").asString()).isEqualTo("running");

            assertThat(run.complete(SUMMARY, 3)).isTrue();
            Await.until("the end has arrived", () -> ledger.posts() == 2);
            assertThat(ledger.runs().get(run.id()).get("status").asString()).isEqualTo("partial_failure");
            assertThat(ledger.runs().get(run.id()).get("questions_generated").intValue())
                    .isEqualTo(48);
            assertThat(ledger.runs().get(run.id()).get("environment").asString())
                    .isEqualTo("production");
            assertThat(ledger.runs().get(run.id()).get("duration_seconds").isNumber())
                    .isTrue();
        }
        assertThat(spool().openRuns().count()).isZero();
    }

    @Test
    void aHandleThatIsClosedWithoutAnEndReportsAFailedRun() throws Exception {
        UUID id;
        try (RunReporter reporter = reporter()) {
            try (RunHandle run = reporter.start(50, NIGHTLY)) {
                id = run.id();
            }
        }
        assertThat(ledger.runs().get(id).get("status").asString()).isEqualTo("failed");
        assertThat(ledger.runs().get(id).get("questions_requested").intValue()).isEqualTo(50);
        assertThat(ledger.runs()
                        .get(id)
                        .at("/error_summary/by_category/not_completed")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void aRunEndsOnce() throws Exception {
        try (RunReporter reporter = reporter();
                RunHandle run = reporter.start(50, NIGHTLY)) {
            run.complete(SUMMARY, 0);
            run.fail(new IllegalStateException("too late"));
        }
        assertThat(ledger.posts()).isEqualTo(2);
        assertThat(spool().quarantine().contents()).isEmpty();
    }

    @Test
    void theSameClientRunIdIsTheSameRun() throws Exception {
        try (RunReporter reporter = reporter()) {
            RunContext named = NIGHTLY.withClientRunId("run-20260329-143022-abc123");
            assertThat(reporter.report(SUMMARY, 0, named))
                    .isEqualTo(reporter.start(50, named).id());
        }
    }

    @Test
    void reportingDoesNotWaitForTheNetwork() throws Exception {
        proxy.fail(Mode.HANG);
        try (RunReporter reporter = reporter(Duration.ofMinutes(10), Duration.ZERO)) {
            assertThat(reporter.report(SUMMARY, 0, NIGHTLY)).isNotNull();
            Await.until("the server holds the first report", () -> proxy.requests() == 1);

            assertThat(reporter.report(SUMMARY, 0, NIGHTLY)).isNotNull();

            assertThat(proxy.requests()).as("the first report is still held").isEqualTo(1);
            assertThat(spool().queue().names()).hasSize(2);
        }
    }

    @Test
    void whatOneProcessCouldNotDeliverTheNextOneDoes() throws Exception {
        proxy.fail(Mode.REFUSE);
        UUID first;
        try (RunReporter reporter = reporter()) {
            first = reporter.report(SUMMARY, 0, NIGHTLY);
        }
        assertThat(ledger.runs()).isEmpty();

        proxy.fail(Mode.PASS);
        UUID second;
        try (RunReporter reporter = reporter()) {
            second = reporter.report(SUMMARY, 0, NIGHTLY);
        }
        assertThat(ledger.runs()).containsOnlyKeys(first, second);
    }

    /** A pipeline that reports its start and dies. */
    static final class DyingPipeline {
        public static void main(String[] arguments) {
            Map<String, String> environment = new HashMap<>();
            environment.put("BACKEND_API_URL", arguments[0]);
            environment.put("BACKEND_SERVICE_KEY", Ledger.KEY);
            environment.put("RUNLEDGER_SPOOL_DIR", arguments[1]);
            RunReporter reporter = RunReporter.with(ReporterSettings.fromEnvironment(environment));
            System.out.println(reporter.start(50, NIGHTLY).id());
            Runtime.getRuntime().halt(1);
        }
    }

    @Test
    void aPipelineThatDiedIsReportedAsFailedByTheNextStart() throws Exception {
        UUID dead;
        try (Child child = Child.start(DyingPipeline.class, proxy.uri().toString(), folder.toString())) {
            dead = UUID.fromString(child.readLine());
            child.await();
        }
        try (RunReporter reporter = reporter();
                RunHandle next = reporter.start(50, NIGHTLY)) {
            Await.until(
                    "the dead run is reported",
                    () -> ledger.runs().containsKey(dead)
                            && ledger.runs().get(dead).get("status").asString().equals("failed"));
            next.complete(SUMMARY, 0);
        }
        assertThat(ledger.runs()
                        .get(dead)
                        .at("/error_summary/by_category/process_died")
                        .intValue())
                .isEqualTo(1);
        assertThat(ledger.runs()).hasSize(2);
    }

    @Test
    void aStartWithoutAProcessIsCompletedByAnother() throws Exception {
        UUID id;
        try (RunReporter reporter = reporter()) {
            id = reporter.startDetached(20, NIGHTLY, Duration.ofHours(24));
        }
        try (RunReporter reporter = reporter();
                RunHandle run = reporter.resume(id, RunContext.NONE.withPromptVersion("v2"))) {
            run.complete(0);
        }
        assertThat(ledger.runs()).containsOnlyKeys(id);
        assertThat(ledger.runs().get(id).get("status").asString()).isEqualTo("success");
        assertThat(ledger.runs().get(id).get("questions_requested").intValue()).isEqualTo(20);
        assertThat(ledger.runs().get(id).get("environment").asString()).isEqualTo("production");
        assertThat(ledger.runs().get(id).get("prompt_version").asString()).isEqualTo("v2");
        assertThat(spool().openRuns().count()).isZero();
    }

    @Test
    void whenThereIsNowhereToWriteTheReportIsDeliveredDirectly() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        UUID id = UUID.randomUUID();
        try (RunReporter reporter = RunReporter.with(
                settings(Duration.ofSeconds(5), Duration.ofSeconds(30)).withSpool(file.resolve("spool")))) {
            assertThat(reporter.report(SUMMARY, 0, NIGHTLY.withId(id)))
                    .as("it is not safe")
                    .isNull();
        }
        assertThat(ledger.runs()).containsOnlyKeys(id);
    }

    @Test
    void noExceptionLeavesTheReporter() throws Exception {
        Map<String, Object> endless = new HashMap<>();
        endless.put("generation", Map.of("by_type", endless));
        Object unserialisable = new Object() {
            @SuppressWarnings("unused")
            public String getTrouble() {
                throw new IllegalStateException("on purpose");
            }
        };
        try (RunReporter reporter = reporter()) {
            assertThat(reporter.report(endless, 0, NIGHTLY)).isNotNull();
            assertThat(reporter.report(Map.of("generation", unserialisable), 0, NIGHTLY))
                    .isNotNull();
            try (RunHandle run = reporter.start(1, NIGHTLY)) {
                assertThat(run.complete(endless, 0)).isTrue();
            }
            reporter.close();
            assertThat(reporter.report(SUMMARY, 0, NIGHTLY))
                    .as("kept for the next reporter")
                    .isNotNull();
        }
    }

    @Test
    void nothingIsReportedWhenReportingIsSwitchedOffOrNotConfigured() throws Exception {
        Map<String, String> configured = Map.of(
                "BACKEND_API_URL", proxy.uri().toString(),
                "BACKEND_SERVICE_KEY", Ledger.KEY,
                "RUNLEDGER_SPOOL_DIR", folder.resolve("spool").toString());
        for (String missing : List.of("BACKEND_API_URL", "BACKEND_SERVICE_KEY", "ENABLE_RUN_REPORTING")) {
            Map<String, String> environment = new HashMap<>(configured);
            environment.put(missing, missing.equals("ENABLE_RUN_REPORTING") ? "False" : "");
            try (RunReporter reporter = RunReporter.with(ReporterSettings.fromEnvironment(environment));
                    RunHandle run = reporter.start(1, NIGHTLY)) {
                assertThat(run.complete(SUMMARY, 0)).isFalse();
            }
        }
        assertThat(folder.resolve("spool")).doesNotExist();
        assertThat(proxy.requests()).isZero();
    }

    @Test
    void theSettingsAreThoseOfDeployedReporters() {
        ReporterSettings settings = ReporterSettings.fromEnvironment(Map.of(
                "BACKEND_API_URL", "https://runledger.example/",
                "BACKEND_SERVICE_KEY", " ",
                "QS_API_KEY", "secret",
                "RUNLEDGER_TRANSPORT", "graphql",
                "RUNLEDGER_SPOOL_DIR", "/var/spool/runledger",
                "RUNLEDGER_SPOOL_MAX_FILES", "7",
                "RUNLEDGER_SPOOL_MAX_BYTES", "many"));
        assertThat(settings.backend().url()).hasToString("https://runledger.example");
        assertThat(settings.backend().serviceKey()).isEqualTo("secret");
        assertThat(settings.backend().protocol()).isEqualTo(Backend.Protocol.GRAPHQL);
        assertThat(settings.spool()).isEqualTo(Path.of("/var/spool/runledger"));
        assertThat(settings.bounds()).isEqualTo(new Bounds(7, Bounds.DEFAULT.maxBytes()));
        assertThat(settings.toString()).doesNotContain("secret");
    }

    @Test
    void aRunWhoseStartWasDroppedIsStillWatched() throws Exception {
        proxy.fail(Mode.REFUSE);
        Bounds one = new Bounds(1, 1 << 20);
        try (RunReporter reporter = RunReporter.with(
                settings(Duration.ofSeconds(5), Duration.ofSeconds(5)).withBounds(one))) {
            reporter.report(SUMMARY, 0, NIGHTLY);
            RunHandle run = reporter.start(1, NIGHTLY);
            assertThat(spool().queue().names()).extracting(ReportName::kind).containsExactly(Kind.COMPLETION);
            assertThat(spool().openRuns().count()).isEqualTo(1);
            run.close();
        }
    }

    @Test
    void aFullSpoolNeverTurnsAGoodRunIntoAFailedOne() throws Exception {
        proxy.fail(Mode.REFUSE);
        UUID kept;
        UUID lost;
        try (RunReporter reporter = reporterWithRoomForOne()) {
            kept = reporter.report(SUMMARY, 0, NIGHTLY);
            RunHandle run = reporter.start(50, NIGHTLY);
            lost = run.id();
            assertThat(run.complete(SUMMARY, 0)).as("it is not safe").isFalse();
            assertThat(spool().openRuns().count()).isZero();
        }
        assertThat(spool().dropped()).isEqualTo(new Dropped(1, 1, 0));

        proxy.fail(Mode.PASS);
        reporter().close();
        try (RunReporter next = reporter()) {
            next.report(SUMMARY, 0, NIGHTLY);
        }
        assertThat(ledger.runs()).containsKey(kept).doesNotContainKey(lost).hasSize(2);
    }

    @Test
    void reportsThatAreNeverTakenDoNotKeepAShortPipelineFromDelivering() throws Exception {
        List<UUID> poisoned = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Report report = Report.of(
                    Kind.COMPLETION,
                    Instant.now(),
                    Payload.died(Payload.start("2026-11-23T03:00:00Z", 50, RunContext.NONE)));
            spool().queue().add(report);
            poisoned.add(report.runId());
        }
        proxy.poison(Mode.ANSWER_500, poisoned.stream().map(UUID::toString).toArray(String[]::new));
        UUID healthy;
        try (RunReporter reporter = reporter()) {
            healthy = reporter.report(SUMMARY, 0, NIGHTLY);
        }
        assertThat(ledger.runs()).containsOnlyKeys(healthy);
        assertThat(spool().queue().names()).hasSize(7);
    }

    @Test
    void aCompletionWithoutRoomIsDeliveredDirectlyThoughOthersWait() throws Exception {
        UUID waiting = UUID.randomUUID();
        proxy.poison(Mode.ANSWER_503, waiting.toString());
        UUID direct;
        try (RunReporter reporter = reporterWithRoomForOne()) {
            reporter.report(SUMMARY, 0, NIGHTLY.withId(waiting));
            Await.until("the server is away for the first", () -> proxy.requests() > 0);
            RunHandle run = reporter.start(50, NIGHTLY);
            direct = run.id();
            assertThat(run.complete(SUMMARY, 0)).isFalse();
        }
        assertThat(ledger.runs()).containsOnlyKeys(direct);
        assertThat(ledger.runs().get(direct).get("status").asString()).isEqualTo("success");
        assertThat(spool().dropped()).as("only the start").isEqualTo(new Dropped(1, 0, 0));
        assertThat(spool().openRuns().count()).isZero();
    }

    @Test
    void aCompletionThatCannotBeWrittenIsDeliveredDirectlyAndTakesItsOpenFileAlong() throws Exception {
        UUID id;
        try (RunReporter reporter = reporter()) {
            RunHandle run = reporter.start(50, NIGHTLY);
            id = run.id();
            Await.until("the start has arrived", () -> ledger.posts() == 1);
            Files.move(folder.resolve("queue"), folder.resolve("elsewhere"));
            Files.writeString(folder.resolve("queue"), "in the way");
            assertThat(run.complete(SUMMARY, 0)).isFalse();
        }
        assertThat(ledger.runs().get(id).get("status").asString()).isEqualTo("success");
        assertThat(folder.resolve("open")).isEmptyDirectory();
    }

    @Test
    void aSummaryThatCannotBeReadCostsTheFiguresButNotTheEnd() throws Exception {
        Map<String, Object> endless = new HashMap<>();
        endless.put("generation", Map.of("by_type", endless));
        UUID id;
        try (RunReporter reporter = reporter();
                RunHandle run = reporter.start(50, NIGHTLY)) {
            id = run.id();
            assertThat(run.complete(endless, 0)).isTrue();
        }
        assertThat(spool().openRuns().count()).isZero();
        assertThat(ledger.runs().get(id).get("status").asString()).isEqualTo("success");
        assertThat(ledger.runs().get(id).at("/warnings/0/type").asString()).isEqualTo("summary_unreadable");
        assertThat(ledger.runs()
                        .get(id)
                        .at("/error_summary/by_category/summary_unreadable")
                        .intValue())
                .isEqualTo(1);
        assertThat(ledger.runs().get(id).get("questions_requested").intValue())
                .as("what is not known is not 0 of 50")
                .isZero();
    }

    private RunReporter reporterWithRoomForOne() {
        return RunReporter.with(
                settings(Duration.ofSeconds(5), Duration.ofSeconds(5)).withBounds(new Bounds(1, 1 << 20)));
    }

    private RunReporter reporter() {
        return reporter(Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    private RunReporter reporter(Duration timeout, Duration exitWait) {
        return RunReporter.with(settings(timeout, exitWait));
    }

    private ReporterSettings settings(Duration timeout, Duration exitWait) {
        return new ReporterSettings(
                new Backend(proxy.uri(), Ledger.KEY, Backend.Protocol.REST, timeout), folder, Bounds.DEFAULT, exitWait);
    }

    private Spool spool() throws Exception {
        return Spool.open(folder, Bounds.DEFAULT, Clock.systemUTC());
    }
}
