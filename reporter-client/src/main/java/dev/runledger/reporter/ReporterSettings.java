package dev.runledger.reporter;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.spool.Bounds;
import dev.runledger.reporter.spool.SpoolPlace;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where to report, and where to keep what waits.
 *
 * @param backend null if nothing is to be reported
 * @param spool the folder shared by all reporters of this machine
 * @param exitWait how long the end of a process may be held up for a delivery that is going well
 * @param exitCodes what the exit codes of the pipeline mean
 * @param heartbeat between two heartbeats of a run that goes on; zero: none
 */
public record ReporterSettings(
        @Nullable Backend backend,
        Path spool,
        Bounds bounds,
        Duration exitWait,
        ExitCodes exitCodes,
        Duration heartbeat) {

    public static final Duration DEFAULT_EXIT_WAIT = Duration.ofSeconds(2);
    public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(ReporterSettings.class.getName());
    private static final Set<String> NO = Set.of("false", "0", "no", "off");

    /** With the exit codes of question-service and the default heartbeat. */
    public ReporterSettings(@Nullable Backend backend, Path spool, Bounds bounds, Duration exitWait) {
        this(backend, spool, bounds, exitWait, ExitCodes.QUESTION_SERVICE, DEFAULT_HEARTBEAT);
    }

    /** Reports by REST, waiting where SPOOL.md says. */
    public static ReporterSettings of(URI url, String serviceKey) {
        return new ReporterSettings(
                new Backend(url, serviceKey, Backend.Protocol.REST, Backend.DEFAULT_TIMEOUT),
                SpoolPlace.of(System.getenv()),
                Bounds.DEFAULT,
                DEFAULT_EXIT_WAIT,
                exitCodes(System.getenv()),
                heartbeat(System.getenv()));
    }

    /**
     * As the environment says: {@code BACKEND_API_URL}, {@code BACKEND_SERVICE_KEY} (or {@code QS_API_KEY}),
     * {@code ENABLE_RUN_REPORTING}, {@code RUNLEDGER_TRANSPORT}, {@code RUNLEDGER_TIMEOUT_SECONDS}, {@code RUNLEDGER_SPOOL_DIR},
     * {@code RUNLEDGER_SPOOL_MAX_FILES}, {@code RUNLEDGER_SPOOL_MAX_BYTES}, {@code RUNLEDGER_EXIT_WAIT_SECONDS},
     * {@code RUNLEDGER_EXIT_CODES}, {@code RUNLEDGER_HEARTBEAT_SECONDS}. What cannot be understood is logged, and its default taken: a typing error must not stop a pipeline.
     */
    public static ReporterSettings fromEnvironment(Map<String, String> environment) {
        return new ReporterSettings(
                backend(environment),
                SpoolPlace.of(environment),
                new Bounds(
                        (int) number(environment, "RUNLEDGER_SPOOL_MAX_FILES", Bounds.DEFAULT.maxFiles()),
                        number(environment, "RUNLEDGER_SPOOL_MAX_BYTES", Bounds.DEFAULT.maxBytes())),
                seconds(environment, "RUNLEDGER_EXIT_WAIT_SECONDS", DEFAULT_EXIT_WAIT),
                exitCodes(environment),
                heartbeat(environment));
    }

    public ReporterSettings withSpool(Path spool) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    public ReporterSettings withBounds(Bounds bounds) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    public ReporterSettings withBackend(@Nullable Backend backend) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    public ReporterSettings withExitWait(Duration exitWait) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    public ReporterSettings withExitCodes(ExitCodes exitCodes) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    public ReporterSettings withHeartbeat(Duration heartbeat) {
        return new ReporterSettings(backend, spool, bounds, exitWait, exitCodes, heartbeat);
    }

    private static Duration heartbeat(Map<String, String> environment) {
        boolean isOff = environment
                .getOrDefault("RUNLEDGER_HEARTBEAT_SECONDS", "")
                .strip()
                .equals("0");
        return isOff ? Duration.ZERO : seconds(environment, "RUNLEDGER_HEARTBEAT_SECONDS", DEFAULT_HEARTBEAT);
    }

    private static @Nullable Backend backend(Map<String, String> environment) {
        String url = environment.getOrDefault("BACKEND_API_URL", "").strip();
        String backendKey = environment.getOrDefault("BACKEND_SERVICE_KEY", "").strip();
        String key = backendKey.isEmpty()
                ? environment.getOrDefault("QS_API_KEY", "").strip()
                : backendKey;
        String enabled = environment.getOrDefault("ENABLE_RUN_REPORTING", "").strip();
        if (NO.contains(enabled.toLowerCase(Locale.ROOT))) {
            return null;
        }
        if (url.isEmpty() || key.isEmpty()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Runs are not reported: BACKEND_API_URL and BACKEND_SERVICE_KEY (or QS_API_KEY) are needed");
            return null;
        }
        boolean graphQl = environment.getOrDefault("RUNLEDGER_TRANSPORT", "").equalsIgnoreCase("graphql");
        try {
            return new Backend(
                    URI.create(url),
                    key,
                    graphQl ? Backend.Protocol.GRAPHQL : Backend.Protocol.REST,
                    seconds(environment, "RUNLEDGER_TIMEOUT_SECONDS", Backend.DEFAULT_TIMEOUT));
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "Runs are not reported: BACKEND_API_URL is no URL: {0}", url);
            return null;
        }
    }

    private static Duration seconds(Map<String, String> environment, String name, Duration otherwise) {
        return Duration.ofSeconds(number(environment, name, otherwise.toSeconds()));
    }

    private static long number(Map<String, String> environment, String name, long otherwise) {
        String text = environment.getOrDefault(name, "").strip();
        try {
            long number = text.isEmpty() ? otherwise : Long.parseLong(text);
            if (number > 0 && number <= (otherwise > Integer.MAX_VALUE ? Long.MAX_VALUE : Integer.MAX_VALUE)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        LOG.log(System.Logger.Level.WARNING, "{0} should be a positive number, not {1}", name, text);
        return otherwise;
    }

    private static ExitCodes exitCodes(Map<String, String> environment) {
        String text = environment.getOrDefault("RUNLEDGER_EXIT_CODES", "");
        try {
            return text.isBlank() ? ExitCodes.QUESTION_SERVICE : ExitCodes.of(text);
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "RUNLEDGER_EXIT_CODES is {0}", e.getMessage());
            return ExitCodes.QUESTION_SERVICE;
        }
    }
}
