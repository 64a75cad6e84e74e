package dev.runledger.reporter;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.Spool;
import dev.runledger.reporter.testing.Child;
import dev.runledger.reporter.testing.Ledger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/**
 * Measures what the start of a run costs a pipeline: a new JVM, with an empty spool and with 20,000 reports that another process is
 * delivering. Run its main; it prints milliseconds.
 */
final class DrainCost {

    private static final int WAITING = 20_000;
    private static final int STARTS = 25;
    private static final Bounds ROOM = new Bounds(4 * WAITING, 1L << 30);

    private DrainCost() {}

    public static void main(String[] arguments) throws Exception {
        Path empty = Files.createTempDirectory("runledger-empty");
        Path full = Files.createTempDirectory("runledger-full");
        try (Ledger ledger = new Ledger()) {
            fill(full);
            try (Child drainer = Child.start(Drainer.class, ledger.uri().toString(), full.toString())) {
                drainer.readLine();
                double[] beside = new double[STARTS];
                double[] without = new double[STARTS];
                start(ledger.uri(), empty);
                for (int i = 0; i < STARTS; i++) {
                    // In turns, as other load comes and goes.
                    without[i] = start(ledger.uri(), empty);
                    beside[i] = start(ledger.uri(), full);
                }
                print("empty spool", without);
                print(WAITING + " reports, draining", beside);
                System.out.printf("%d delivered meanwhile%n", ledger.posts());
            }
        }
    }

    private static void fill(Path folder) throws Exception {
        Spool spool = Spool.open(folder, ROOM, Clock.systemUTC());
        Path first = null;
        for (int i = 0; i < WAITING; i++) {
            RunContext context = RunContext.NONE.withId(UUID.randomUUID());
            Report report = Report.of(
                    Kind.COMPLETION,
                    Instant.now(),
                    Payload.completion(
                            Json.object(),
                            0,
                            ExitCodes.PLAIN,
                            context,
                            Instant.now().toString()));
            if (i == 0) {
                spool.queue().add(report);
                first = folder.resolve("queue")
                        .resolve(spool.queue().names().get(0).toString());
            } else {
                // Without the fsync of each: this is about the number.
                String name = "%017d-%06d-completion-%s-%d.json"
                        .formatted(System.currentTimeMillis() * 1000 + i, i, report.runId(), Files.size(first));
                String text = Files.readString(first)
                        .replaceAll("\"(run_id|id)\":\"[-0-9a-f]{36}\"", "\"$1\":\"" + report.runId() + "\"");
                Files.writeString(folder.resolve("queue").resolve(name), text);
            }
        }
    }

    private static double start(URI server, Path spool) throws Exception {
        try (Child pipeline = Child.start(Pipeline.class, server.toString(), spool.toString())) {
            double millis = Double.parseDouble(pipeline.readLine());
            pipeline.await();
            return millis;
        }
    }

    private static void print(String what, double[] millis) {
        Arrays.sort(millis);
        System.out.printf(
                "%s: median %.0f ms, least %.0f, most %.0f%n", what, millis[STARTS / 2], millis[0], millis[STARTS - 1]);
    }

    /** Delivers what the others wait beside. */
    static final class Drainer {
        public static void main(String[] arguments) throws Exception {
            Spool spool = Spool.open(Path.of(arguments[1]), ROOM, Clock.systemUTC());
            System.out.println("draining");
            new Delivery(spool, backend(arguments[0]).connect()).deliverAll(Duration.ofMinutes(10));
        }
    }

    /** Starts a run, as the first thing it does. */
    static final class Pipeline {
        public static void main(String[] arguments) {
            ReporterSettings settings =
                    new ReporterSettings(backend(arguments[0]), Path.of(arguments[1]), ROOM, Duration.ZERO);
            long before = System.nanoTime();
            RunReporter reporter = RunReporter.with(settings);
            RunHandle run = reporter.start(50, RunContext.NONE);
            System.out.println((System.nanoTime() - before) / 1e6);
            run.complete(0);
            Runtime.getRuntime().halt(0);
        }
    }

    private static Backend backend(String url) {
        return new Backend(URI.create(url), Ledger.KEY, Backend.Protocol.REST, Backend.DEFAULT_TIMEOUT);
    }
}
