package dev.runledger.reporter;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Outcomes;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.payload.SummaryProblem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A run that has been reported as started. It ends once: by {@link #complete}, {@link #fail}, or {@link #close}. */
public final class RunHandle implements AutoCloseable {

    private final RunReporter reporter;
    private final RunContext context;
    private final @Nullable Instant startedAt;
    private final int questionsRequested;
    private final OpenFile openFile;
    private final Outcomes outcomes = new Outcomes();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile ObjectNode progress = Json.object();

    /** @param startedAt null if it is not known here */
    RunHandle(
            RunReporter reporter,
            RunContext context,
            @Nullable Instant startedAt,
            int questionsRequested,
            OpenFile openFile) {
        this.reporter = reporter;
        this.context = context;
        this.startedAt = startedAt;
        this.questionsRequested = questionsRequested;
        this.openFile = openFile;
    }

    /** The run's id in the ledger. */
    public UUID id() {
        UUID id = context.id();
        if (id == null) {
            throw new IllegalStateException("a started run has an id");
        }
        return id;
    }

    /**
     * Adds to the figures of one key of a dimension, see {@link Outcomes#count}. Sent with the end of the run.
     *
     * @param dimension {@code provider}, {@code type}, {@code difficulty}, or one of your own, such as {@code model}
     */
    public void count(String dimension, String key, Map<String, ? extends Number> numbers) {
        reporter.quietly(() -> outcomes.count(dimension, key, numbers));
    }

    /** Adds to a metric of your own that is a plain number, such as minutes. Sent with the end of the run. */
    public void metric(String name, Number value) {
        reporter.quietly(() -> outcomes.metric(name, value));
    }

    /** Adds to a metric of your own that is a share: so many of so many. Sent with the end of the run. */
    public void metric(String name, Number value, Number of) {
        reporter.quietly(() -> outcomes.metric(name, value, of));
    }

    /**
     * Says how far the run has come: a summary as far as it is known, sent with the next heartbeat and shown live. Nothing of it is
     * counted.
     */
    public void progress(Map<String, ?> summary) {
        ObjectNode read = reporter.quietly(() -> Payload.progress(Json.of(summary)));
        progress = read == null ? progress : read;
    }

    /** What is known so far. */
    ObjectNode figures() {
        return outcomes.addTo(progress.deepCopy());
    }

    /**
     * Reports the end of the run; what the summary does not say of its times is taken from here.
     *
     * @return whether the report is safe on disk, from where it will be delivered
     */
    public boolean complete(Map<String, ?> summary, int exitCode) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        ObjectNode read = reporter.quietly(() -> Json.of(summary));
        if (read == null) {
            return endWithout(SummaryProblem.NOT_JSON, exitCode);
        }
        boolean isUnknown = read.isEmpty() && outcomes.isEmpty();
        return end(() -> isUnknown ? Payload.withoutFigures(payload(read, exitCode)) : payload(read, exitCode));
    }

    /** As {@link #complete(Map, int)}, with figures that the summary does not have. */
    boolean complete(Map<String, ?> summary, int exitCode, Outcomes more) {
        outcomes.addAll(more);
        return complete(summary, exitCode);
    }

    /** As {@link #complete(Map, int)}, of a run that has no numbers. */
    public boolean complete(int exitCode) {
        return complete(Map.of(), exitCode);
    }

    /** As {@link #complete(Map, int)}, of a run whose numbers are missing although there should be some. */
    public boolean complete(SummaryProblem problem, int exitCode) {
        return ended.compareAndSet(false, true) && endWithout(problem, exitCode);
    }

    /** Reports that the run failed because of this. */
    public void fail(Throwable cause) {
        fail(cause.getClass().getSimpleName());
    }

    /** Reports the run as failed unless it has ended already. */
    @Override
    public void close() {
        fail("not_completed");
    }

    private void fail(String category) {
        if (ended.compareAndSet(false, true)) {
            end(() -> Payload.markFailed(payload(Json.object(), null), category));
        }
    }

    /**
     * What the environment of a child needs, so that a reporter within it reports the end of this run rather than another run. Only
     * of a run that was started by {@link RunReporter#startAround}.
     */
    public Map<String, String> childEnvironment() {
        Map<String, String> environment = new HashMap<>();
        environment.put(EnclosingRun.ID, id().toString());
        Path path = openFile instanceof OpenFile.Around around ? around.path() : null;
        if (path != null) {
            environment.put(EnclosingRun.OPEN_FILE, path.toString());
        }
        return environment;
    }

    private boolean endWithout(SummaryProblem problem, int exitCode) {
        return end(() -> Payload.withoutSummary(payload(Json.object(), exitCode), problem));
    }

    private boolean end(RunReporter.Attempt<ObjectNode> payload) {
        if (openFile.isEndedByOther()) {
            return true;
        }
        ObjectNode end = reporter.quietly(payload);
        return end != null && reporter.end(outcomes.addTo(end), openFile) != null;
    }

    private ObjectNode payload(ObjectNode summary, @Nullable Integer exitCode) {
        return Payload.completion(completed(summary), exitCode, reporter.exitCodes(), context, null);
    }

    /** Fills the gaps of a summary with what this handle knows. */
    private ObjectNode completed(ObjectNode summary) {
        Instant now = reporter.now();
        ObjectNode execution = section(summary, "execution");
        // Then a duration of 0 only says that nobody ended it.
        boolean wasUnended = !execution.hasNonNull("end_time");
        putIfMissing(execution, "end_time", now.toString());
        if (startedAt != null) {
            putIfMissing(execution, "start_time", startedAt.toString());
        }
        boolean isUnended = wasUnended && execution.path("duration_seconds").asDouble(0) == 0;
        if (startedAt != null && (isUnended || !execution.hasNonNull("duration_seconds"))) {
            execution.put("duration_seconds", Duration.between(startedAt, now).toNanos() / 1e9);
        }
        ObjectNode generation = section(summary, "generation");
        if (generation.path("requested").asDouble(0) == 0) {
            generation.put("requested", questionsRequested);
        }
        return summary;
    }

    private static ObjectNode section(ObjectNode summary, String name) {
        return summary.get(name) instanceof ObjectNode section ? section : summary.putObject(name);
    }

    private static void putIfMissing(ObjectNode section, String name, String value) {
        if (!section.hasNonNull(name)) {
            section.put(name, value);
        }
    }
}
