package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.RunHandle;
import dev.runledger.reporter.RunReporter;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.SummaryProblem;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Wraps a pipeline in any language. */
@Command(
        name = "run",
        description =
                "Runs a command and reports it: its start, its end, how it ended. Input, output and exit code are the"
                        + " command's own; every signal is handed on to it, once. It finds its run's id in $RUNLEDGER_RUN_ID; a"
                        + " reporter within it reports the end of this run. As process 1 of a container, run it under an init"
                        + " (docker run --init): it does not reap orphans.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = Logger.getLogger("dev.runledger");

    @Mixin
    private final Connection connection = new Connection();

    @Mixin
    private final ContextOptions context = new ContextOptions();

    @Option(names = "--questions", paramLabel = "N", description = "How many questions are asked for.")
    private int questions;

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description =
                    "Where the command writes its MetricsTracker summary, as JSON; without it no numbers are reported. One that"
                            + " is missing or broken is a warning that is stored with the run.")
    private @Nullable String summary;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws Exception {
        // Not a word of ours in the command's output.
        LOG.setLevel(Level.OFF);
        SignalRelay signals = SignalRelay.install();
        Instant startedAt = Instant.now();
        ReporterSettings settings = connection.settings(ExitCodes.PLAIN);
        try (RunReporter reporter = RunReporter.with(settings)) {
            // On disk before the command starts: whatever becomes of both, the run is known.
            RunHandle run = reporter.startAround(questions, context.context());
            int code = run(run, signals);
            boolean kept = end(run, code, startedAt);
            reporter.close();
            return code == 0 && connection.strict() && !connection.isWell(kept, run.id()) ? 1 : code;
        }
    }

    private int run(RunHandle run, SignalRelay signals) throws InterruptedException {
        try {
            ProcessBuilder builder = new ProcessBuilder().inheritIO();
            builder.environment().putAll(connection.childEnvironment());
            builder.environment().putAll(run.childEnvironment());
            Process child = signals.start(RawArguments.command(command), builder);
            int code = child.waitFor();
            signals.stop();
            return code;
        } catch (IOException e) {
            System.err.println("runledger-reporter: cannot run " + command.get(0) + ": " + e.getMessage());
            // As a shell says it: found but not executable, or not found.
            return String.valueOf(e.getMessage()).contains("error=13") ? 126 : 127;
        }
    }

    private boolean end(RunHandle run, int code, Instant startedAt) {
        if (summary == null) {
            return run.complete(code);
        }
        SummaryFile file = SummaryFile.read(summary, startedAt);
        SummaryProblem problem = file.problem();
        return problem == null ? run.complete(file.figures(), code) : run.complete(problem, code);
    }
}
