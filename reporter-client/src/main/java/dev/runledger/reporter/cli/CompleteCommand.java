package dev.runledger.reporter.cli;

import dev.runledger.reporter.RunHandle;
import dev.runledger.reporter.RunReporter;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import dev.runledger.reporter.payload.RunContext;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports an end. */
@Command(name = "complete", description = "Reports that a run has ended.", mixinStandardHelpOptions = true)
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
    public Integer call() {
        ReportedSummary reported = summary == null ? null : SummaryFile.read(summary);
        Map<String, Object> numbers = reported == null ? Map.of() : Json.toMap(reported.summary());
        RunContext known = context.context();
        if (reported != null) {
            known = known.or(reported.context());
        }
        boolean kept;
        try (RunReporter reporter = connection.reporter()) {
            if (id == null) {
                kept = reporter.report(numbers, exitCode, known) != null;
            } else {
                try (RunHandle run = reporter.resume(id, known)) {
                    kept = run.complete(numbers, exitCode);
                }
            }
        }
        return kept ? 0 : 1;
    }
}
