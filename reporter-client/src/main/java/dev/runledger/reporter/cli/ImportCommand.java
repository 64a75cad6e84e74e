package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.delivery.RunLookup;
import dev.runledger.reporter.history.HistoryReader;
import dev.runledger.reporter.history.Importer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports old history. */
@Command(
        name = "import",
        description =
                "Imports old history: success_runs.jsonl, heartbeat.json, service logs, summaries. Give all files that"
                        + " tell of the same runs at once; repeat it as often as you like, no run comes in twice.",
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

    private static final int SHOW_EVERY = 25;

    @Mixin
    private final Connection connection = new Connection();

    @Option(
            names = "--environment",
            paramLabel = "NAME",
            description = "Where these runs ran, if the files do not say.")
    private @Nullable String environment;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to go on asking a server that is away; default: ${DEFAULT-VALUE}.")
    private int wait;

    @Parameters(arity = "1..*", paramLabel = "FILES")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws Exception {
        ReporterSettings settings = connection.settings();
        Backend backend = settings.backend();
        if (backend == null) {
            System.err.println("runledger-reporter: BACKEND_API_URL and BACKEND_SERVICE_KEY say where to import to");
            return 1;
        }
        HistoryReader reader = new HistoryReader();
        boolean unread = false;
        for (Path file : files) {
            try {
                reader.read(file);
            } catch (IOException e) {
                System.err.println("runledger-reporter: cannot read " + file + ": " + e.getMessage());
                unread = true;
            }
        }
        Importer importer = new Importer(
                backend.connect(), new RunLookup(backend), Duration.ofSeconds(wait), environment, settings.exitCodes());
        Importer.Result result = importer.run(reader.history(), ImportCommand::show);
        System.out.printf(
                "imported: %d%nalready there: %d%nskipped: %d%n",
                result.imported(), result.known().size(), result.skipped().size());
        result.known().forEach(same -> System.out.printf("  %s is run %s: %s%n", same.where(), same.id(), same.why()));
        result.skipped().forEach(skipped -> System.out.printf("  %s: %s%n", skipped.where(), skipped.why()));
        if (result.stopped() != null) {
            System.err.println("runledger-reporter: stopped (" + result.stopped() + "); run it again to go on");
        }
        return result.stopped() == null && result.skipped().isEmpty() && !unread ? 0 : 1;
    }

    private static void show(Importer.Progress progress) {
        if (progress.done() % SHOW_EVERY == 0 || progress.done() == progress.of()) {
            System.err.printf("%d of %d%n", progress.done(), progress.of());
        }
    }
}
