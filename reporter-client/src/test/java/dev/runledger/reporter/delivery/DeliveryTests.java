package dev.runledger.reporter.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Reason;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.Await;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.Ledger;
import dev.runledger.reporter.testing.SettableClock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeliveryTests {

    private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
    private static final Duration PLENTY = Duration.ofSeconds(60);
    private static final Answer.NotNow FAILED = new Answer.NotNow("HTTP 500", 500, null, false);

    @TempDir
    Path folder;

    private Ledger ledger;
    private FaultProxy proxy;
    private Spool spool;

    @BeforeEach
    void start() throws Exception {
        ledger = new Ledger();
        proxy = new FaultProxy(ledger.uri());
        spool = Spool.open(folder, Bounds.DEFAULT, Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        ledger.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {
                "REFUSE",
                "HANG",
                "CUT_AFTER_REQUEST",
                "CUT_BEFORE_ANSWER",
                "CUT_IN_ANSWER",
                "ANSWER_500",
                "ANSWER_503",
                "ANSWER_429",
                "TRICKLE",
                "GARBAGE",
                "FOREIGN_PAGE",
                "FOREIGN_404",
                "FOREIGN_403",
                "FOREIGN_407",
                "FOREIGN_413"
            })
    void whateverDoesNotAnswerForARunIsAskedAgainUntilTheRunIsThereOnce(Mode mode) throws Exception {
        UUID run = startedAndCompleted();
        proxy.fail(mode);

        Delivery delivery = delivery();
        assertThat(delivery.pass().time()).as("a rest before the next try").isPositive();
        assertThat(spool.queue().names()).as("nothing is given up").hasSize(2);
        proxy.fail(Mode.PASS);
        delivery.deliverAll(PLENTY);

        assertThat(spool.queue().names()).isEmpty();
        assertThat(spool.quarantine().contents()).isEmpty();
        assertThat(ledger.runs()).containsOnlyKeys(run);
        assertThat(ledger.runs().get(run).get("status").asString()).isEqualTo("success");
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"ANSWER_401", "ANSWER_422"})
    void whatTheServerRefusesIsNeverAskedAgainAndKeepsTheServersWords(Mode mode) throws Exception {
        startedAndCompleted();
        proxy.fail(mode);

        assertThat(delivery().deliverAll(PLENTY).refused()).isEqualTo(2);

        assertThat(proxy.requests()).isEqualTo(2);
        assertThat(spool.queue().names()).isEmpty();
        Reason reason = spool.quarantine().contents().values().iterator().next();
        if (mode == Mode.ANSWER_401) {
            assertThat(reason.status()).isEqualTo(401);
            assertThat(reason.detail().asString()).isEqualTo("Invalid service API key");
        } else {
            assertThat(reason.status()).isEqualTo(422);
            assertThat(reason.detail().get(0).get("msg").asString()).isEqualTo("No");
        }
    }

    @Test
    void whatAWrongKeyPutIntoQuarantineIsDeliveredAsSoonAsTheKeyIsAnother() throws Exception {
        UUID run = startedAndCompleted();
        Backend wrongKey = new Backend(proxy.uri(), "wrong-key", Backend.Protocol.REST, Duration.ofSeconds(5));
        new Delivery(spool, wrongKey.connect()).deliverAll(PLENTY);
        assertThat(spool.quarantine().contents()).hasSize(2);
        new Delivery(spool, wrongKey.connect()).deliverAll(PLENTY);
        assertThat(proxy.requests()).as("the same key is not tried again").isEqualTo(2);
        assertThat(contents("quarantine")).doesNotContain("wrong-key");

        delivery().deliverAll(PLENTY);

        assertThat(ledger.runs()).containsOnlyKeys(run);
        assertThat(ledger.runs().get(run).get("status").asString()).isEqualTo("success");
    }

    @Test
    void whatIsRefusedForItselfStaysInQuarantineWhateverTheKey() throws Exception {
        startedAndCompleted();
        proxy.fail(Mode.ANSWER_422);
        Backend otherKey = new Backend(proxy.uri(), "other-key", Backend.Protocol.REST, Duration.ofSeconds(5));
        new Delivery(spool, otherKey.connect()).deliverAll(PLENTY);
        proxy.fail(Mode.PASS);

        delivery().deliverAll(PLENTY);

        assertThat(spool.quarantine().contents()).hasSize(2);
        assertThat(ledger.runs()).isEmpty();
    }

    @Test
    void aRefusedReportDoesNotBlockTheNextOnes() throws Exception {
        spool.queue()
                .add(Report.of(
                        Kind.COMPLETION,
                        START,
                        Json.object().put("id", UUID.randomUUID().toString())));
        UUID run = startedAndCompleted();

        delivery().deliverAll(PLENTY);

        assertThat(ledger.runs()).containsOnlyKeys(run);
        assertThat(spool.quarantine().contents().values())
                .singleElement()
                .satisfies(reason -> assertThat(reason.status()).isEqualTo(422));
    }

    @Test
    void aSecondAndDifferentEndOfARunGoesToQuarantine() throws Exception {
        UUID run = startedAndCompleted();
        add(Kind.COMPLETION, run, "failed");

        delivery().deliverAll(PLENTY);

        assertThat(ledger.runs().get(run).get("status").asString()).isEqualTo("success");
        assertThat(spool.quarantine().contents().values())
                .containsExactly(Reason.refused(409, Json.readAny("\"Another final report stands\"")));
    }

    @Test
    void aRunTakenForDeadThatHadEndedProperlyKeepsItsEndWithoutAWord() throws Exception {
        UUID run = startedAndCompleted();
        Report start = spool.queue().read(spool.queue().names().get(0));
        spool.openRuns().watch(start, START);

        delivery().deliverAll(PLENTY);

        assertThat(ledger.posts()).isEqualTo(3);
        assertThat(ledger.runs().get(run).get("status").asString()).isEqualTo("success");
        assertThat(spool.quarantine().contents()).isEmpty();
        assertThat(spool.queue().names()).isEmpty();
    }

    @Test
    void aHalfWrittenFileIsReportedAndNeverBlocksTheRest() throws Exception {
        add(Kind.COMPLETION, UUID.randomUUID(), "success");
        Path broken =
                folder.resolve("queue").resolve(spool.queue().names().get(0).toString());
        Files.writeString(broken, "{\"format\": 1, \"kind\": \"compl");
        UUID run = startedAndCompleted();

        delivery().deliverAll(PLENTY);

        assertThat(ledger.runs()).containsOnlyKeys(run);
        assertThat(spool.quarantine().contents())
                .containsOnlyKeys(broken.getFileName().toString())
                .values()
                .extracting(Reason::status)
                .containsOnlyNulls();
    }

    @Test
    void aRunThatTheServerCannotTakeDoesNotHoldUpOthersAndItsEndNeverOvertakesItsStart() throws Exception {
        UUID poisoned = startedAndCompleted();
        UUID healthy = startedAndCompleted();
        List<String> tried = new ArrayList<>();
        Transport rest = backend().connect();
        Transport failing = report -> {
            tried.add(report.kind() + " " + report.runId());
            return report.runId().equals(poisoned) ? FAILED : rest.send(report);
        };

        assertThat(new Delivery(spool, failing).pass()).as("a rest").isNotNull();

        assertThat(tried).containsExactly("START " + poisoned, "START " + healthy, "COMPLETION " + healthy);
        assertThat(ledger.runs()).containsOnlyKeys(healthy);
        assertThat(spool.queue().names()).hasSize(2);
    }

    @Test
    void aServerThatIsAwayIsNotAskedForEveryReport() throws Exception {
        for (int i = 0; i < 5; i++) {
            startedAndCompleted();
        }
        proxy.fail(Mode.ANSWER_503);
        delivery().pass();
        assertThat(proxy.requests()).isEqualTo(1);
        proxy.fail(Mode.ANSWER_500);
        delivery().pass();
        assertThat(proxy.requests()).isEqualTo(4);
    }

    @Test
    void theServerIsLeftAloneForAsLongAsItAsks() throws Exception {
        startedAndCompleted();
        proxy.fail(Mode.ANSWER_429);
        assertThat(delivery().pass()).isEqualTo(new Delivery.Rest(Duration.ofSeconds(1), false, false));
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"ANSWER_500", "ANSWER_503", "ANSWER_429", "CUT_AFTER_REQUEST", "HANG", "FOREIGN_413", "GARBAGE"})
    void fourReportsThatAreNeverTakenHoldUpNothingBehindThem(Mode mode) throws Exception {
        List<UUID> poisoned = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            poisoned.add(startedAndCompleted());
        }
        proxy.poison(mode, poisoned.stream().map(UUID::toString).toArray(String[]::new));
        Set<UUID> healthy = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            healthy.add(startedAndCompleted());
        }

        Delivery delivery = delivery();
        for (int pass = 0; ledger.runs().size() < 10; pass++) {
            assertThat(pass).as("passes").isLessThan(12);
            rest(delivery.pass());
        }

        assertThat(ledger.runs().keySet()).isEqualTo(healthy);
        assertThat(spool.queue().names()).hasSize(8);
        assertThat(spool.retries().all().values())
                .allSatisfy(retry -> assertThat(retry.error()).isNotBlank());
    }

    @Test
    void aNewReportIsDeliveredAtOnceThoughOthersWaitForMinutes() throws Exception {
        List<UUID> poisoned = List.of(startedAndCompleted(), startedAndCompleted(), startedAndCompleted());
        proxy.poison(Mode.ANSWER_500, poisoned.stream().map(UUID::toString).toArray(String[]::new));
        Backoff patient = new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(5), () -> 0.5);
        Courier courier = new Courier(
                new Delivery(spool, backend().connect(), patient, Clock.systemUTC()),
                backend().connect(),
                lost -> {});
        new Delivery(spool, backend().connect(), patient, Clock.systemUTC()).pass();
        UUID first = startedAndCompleted();
        courier.nudge();
        Await.until("the first is there", () -> ledger.runs().containsKey(first));
        UUID second = startedAndCompleted();
        courier.nudge();
        Await.until("the second is there", () -> ledger.runs().containsKey(second));
        Await.until("only the poisoned wait", () -> spool.queue().names().size() == 6);
        courier.finish(Duration.ZERO);
    }

    @Test
    void aDayAloneAndAReportGoesToQuarantineWithTheReason() throws Exception {
        SettableClock clock = new SettableClock(START);
        UUID poisoned = startedAndCompleted();
        UUID healthy = startedAndCompleted();
        proxy.poison(Mode.ANSWER_500, poisoned.toString());
        Delivery delivery = delivery(clock);
        delivery.pass();
        assertThat(ledger.runs()).containsOnlyKeys(healthy);

        clock.forward(Duration.ofHours(23));
        delivery.pass();
        assertThat(spool.quarantine().contents()).isEmpty();
        clock.forward(Duration.ofHours(1));
        delivery.pass();

        assertThat(spool.quarantine().contents().values()).singleElement().satisfies(reason -> {
            assertThat(reason.gaveUp()).isTrue();
            assertThat(reason.status()).isEqualTo(500);
            assertThat(reason.detail().asString()).contains("HTTP 500", "Internal error");
        });
        assertThat(spool.retries().all().keySet())
                .as("its end takes the start's place")
                .extracting(ReportName::kind)
                .containsExactly(Kind.COMPLETION);
        proxy.poison(Mode.PASS);
        assertThat(spool.quarantine().requeue()).isEqualTo(1);
        delivery().deliverAll(PLENTY);
        assertThat(ledger.runs()).containsOnlyKeys(healthy, poisoned);
        assertThat(spool.queue().names()).isEmpty();
        assertThat(contents("retry")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"REFUSE", "ANSWER_500", "ANSWER_503", "FOREIGN_404"})
    void aServerThatIsAwayForAWeekCostsNothingAndBringsNothingIntoQuarantine(Mode mode) throws Exception {
        SettableClock clock = new SettableClock(START);
        Set<UUID> runs = Set.of(startedAndCompleted(), startedAndCompleted(), startedAndCompleted());
        proxy.fail(mode);
        Delivery delivery = delivery(clock);
        for (int hour = 0; hour < 7 * 24; hour += 3) {
            delivery.pass();
            clock.forward(Duration.ofHours(3));
        }
        assertThat(spool.quarantine().contents()).isEmpty();
        proxy.fail(Mode.PASS);
        delivery.deliverAll(PLENTY);
        assertThat(ledger.runs().keySet()).isEqualTo(runs);
    }

    @Test
    void inAStormOfFaultsEveryRunOfSeveralReportersArrivesOnce() throws Exception {
        Random random = new Random(20261123);
        Set<UUID> reported = new HashSet<>();
        ExecutorService deliverers = Executors.newFixedThreadPool(3);
        List<Future<?>> deliveries = new ArrayList<>();
        List<Mode> faults = List.of(Mode.values()).stream()
                .filter(mode -> mode != Mode.ANSWER_401 && mode != Mode.ANSWER_422)
                .toList();
        for (int i = 0; i < 3; i++) {
            deliveries.add(deliverers.submit(() -> delivery().deliverAll(PLENTY)));
        }
        for (int round = 0; round < 40; round++) {
            proxy.fail(faults.get(random.nextInt(faults.size())));
            for (int i = 0; i < 3; i++) {
                reported.add(startedAndCompleted());
            }
            Thread.sleep(random.nextInt(40));
        }
        proxy.fail(Mode.PASS);
        for (Future<?> delivery : deliveries) {
            delivery.get();
        }
        delivery().deliverAll(PLENTY);

        assertThat(spool.queue().names()).isEmpty();
        assertThat(spool.quarantine().contents()).isEmpty();
        assertThat(ledger.runs().keySet()).isEqualTo(reported);
        assertThat(ledger.runs().values())
                .allSatisfy(run -> assertThat(run.get("status").asString()).isEqualTo("success"));
        assertThat(spool.dropped().total()).isZero();
    }

    @Test
    void theWaitDoublesUpToItsLimitAndIsNeverTheSameForAll() {
        Backoff shortest = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), () -> 0.0);
        Backoff longest = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), () -> 1.0);
        List<Long> low = new ArrayList<>();
        List<Long> high = new ArrayList<>();
        for (int failures = 1; failures <= 11; failures++) {
            low.add(shortest.after(failures).toMillis());
            high.add(longest.after(failures).toMillis());
        }
        assertThat(low).startsWith(500L, 1000L, 2000L, 4000L).endsWith(150_000L, 150_000L);
        assertThat(high).startsWith(1000L, 2000L, 4000L, 8000L).endsWith(300_000L, 300_000L);
        assertThat(longest.after(100_000)).hasMinutes(5);
    }

    @Test
    void retryAfterIsSecondsOrADateAndAtMostAnHour() {
        Instant now = Instant.parse("2026-11-23T09:00:00Z");
        assertThat(HttpExchange.retryAfter("120", now)).hasSeconds(120);
        assertThat(HttpExchange.retryAfter("Mon, 23 Nov 2026 09:05:00 GMT", now))
                .hasMinutes(5);
        assertThat(HttpExchange.retryAfter("Mon, 23 Nov 2026 08:00:00 GMT", now))
                .isZero();
        assertThat(HttpExchange.retryAfter("86400", now)).hasHours(1);
        assertThat(Map.of("soon", "", "-5", ""))
                .allSatisfy((text, nothing) ->
                        assertThat(HttpExchange.retryAfter(text, now)).isNull());
    }

    private UUID startedAndCompleted() throws Exception {
        UUID run = UUID.randomUUID();
        add(Kind.START, run, "running");
        add(Kind.COMPLETION, run, "success");
        return run;
    }

    private void add(Kind kind, UUID run, String status) throws Exception {
        spool.queue()
                .add(Report.of(
                        kind,
                        START,
                        Json.object()
                                .put("id", run.toString())
                                .put("started_at", START.toString())
                                .put("status", status)
                                .put("questions_requested", 50)));
    }

    private Backend backend() {
        return new Backend(proxy.uri(), Ledger.KEY, Backend.Protocol.REST, Duration.ofMillis(500));
    }

    private Delivery delivery() {
        return delivery(Clock.systemUTC());
    }

    private Delivery delivery(Clock clock) {
        Backoff impatient = new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), () -> 0.5);
        return new Delivery(spool, backend().connect(), impatient, clock);
    }

    private static void rest(Delivery.@Nullable Rest rest) throws InterruptedException {
        if (rest != null) {
            Thread.sleep(Math.min(rest.time().toMillis(), 50) + 1);
        }
    }

    /** All files of a folder of the spool. */
    private String contents(String name) throws IOException {
        StringBuilder contents = new StringBuilder();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve(name))) {
            for (Path file : files) {
                contents.append(Files.readString(file));
            }
        }
        return contents.toString();
    }
}
