package dev.runledger.reporter.cli;

import dev.runledger.reporter.RunHandle;
import dev.runledger.reporter.RunReporter;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.payload.SummaryProblem;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports an end. */
@Command(
        name = "complete",
        description = "Writes down that a run has ended; the report is kept until it is delivered.",
        mixinStandardHelpOptions = true)
final class CompleteCommand implements Callable<Integer> {

    @Mixin
    private final Connection connection = new Connection();

    @Mixin
    private final ContextOptions context = new ContextOptions();

    @Option(
            names = "--id",
            paramLabel = "ID",
            defaultValue = "${env:RUNLEDGER_RUN_ID}",
            description = "What `start` printed; default: $RUNLEDGER_RUN_ID, else this is a run of its own.")
    private @Nullable UUID id;

    @Option(
            names = "--exit-code",
            paramLabel = "N",
            required = true,
            description = "The pipeline's exit code, which decides over the run's status.")
    private int exitCode;

    @Option(names = "--summary", paramLabel = "FILE|-", description = "The MetricsTracker summary, as JSON.")
    private @Nullable String summary;

    @Override
    public Integer call() throws IOException {
        SummaryFile file = summary == null ? null : SummaryFile.read(summary, null);
        RunContext known = context.context();
        if (file != null && file.summary() != null) {
            known = known.or(file.summary().context());
        }
        UUID runId = id != null ? id : known.runId();
        boolean kept;
        try (RunReporter reporter = connection.reporter();
                RunHandle run = reporter.resume(runId, known)) {
            kept = complete(run, file);
        }
        connection.tellOfDelivery(runId);
        return connection.isWell(kept, runId) ? 0 : 1;
    }

    private boolean complete(RunHandle run, @Nullable SummaryFile file) {
        SummaryProblem problem = file == null ? null : file.problem();
        if (problem == null) {
            return run.complete(file == null ? Map.of() : file.figures(), exitCode);
        }
        System.err.println("runledger-reporter: " + problem.message());
        return run.complete(problem, exitCode);
    }
}
