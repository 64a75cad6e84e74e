package dev.runledger.reporter.cli;

import dev.runledger.reporter.payload.RunContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said about a run beside its numbers. */
final class ContextOptions {

    @Option(names = "--client-run-id", paramLabel = "NAME", description = "Your own name for the run.")
    private @Nullable String clientRunId;

    @Option(names = "--environment", paramLabel = "NAME", description = "Such as production.")
    private @Nullable String environment;

    @Option(names = "--triggered-by", paramLabel = "WHAT", description = "Such as scheduler.")
    private @Nullable String triggeredBy;

    @Option(names = "--prompt-version", paramLabel = "VERSION")
    private @Nullable String promptVersion;

    @Option(names = "--arbiter-config-version", paramLabel = "VERSION")
    private @Nullable String arbiterConfigVersion;

    @Option(names = "--min-arbiter-score", paramLabel = "SCORE", description = "From which a question is approved.")
    private @Nullable Double minArbiterScore;

    RunContext context() {
        return new RunContext(
                null, clientRunId, environment, triggeredBy, promptVersion, arbiterConfigVersion, minArbiterScore);
    }
}
