package dev.runledger.reporter.cli;

import dev.runledger.reporter.RunHandle;
import dev.runledger.reporter.RunReporter;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import dev.runledger.reporter.payload.RunContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
                        + " command's own; SIGTERM, SIGINT and SIGHUP are handed on to it. It finds its run's id in $RUNLEDGER_RUN_ID.",
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
                    "Where the command writes its MetricsTracker summary, as JSON; without it no numbers are reported.")
    private @Nullable Path summary;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The command and its arguments, after --.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws Exception {
        // Not a word of ours in the command's output.
        LOG.setLevel(Level.OFF);
        RunContext known = context.context();
        UUID id = known.runId();
        Instant startedAt = Instant.now();
        SignalRelay signals = SignalRelay.install();
        Process child;
        try {
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            builder.environment().put("RUNLEDGER_RUN_ID", id.toString());
            child = builder.start();
        } catch (IOException e) {
            System.err.println("runledger-reporter: cannot run " + command.get(0) + ": " + e.getMessage());
            // As a shell says it: found but not executable, or not found.
            int code = String.valueOf(e.getMessage()).contains("error=13") ? 126 : 127;
            return report(known.withId(id), startedAt, () -> code);
        }
        signals.to(child);
        return report(known.withId(id), startedAt, child::waitFor);
    }

    /** Reports beside the running command; whatever becomes of that, the exit code is the command's. */
    private int report(RunContext known, Instant startedAt, Callable<Integer> end) throws Exception {
        try (RunReporter reporter = connection.reporter();
                RunHandle run = reporter.start(questions, known)) {
            int code = end.call();
            run.complete(numbers(startedAt), code);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "not reported", e);
        }
        return end.call();
    }

    private Map<String, Object> numbers(Instant startedAt) {
        if (summary == null || !isOfThisRun(summary, startedAt)) {
            return Map.of();
        }
        ReportedSummary reported = SummaryFile.read(summary.toString());
        return reported == null ? Map.of() : Json.toMap(reported.summary());
    }

    /** A summary that was there before belongs to an earlier run. */
    private static boolean isOfThisRun(Path summary, Instant startedAt) {
        try {
            FileTime written = Files.getLastModifiedTime(summary);
            return written.toInstant().plusSeconds(1).isAfter(startedAt);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
