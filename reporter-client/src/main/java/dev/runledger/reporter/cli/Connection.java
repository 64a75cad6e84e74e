package dev.runledger.reporter.cli;

import dev.runledger.reporter.ReporterSettings;
import dev.runledger.reporter.RunReporter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command: where the server is and where reports wait. The key comes from the environment alone. */
final class Connection {

    @Option(names = "--url", paramLabel = "URL", description = "The server; default: $BACKEND_API_URL.")
    private @Nullable String url;

    @Option(
            names = "--spool",
            paramLabel = "DIR",
            description = "Default: $RUNLEDGER_SPOOL_DIR, else ~/.runledger/spool.")
    private @Nullable Path spool;

    @Option(
            names = "--transport",
            paramLabel = "rest|graphql",
            description = "Default: $RUNLEDGER_TRANSPORT, else rest.")
    private @Nullable String transport;

    @Option(names = "--strict", description = "Exit with 1 if something was not reported.")
    private boolean strict;

    boolean strict() {
        return strict;
    }

    ReporterSettings settings() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (url != null) {
            environment.put("BACKEND_API_URL", url);
        }
        if (spool != null) {
            environment.put("RUNLEDGER_SPOOL_DIR", spool.toString());
        }
        if (transport != null) {
            environment.put("RUNLEDGER_TRANSPORT", transport);
        }
        return ReporterSettings.fromEnvironment(environment);
    }

    RunReporter reporter() {
        return RunReporter.with(settings());
    }
}
