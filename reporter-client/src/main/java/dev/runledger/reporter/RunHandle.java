package dev.runledger.reporter;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.RunContext;
import java.time.Duration;
import java.time.Instant;
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
    private final AtomicBoolean ended = new AtomicBoolean();

    /** @param startedAt null if it is not known here */
    RunHandle(RunReporter reporter, RunContext context, @Nullable Instant startedAt, int questionsRequested) {
        this.reporter = reporter;
        this.context = context;
        this.startedAt = startedAt;
        this.questionsRequested = questionsRequested;
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
     * Reports the end of the run; what the summary does not say of its times is taken from here.
     *
     * @return whether the report is safe on disk
     */
    public boolean complete(Map<String, ?> summary, int exitCode) {
        return ended.compareAndSet(false, true)
                && reporter.complete(() -> completed(Json.of(summary)), exitCode, context) != null;
    }

    /** As {@link #complete(Map, int)}, of a run that has no numbers. */
    public boolean complete(int exitCode) {
        return complete(Map.of(), exitCode);
    }

    /** Reports that the run failed because of this. */
    public void fail(Throwable cause) {
        end(cause.getClass().getSimpleName());
    }

    /** Reports the run as failed unless it has ended already. */
    @Override
    public void close() {
        end("not_completed");
    }

    private void end(String category) {
        if (ended.compareAndSet(false, true)) {
            reporter.fail(Payload.completion(completed(Json.object()), null, context, null), category);
        }
    }

    /** Fills the gaps of a summary with what this handle knows. */
    private ObjectNode completed(ObjectNode summary) {
        Instant now = reporter.now();
        ObjectNode execution = section(summary, "execution");
        putIfMissing(execution, "end_time", now.toString());
        if (startedAt != null) {
            putIfMissing(execution, "start_time", startedAt.toString());
        }
        if (startedAt != null && !execution.hasNonNull("duration_seconds")) {
            execution.put("duration_seconds", Duration.between(startedAt, now).toNanos() / 1e9);
        }
        ObjectNode generation = section(summary, "generation");
        if (!generation.hasNonNull("requested")) {
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
