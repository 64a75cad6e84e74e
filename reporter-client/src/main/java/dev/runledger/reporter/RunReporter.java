package dev.runledger.reporter;

import dev.runledger.reporter.delivery.Backend;
import dev.runledger.reporter.delivery.Courier;
import dev.runledger.reporter.delivery.Delivery;
import dev.runledger.reporter.delivery.Heartbeats;
import dev.runledger.reporter.delivery.Transport;
import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Outcomes;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.payload.SummaryProblem;
import dev.runledger.reporter.spool.Kind;
import dev.runledger.reporter.spool.Report;
import dev.runledger.reporter.spool.Spool;
import java.io.IOException;
import java.nio.file.Path;
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
    private final @Nullable Heartbeats heartbeats;
    private final Thread atExit = new Thread(this::finish, "runledger-exit");

    private RunReporter(ReporterSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.spool = settings.backend() == null ? null : open(settings, clock);
        this.courier = settings.backend() == null ? null : courier(settings.backend());
        this.heartbeats = settings.backend() == null ? null : new Heartbeats(settings.backend(), settings.heartbeat());
        if (courier != null) {
            warmUp();
            addExitHook();
        }
    }

    /** Makes a report that nobody gets, so that the first call costs the pipeline no more than the next ones. */
    private void warmUp() {
        quietly(() -> {
            RunContext nobody = RunContext.NONE.withId(UUID.randomUUID());
            ObjectNode payload = Payload.completion(Json.of(Map.of()), 0, exitCodes(), nobody, now().toString());
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
     * reporter if this process dies. Within {@code run --} the first run is that of the wrapper.
     */
    public RunHandle start(int questionsRequested, RunContext context) {
        RunHandle enclosing = enclosing(questionsRequested, context);
        if (enclosing != null) {
            return enclosing;
        }
        Instant now = now();
        RunContext known = context.withId(context.runId());
        quietly(() -> {
            Report start = start(now, questionsRequested, known);
            hold(start);
            return keep(start);
        });
        return beating(new RunHandle(this, known, now, questionsRequested, new OpenFile.Own(spool, known.runId())));
    }

    private RunHandle beating(RunHandle run) {
        if (heartbeats != null) {
            heartbeats.add(run.id(), run::figures);
        }
        return run;
    }

    /**
     * Reports that a run starts whose pipeline is a child of this process. The child may report the end itself, given
     * {@link RunHandle#childEnvironment}, and is then believed.
     */
    public RunHandle startAround(int questionsRequested, RunContext context) {
        Instant now = now();
        RunContext known = context.withId(context.runId());
        Path open = quietly(() -> {
            Report start = start(now, questionsRequested, known);
            Path path = hold(start);
            keep(start);
            return path;
        });
        return new RunHandle(this, known, now, questionsRequested, new OpenFile.Around(spool, known.runId(), open));
    }

    /** The run of the wrapper around this process, if nobody has had it yet; else null. */
    private @Nullable RunHandle enclosing(int questionsRequested, RunContext context) {
        EnclosingRun enclosing = EnclosingRun.ofThisProcess();
        if (courier == null || enclosing == null || context.id() != null || !enclosing.take()) {
            return null;
        }
        ObjectNode reported = enclosing.start();
        RunContext known = context.withId(enclosing.id()).or(RunContext.of(reported));
        int requested = questionsRequested != 0
                ? questionsRequested
                : reported.path("questions_requested").asInt(0);
        Instant now = now();
        quietly(() -> {
            if (spool != null
                    && enclosing.openFile() != null
                    && spool.openRuns().contains(enclosing.openFile())) {
                spool.openRuns().takeOverFromWrapper(enclosing.id());
            }
            return keep(start(now, requested, known));
        });
        return beating(new RunHandle(this, known, now, requested, new OpenFile.Enclosing(spool, enclosing)));
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
            Report start = start(now, questionsRequested, known);
            if (spool != null) {
                spool.openRuns().watch(start, now.plus(giveUpAfter));
            }
            return keep(start);
        });
        return known.runId();
    }

    /** Whether a run that was started by {@link #startDetached} is known here as going on. */
    public boolean isOpen(UUID id) {
        return spool != null && spool.openRuns().has(id);
    }

    /** The handle of a run that was started elsewhere; what its start said fills the gaps of the context. */
    public RunHandle resume(UUID id, RunContext context) {
        EnclosingRun enclosing = EnclosingRun.ofThisProcess();
        if (enclosing != null && enclosing.id().equals(id)) {
            ObjectNode reported = enclosing.start();
            return new RunHandle(
                    this,
                    context.withId(id).or(RunContext.of(reported)),
                    null,
                    reported.path("questions_requested").asInt(0),
                    new OpenFile.Enclosing(spool, enclosing));
        }
        OpenFile own = new OpenFile.Own(spool, id);
        Report start = quietly(() -> spool == null ? null : spool.openRuns().find(id));
        if (start == null) {
            return new RunHandle(this, context.withId(id), null, 0, own);
        }
        return new RunHandle(
                this,
                context.withId(id).or(RunContext.of(start.payload())),
                start.createdAt(),
                start.payload().path("questions_requested").asInt(0),
                own);
    }

    /**
     * Reports a run that has ended, from its MetricsTracker summary.
     *
     * @return the run's id once the report is safe on disk, from where it will be delivered; null if it is not, or nothing is
     *     reported at all
     */
    public @Nullable UUID report(Map<String, ?> summary, int exitCode, RunContext context) {
        return report(summary, exitCode, context, new Outcomes());
    }

    /** As {@link #report(Map, int, RunContext)}, with figures that the summary does not have. */
    public @Nullable UUID report(Map<String, ?> summary, int exitCode, RunContext context, Outcomes outcomes) {
        RunHandle enclosing = enclosing(0, context);
        if (enclosing != null) {
            return enclosing.complete(summary, exitCode, outcomes) ? enclosing.id() : null;
        }
        RunContext known = context.withId(context.runId());
        ObjectNode read = quietly(() -> Json.of(summary));
        return quietly(() -> {
            ObjectNode payload = Payload.completion(
                    read == null ? Json.object() : read, exitCode, exitCodes(), known, now().toString());
            if (read == null) {
                Payload.withoutSummary(payload, SummaryProblem.NOT_JSON);
            }
            return end(outcomes.addTo(payload), new OpenFile.Own(spool, known.runId()));
        });
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

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    ExitCodes exitCodes() {
        return settings.exitCodes();
    }

    /** The run's id once its end is safe; else null. */
    @Nullable
    UUID end(ObjectNode payload, OpenFile openFile) {
        return quietly(() -> {
            Report completion = Report.of(Kind.COMPLETION, now(), payload);
            Report report = openFile.givesWay() ? completion.givingWay() : completion;
            if (courier == null || heartbeats == null) {
                return null;
            }
            heartbeats.remove(report.runId());
            if (write(report) == Written.SAFE) {
                openFile.remove();
                return report.runId();
            }
            // First, so that nobody finds it and takes a run for dead that has ended.
            quietly(() -> {
                openFile.removeUnkept();
                return null;
            });
            courier.deliverOnce(report);
            return null;
        });
    }

    private static Report start(Instant now, int questionsRequested, RunContext context) {
        return Report.of(Kind.START, now, Payload.start(now.toString(), questionsRequested, context));
    }

    private @Nullable Path hold(Report start) {
        try {
            return spool == null ? null : spool.openRuns().hold(start);
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "If run {0} dies, nobody will notice: {1}", start.runId(), e);
            return null;
        }
    }

    private @Nullable UUID keep(Report start) {
        if (courier == null) {
            return null;
        }
        Written written = write(start);
        if (written == Written.FAILED) {
            courier.deliverOnce(start);
        }
        return written == Written.SAFE ? start.runId() : null;
    }

    private enum Written {
        SAFE,
        NO_ROOM,
        FAILED
    }

    private Written write(Report report) {
        try {
            if (spool == null) {
                throw new IOException("there is none");
            }
            boolean safe = spool.queue().add(report);
            courier.nudge();
            return safe ? Written.SAFE : Written.NO_ROOM;
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Cannot write to the spool {0}: {1}", settings.spool(), e);
            return Written.FAILED;
        }
    }

    private void lost(Report report) {
        try {
            if (spool != null) {
                spool.queue().drop(report.kind());
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "Cannot count what was dropped", e);
        }
    }

    private void finish() {
        if (courier != null) {
            courier.finish(settings.exitWait());
        }
    }

    /** Something that may fail in any way. */
    interface Attempt<T> {
        @Nullable
        T run() throws Exception;
    }

    <T> @Nullable T quietly(Attempt<T> attempt) {
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

    private Courier courier(Backend backend) {
        Transport transport = backend.connect();
        return new Courier(spool == null ? null : new Delivery(spool, transport), transport, this::lost);
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
