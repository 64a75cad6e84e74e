package dev.runledger.reporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.ReportName;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.Child;
import dev.runledger.reporter.testing.Ledger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class KillIT {

    private static final int KILLS = 200;
    private static final int AT_A_TIME = 2;

    @TempDir
    Path folder;

    /** Reports runs as fast as it can, saying so after each call that has returned, until it is killed. */
    static final class Pipeline {
        public static void main(String[] arguments) {
            RunReporter reporter = RunReporter.with(
                    ReporterSettings.of(URI.create(arguments[0]), Ledger.KEY).withSpool(Path.of(arguments[1])));
            while (true) {
                UUID id = UUID.randomUUID();
                RunHandle run = reporter.start(10, RunContext.NONE.withId(id).withClientRunId("run " + id));
                System.out.println("started " + id);
                run.complete(Map.of("generation", Map.of("generated", 10)), 0);
                System.out.println("completed " + id);
            }
        }
    }

    @Test
    void noReportThatReturnedIsLostAndNoneIsDoubledHoweverOftenTheClientIsKilled() throws Exception {
        Set<UUID> started = ConcurrentHashMap.newKeySet();
        Set<UUID> completed = ConcurrentHashMap.newKeySet();
        try (Ledger ledger = new Ledger()) {
            ExecutorService lanes = Executors.newFixedThreadPool(AT_A_TIME);
            List<Future<?>> running = new ArrayList<>();
            for (int lane = 0; lane < AT_A_TIME; lane++) {
                Random random = new Random(lane);
                running.add(lanes.submit(() -> {
                    for (int i = 0; i < KILLS / AT_A_TIME; i++) {
                        killOnce(ledger, random, started, completed);
                    }
                    return null;
                }));
            }
            for (Future<?> lane : running) {
                lane.get();
            }
            lanes.shutdown();
            assertThat(completed).as("the children got somewhere").hasSizeGreaterThan(KILLS / 2);

            Spool spool = Spool.open(folder, Bounds.DEFAULT, Clock.systemUTC());
            for (ReportName name : spool.queue().names()) {
                assertThat(spool.queue().read(name)).isNotNull();
            }
            Backend backend = new Backend(ledger.uri(), Ledger.KEY, Backend.Protocol.REST, Duration.ofSeconds(10));
            new Delivery(spool, backend.connect()).deliverAll(Duration.ofMinutes(5));

            assertThat(spool.queue().names()).isEmpty();
            assertThat(spool.quarantine().contents()).isEmpty();
            assertThat(spool.openRuns().count()).isZero();
            assertThat(spool.dropped().total()).isZero();
            Map<UUID, ObjectNode> runs = ledger.runs();
            assertThat(runs.keySet()).containsAll(started);
            assertThat(runs.values())
                    .extracting(run -> run.get("client_run_id").asString())
                    .doesNotHaveDuplicates();
            Set<UUID> neverDone = new HashSet<>();
            runs.forEach((id, run) -> {
                String status = run.get("status").asString();
                if (completed.contains(id)) {
                    assertThat(status).isEqualTo("success");
                } else {
                    assertThat(status).as("nothing runs for ever").isIn("success", "failed");
                    neverDone.add(id);
                }
            });
            System.out.printf(
                    "%d kills: %d runs completed, %d cut short, %d reports on the wire for %d runs%n",
                    KILLS, completed.size(), neverDone.size(), ledger.posts(), runs.size());
        }
    }

    /** Mostly in the middle of reporting, after some calls have returned; sometimes while the process is still coming up. */
    private void killOnce(Ledger ledger, Random random, Set<UUID> started, Set<UUID> completed) throws Exception {
        try (Child child = Child.start(Pipeline.class, ledger.uri().toString(), folder.toString())) {
            int calls = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(6);
            for (int i = 0; i < calls; i++) {
                note(child.readLine(), started, completed);
            }
            Thread.sleep(random.nextInt(calls == 0 ? 400 : 20));
            child.kill();
            for (String line = child.readLine(); line != null; line = child.readLine()) {
                note(line, started, completed);
            }
        }
    }

    /** A line that the kill has cut off tells of a call that may not have returned. */
    private static void note(@Nullable String line, Set<UUID> started, Set<UUID> completed) {
        if (line != null && line.matches("started .{36}")) {
            started.add(UUID.fromString(line.substring("started ".length())));
        } else if (line != null && line.matches("completed .{36}")) {
            completed.add(UUID.fromString(line.substring("completed ".length())));
        }
    }
}
