package dev.runledger.reporter.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.FaultProxy;
import dev.runledger.reporter.testing.FaultProxy.Mode;
import dev.runledger.reporter.testing.Ledger;
import dev.runledger.reporter.testing.Vectors;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** The faults that the reporters of all languages go through. */
class FaultListTests {

    private static final Duration PLENTY = Duration.ofSeconds(60);
    private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");

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
    @MethodSource("later")
    void whatIsNoRefusalIsTriedUntilEachRunIsThereOnce(ObjectNode fault) throws Exception {
        UUID one = completed();
        UUID two = completed();
        proxy.fail(proxy.fault((ObjectNode) fault.get("answer")));
        assertThat(delivery(Ledger.KEY).pass()).as("a rest").isNotNull();
        assertThat(spool.queue().names()).hasSize(2);

        proxy.fail(Mode.PASS);
        delivery(Ledger.KEY).deliverAll(PLENTY);

        assertThat(ledger.runs()).containsOnlyKeys(one, two);
        assertThat(spool.queue().names()).isEmpty();
        assertThat(spool.retries().all()).isEmpty();
        assertThat(spool.quarantine().contents()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("later")
    void whatBefallsSomeReportsHoldsUpNoOthers(ObjectNode fault) throws Exception {
        UUID first = completed();
        UUID second = completed();
        Mode mode = proxy.fault((ObjectNode) fault.get("answer"));
        proxy.poison(mode == Mode.REFUSE ? Mode.CUT_AFTER_REQUEST : mode, first.toString(), second.toString());
        UUID healthy = completed();

        Delivery delivery = delivery(Ledger.KEY);
        for (int pass = 0; spool.queue().names().size() > 2; pass++) {
            assertThat(pass).as("passes").isLessThan(5);
            delivery.pass();
        }

        assertThat(ledger.runs()).containsKey(healthy);
        assertThat(spool.queue().names())
                .allSatisfy(name -> assertThat(name.runId()).isIn(first, second))
                .hasSize(2);
        assertThat(spool.retries().all().values())
                .allSatisfy(retry -> assertThat(retry.error()).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatIsRefusedIsKeptWithTheServersWords(ObjectNode fault) throws Exception {
        UUID run = completed();
        ObjectNode answer = (ObjectNode) fault.get("answer");
        proxy.fail(proxy.fault(answer));

        delivery(Ledger.KEY).deliverAll(PLENTY);
        assertThat(proxy.requests()).isEqualTo(1);
        assertThat(spool.queue().names()).isEmpty();
        assertThat(spool.quarantine().contents().values()).singleElement().satisfies(reason -> {
            assertThat(reason.status()).isEqualTo(answer.get("status").intValue());
            assertThat(reason.detail())
                    .isEqualTo(Json.readAny(answer.get("body").asString()).get("detail"));
        });

        proxy.fail(Mode.PASS);
        spool.queue().add(report(UUID.randomUUID()));
        delivery("another-key").deliverAll(PLENTY);
        delivery(Ledger.KEY).deliverAll(PLENTY);
        boolean isDelivered = ledger.runs().containsKey(run);
        assertThat(isDelivered).isEqualTo(fault.get("outcome").asString().equals("another key"));
    }

    private UUID completed() throws Exception {
        UUID run = UUID.randomUUID();
        spool.queue().add(report(run));
        return run;
    }

    private static Report report(UUID run) {
        return Report.of(
                Kind.COMPLETION,
                START,
                Json.object()
                        .put("id", run.toString())
                        .put("started_at", START.toString())
                        .put("status", "success")
                        .put("questions_requested", 50));
    }

    private Delivery delivery(String key) {
        Backend backend = new Backend(proxy.uri(), key, Backend.Protocol.REST, Duration.ofMillis(1500));
        Backoff impatient = new Backoff(Duration.ofMillis(5), Duration.ofMillis(50), () -> 0.5);
        return new Delivery(spool, backend.connect(), impatient, Clock.systemUTC());
    }

    static Stream<Named<ObjectNode>> later() {
        return Vectors.of("faults.json")
                .filter(fault -> fault.getPayload().get("outcome").asString().equals("later"));
    }

    static Stream<Named<ObjectNode>> refusals() {
        return Vectors.of("faults.json")
                .filter(fault -> !fault.getPayload().get("outcome").asString().equals("later"));
    }
}
