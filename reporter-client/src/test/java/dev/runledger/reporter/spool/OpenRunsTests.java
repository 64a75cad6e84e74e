package dev.runledger.reporter.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.testing.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenRunsTests {

    private static final Instant NOW = Instant.parse("2026-11-23T09:20:31.123456Z");

    @TempDir
    Path folder;

    private Spool spool;

    @BeforeEach
    void openSpool() throws Exception {
        spool = spool(NOW);
    }

    /** Starts the run it is given in the folder it is given, says so, and waits to be killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            Spool spool = Spool.open(Path.of(arguments[0]), Bounds.DEFAULT, Clock.systemUTC());
            spool.openRuns().hold(start(UUID.fromString(arguments[1])));
            System.out.println("held");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void aRunIsReportedAsFailedOnceItsProcessHasDiedAndNotBefore() throws Exception {
        UUID id = UUID.randomUUID();
        try (Child child = Child.start(Holder.class, folder.toString(), id.toString())) {
            assertThat(child.readLine()).isEqualTo("held");
            assertThat(spool.openRuns().adopt()).isZero();
            assertThat(spool.openRuns().count()).isEqualTo(1);
            child.kill();
        }

        assertThat(spool.openRuns().adopt()).isEqualTo(1);

        ReportName name = spool.queue().names().get(0);
        assertThat(name.kind()).isEqualTo(Kind.COMPLETION);
        assertThat(name.runId()).isEqualTo(id);
        assertThat(spool.queue().read(name).payload())
                .isEqualTo(reread(Payload.died(start(id).payload())));
        assertThat(spool.openRuns().count()).isZero();
        assertThat(spool.openRuns().adopt()).isZero();
    }

    @Test
    void aProcessDoesNotTakeItsOwnRunsForDeadNorLosesItsLockByLooking() throws Exception {
        UUID id = UUID.randomUUID();
        spool.openRuns().hold(start(id));
        assertThat(spool.openRuns().adopt()).isZero();
        assertThat(spool.openRuns().find(id)).isNull();

        try (Child other = Child.start(Adopter.class, folder.toString())) {
            assertThat(other.readLine()).isEqualTo("adopted 0");
        }
        spool.openRuns().close(id);
        assertThat(spool.openRuns().count()).isZero();
    }

    /** Adopts what it finds dead and says how many. */
    static final class Adopter {
        public static void main(String[] arguments) throws Exception {
            Spool spool = Spool.open(Path.of(arguments[0]), Bounds.DEFAULT, Clock.systemUTC());
            System.out.println("adopted " + spool.openRuns().adopt());
        }
    }

    @Test
    void aRunWithoutAProcessIsDeadWhenItsDeadlineHasPassed() throws Exception {
        UUID id = UUID.randomUUID();
        spool.openRuns().watch(start(id), NOW.plus(Duration.ofHours(24)));

        assertThat(spool(NOW.plus(Duration.ofHours(23))).openRuns().adopt()).isZero();
        assertThat(spool.openRuns().find(id)).isNotNull();
        assertThat(spool(NOW.plus(Duration.ofHours(24))).openRuns().adopt()).isEqualTo(1);
        assertThat(spool.queue().names()).extracting(ReportName::runId).containsExactly(id);
    }

    @Test
    void anOpenRunThatNobodyCanReadDoesNotBlockTheOthers() throws Exception {
        UUID id = UUID.randomUUID();
        spool.openRuns().watch(start(id), NOW);
        Files.writeString(folder.resolve("open").resolve("00000000-0000-4000-8000-000000000000.json"), "{\"form");

        assertThat(spool.openRuns().adopt()).isEqualTo(1);

        assertThat(spool.queue().names()).extracting(ReportName::runId).containsExactly(id);
        assertThat(spool.quarantine().contents()).containsOnlyKeys("00000000-0000-4000-8000-000000000000.json");
    }

    @Test
    void aDeadRunStaysOpenWhileThereIsNoRoomToReportIt() throws Exception {
        Spool full = Spool.open(folder, new Bounds(1, 1 << 20), Clock.fixed(NOW, ZoneOffset.UTC));
        full.queue()
                .add(Report.of(
                        Kind.COMPLETION,
                        NOW,
                        Json.object().put("id", UUID.randomUUID().toString())));
        full.openRuns().watch(start(UUID.randomUUID()), NOW);

        assertThat(full.openRuns().adopt()).isZero();

        assertThat(full.openRuns().count()).isEqualTo(1);
    }

    private static Report start(UUID id) {
        RunContext context =
                RunContext.NONE.withId(id).withClientRunId("nightly").withEnvironment("production");
        return Report.of(Kind.START, NOW, Payload.start(NOW.toString(), 50, context));
    }

    private static Object reread(tools.jackson.databind.node.ObjectNode payload) {
        return Json.read(Json.write(payload));
    }

    private Spool spool(Instant now) throws Exception {
        return Spool.open(folder, Bounds.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
    }
}
