package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.RunReporter;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of every command: where the server is and where reports wait. The key comes from the environment alone. */
final class Connection {

    @Option(names = "--url", paramLabel = "URL", description = "The server; default: $BACKEND_API_URL.")
    private @Nullable String url;

    @Option(
            names = "--spool",
            paramLabel = "DIR",
            description = "Default: $$RUNLEDGER_SPOOL_DIR, else ~/.runledger/spool.")
    private @Nullable Path spool;

    @Option(
            names = "--transport",
            paramLabel = "rest|graphql",
            description = "Default: $RUNLEDGER_TRANSPORT, else rest.")
    private @Nullable String transport;

    @Option(
            names = "--exit-codes",
            paramLabel = "MAPPING",
            converter = ExitCodesConverter.class,
            description =
                    "What the pipeline's exit codes mean: question-service, question-service-before-2026-03, plain, or such"
                            + " as 0=success,3=partial_failure,*=failed. Default: $$RUNLEDGER_EXIT_CODES, else plain for `run`"
                            + " (every code but 0 is a failure), question-service for the others.")
    private @Nullable ExitCodes exitCodes;

    @Option(
            names = "--strict",
            description =
                    "Exit with 1 if a report could neither be kept for delivery nor delivered, or was refused; of `flush`, `status`"
                            + " and `import`: if anything is left.")
    private boolean strict;

    /** Reads a mapping. */
    static final class ExitCodesConverter implements ITypeConverter<ExitCodes> {
        @Override
        public ExitCodes convert(String text) {
            try {
                return ExitCodes.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    boolean strict() {
        return strict;
    }

    ReporterSettings settings() {
        return settings(ExitCodes.QUESTION_SERVICE);
    }

    /** @param otherwise what exit codes mean if nobody says */
    ReporterSettings settings(ExitCodes otherwise) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(childEnvironment());
        ReporterSettings settings = ReporterSettings.fromEnvironment(environment);
        if (exitCodes != null) {
            return settings.withExitCodes(exitCodes);
        }
        return environment.getOrDefault("RUNLEDGER_EXIT_CODES", "").isBlank()
                ? settings.withExitCodes(otherwise)
                : settings;
    }

    /** What the options say, for a reporter in a child of this process. */
    Map<String, String> childEnvironment() {
        Map<String, String> environment = new HashMap<>();
        if (url != null) {
            environment.put("BACKEND_API_URL", url);
        }
        if (spool != null) {
            environment.put("RUNLEDGER_SPOOL_DIR", spool.toAbsolutePath().toString());
        }
        if (transport != null) {
            environment.put("RUNLEDGER_TRANSPORT", transport);
        }
        return environment;
    }

    /** Whether a run's report is safe or delivered, and none of its reports was refused. */
    boolean isWell(boolean kept, UUID runId) throws IOException {
        ReporterSettings settings = settings();
        if (!kept || settings.backend() == null) {
            return false;
        }
        Spool spool = Spool.open(settings.spool(), settings.bounds(), Clock.systemUTC());
        return spool.quarantine().contents().keySet().stream().noneMatch(name -> name.contains(runId.toString()));
    }

    /** Says so if a report waits that the server has not got yet. */
    void tellOfDelivery(UUID runId) throws IOException {
        ReporterSettings settings = settings();
        if (settings.backend() == null) {
            System.err.println(
                    "runledger-reporter: nothing is reported: BACKEND_API_URL and BACKEND_SERVICE_KEY say where to");
            return;
        }
        Spool spool = Spool.open(settings.spool(), settings.bounds(), Clock.systemUTC());
        if (spool.queue().names().stream().anyMatch(name -> name.runId().equals(runId))) {
            System.err.println("runledger-reporter: kept in " + spool.root() + ", and will be delivered");
        }
    }

    RunReporter reporter() {
        return RunReporter.with(settings());
    }
}
