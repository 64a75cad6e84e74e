package dev.runledger.reporter.cli;

import dev.runledger.reporter.RunReporter;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes down a start and prints the run's id. */
@Command(
        name = "start",
        description =
                "Writes down that a run starts and prints its id, for `complete --id`; the report is kept until it is delivered.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {

    @Mixin
    private final Connection connection = new Connection();

    @Mixin
    private final ContextOptions context = new ContextOptions();

    @Option(names = "--questions", paramLabel = "N", description = "How many questions are asked for.")
    private int questions;

    @Option(
            names = "--give-up-after",
            paramLabel = "HOURS",
            defaultValue = "24",
            description = "A run that has not been completed by then is reported as failed; default: ${DEFAULT-VALUE}.")
    private int giveUpAfter;

    @Override
    public Integer call() throws IOException {
        UUID id;
        boolean kept;
        try (RunReporter reporter = connection.reporter()) {
            id = reporter.startDetached(questions, context.context(), Duration.ofHours(giveUpAfter));
            kept = reporter.isOpen(id);
            System.out.println(id);
        }
        connection.tellOfDelivery(id);
        return connection.isWell(kept, id) ? 0 : 1;
    }
}
