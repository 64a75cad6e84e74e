package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.RunReporter;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports a start and prints the run's id. */
@Command(
        name = "start",
        description = "Reports that a run starts and prints its id, for `complete --id`.",
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
    public Integer call() {
        ReporterSettings settings = connection.settings();
        try (RunReporter reporter = RunReporter.with(settings)) {
            UUID id = reporter.startDetached(questions, context.context(), Duration.ofHours(giveUpAfter));
            System.out.println(id);
        }
        return settings.backend() == null ? 1 : 0;
    }
}
