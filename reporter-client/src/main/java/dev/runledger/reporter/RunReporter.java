package dev.runledger.reporter;

import dev.runledger.reporter.delivery.Courier;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.delivery.Transport;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reports runs. Each call writes to disk and returns; delivery happens beside or later, and no exception ever leaves this class.
 * Whatever could not be delivered by {@link #close} (or the end of the process) is delivered by the next reporter that uses the
 * same spool.
 */
public final class RunReporter implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(RunReporter.class.getName());

    private final ReporterSettings settings;
    private final Clock clock;
    private final @Nullable Spool spool;
    private final @Nullable Courier courier;
    private final Thread atExit = new Thread(this::finish, "runledger-exit");

    private RunReporter(ReporterSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.spool = settings.backend() == null ? null : open(settings, clock);
        this.courier = courier(settings, spool);
        if (courier != null) {
            warmUp();
            addExitHook();
        }
    }

    /** Makes a report that nobody gets, so that the first call costs the pipeline no more than the next ones. */
    private void warmUp() {
        quietly(() -> {
            RunContext nobody = RunContext.NONE.withId(UUID.randomUUID());
            ObjectNode payload = Payload.completion(Json.of(Map.of()), 0, nobody, now().toString());
            if (spool != null) {
                spool.queue().rehearse(Report.of(Kind.COMPLETION, now(), payload));
            }
            return null;
        });
    }

    /** As the environment variables say, see {@link ReporterSettings#fromEnvironment}. */
    public static RunReporter fromEnvironment() {
        return with(ReporterSettings.fromEnvironment(System.getenv()));
    }

    public static RunReporter with(ReporterSettings settings) {
        return new RunReporter(settings, Clock.systemUTC());
    }

    /**
     * Reports that a run starts. Complete or fail the handle; closing it without either reports the run as failed, and so does the next
     * reporter if this process dies.
     */
    public RunHandle start(int questionsRequested, RunContext context) {
        Instant now = now();
        RunContext known = context.withId(context.runId());
        quietly(() -> {
            Report start = Report.of(Kind.START, now, Payload.start(now.toString(), questionsRequested, known));
            hold(start);
            return keep(start);
        });
        return new RunHandle(this, known, now, questionsRequested);
    }

    /**
     * Reports that a run starts whose process is not this one; {@link #resume} it to report its end.
     *
     * @param giveUpAfter when the run counts as dead
     * @return the run's id, known whether or not the report could be kept
     */
    public UUID startDetached(int questionsRequested, RunContext context, Duration giveUpAfter) {
        Instant now = now();
        RunContext known = context.withId(context.runId());
        quietly(() -> {
            Report start = Report.of(Kind.START, now, Payload.start(now.toString(), questionsRequested, known));
            if (spool != null) {
                spool.openRuns().watch(start, now.plus(giveUpAfter));
            }
            return keep(start);
        });
        return known.runId();
    }

    /** The handle of a run that was started elsewhere; what its start said fills the gaps of the context. */
    public RunHandle resume(UUID id, RunContext context) {
        Report start = quietly(() -> spool == null ? null : spool.openRuns().find(id));
        if (start == null) {
            return new RunHandle(this, context.withId(id), null, 0);
        }
        return new RunHandle(
                this,
                context.withId(id).or(RunContext.of(start.payload())),
                start.createdAt(),
                start.payload().path("questions_requested").asInt(0));
    }

    /**
     * Reports a run that has ended, from its MetricsTracker summary.
     *
     * @return the run's id once the report is safe on disk; null if it is not, or nothing is reported at all
     */
    public @Nullable UUID report(Map<String, ?> summary, int exitCode, RunContext context) {
        return complete(() -> Json.of(summary), exitCode, context);
    }

    /** Ends a delivery that is going well, see {@link ReporterSettings#exitWait}; a server that is away holds nothing up. */
    @Override
    public void close() {
        quietly(() -> {
            finish();
            removeExitHook();
            return null;
        });
    }

    /** As {@link #report}; the summary is made where its failure can be caught. */
    @Nullable
    UUID complete(SummarySource summary, @Nullable Integer exitCode, RunContext context) {
        return quietly(() -> {
            Instant now = now();
            return end(Payload.completion(summary.get(), exitCode, context, now.toString()), now);
        });
    }

    /** Reports a run without numbers as failed. */
    @Nullable
    UUID fail(ObjectNode payload, String category) {
        return quietly(() -> end(Payload.markFailed(payload, category), now()));
    }

    /** A summary, made on demand. */
    interface SummarySource {
        ObjectNode get();
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private @Nullable UUID end(ObjectNode payload, Instant now) throws IOException {
        UUID kept = keep(Report.of(Kind.COMPLETION, now, payload));
        if (spool != null && kept != null) {
            spool.openRuns().close(kept);
        }
        return kept;
    }

    private void hold(Report start) {
        if (spool != null) {
            try {
                spool.openRuns().hold(start);
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "If run {0} dies, nobody will notice: {1}", start.runId(), e);
            }
        }
    }

    private @Nullable UUID keep(Report report) {
        if (courier == null) {
            return null;
        }
        try {
            if (spool == null) {
                throw new IOException("there is no spool");
            }
            boolean kept = spool.queue().add(report);
            courier.nudge();
            return kept ? report.runId() : null;
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Cannot write to the spool {0}: {1}", settings.spool(), e);
            courier.deliverOnce(report);
            return null;
        }
    }

    private void finish() {
        if (courier != null) {
            courier.finish(settings.exitWait());
        }
    }

    /** Something that may fail in any way. */
    private interface Attempt<T> {
        @Nullable
        T run() throws Exception;
    }

    private <T> @Nullable T quietly(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (Throwable e) {
            // Even a stack overflow in a summary that contains itself is no reason to stop a pipeline.
            LOG.log(System.Logger.Level.WARNING, "A run was not reported", e);
            return null;
        }
    }

    private static @Nullable Spool open(ReporterSettings settings, Clock clock) {
        try {
            return Spool.open(settings.spool(), settings.bounds(), clock);
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Cannot use the spool {0}: {1}", settings.spool(), e);
            return null;
        }
    }

    private static @Nullable Courier courier(ReporterSettings settings, @Nullable Spool spool) {
        if (settings.backend() == null) {
            return null;
        }
        Transport transport = settings.backend().connect();
        return new Courier(spool == null ? null : new Delivery(spool, transport), transport);
    }

    private void addExitHook() {
        try {
            Runtime.getRuntime().addShutdownHook(atExit);
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "The process is ending already");
        }
    }

    private void removeExitHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, "The process is ending already");
        }
    }
}
