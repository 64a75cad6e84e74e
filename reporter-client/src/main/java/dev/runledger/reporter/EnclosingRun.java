package dev.runledger.reporter;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.RunContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The run that a wrapper ({@code run --}) around this process has reported. The first run within is that run, so that both tell
 * of one; later ones are runs of their own.
 *
 * @param openFile the wrapper's open file, which says that the run goes on; null if the wrapper names none
 */
record EnclosingRun(UUID id, @Nullable Path openFile, AtomicBoolean isTaken) {

    static final String ID = "RUNLEDGER_RUN_ID";
    static final String OPEN_FILE = "RUNLEDGER_RUN_OPEN_FILE";

    /** The one of this process: however many reporters it makes, one run is the wrapper's. */
    private static final @Nullable EnclosingRun OF_THIS_PROCESS = of(System.getenv());

    static @Nullable EnclosingRun ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    static @Nullable EnclosingRun of(Map<String, String> environment) {
        String file = environment.getOrDefault(OPEN_FILE, "");
        try {
            UUID id = UUID.fromString(environment.getOrDefault(ID, "").strip());
            return new EnclosingRun(id, file.isBlank() ? null : Path.of(file), new AtomicBoolean());
        } catch (IllegalArgumentException e) {
            // Also InvalidPathException: what is no run's name encloses nothing.
            return null;
        }
    }

    /** True once, and only while nobody has reported its end. */
    boolean take() {
        return (openFile == null || Files.exists(openFile)) && isTaken.compareAndSet(false, true);
    }

    /** What the wrapper has reported; an empty object if that cannot be read. */
    ObjectNode start() {
        try {
            return openFile != null
                            && Json.read(Files.readAllBytes(openFile)).get("payload") instanceof ObjectNode start
                    ? start
                    : Json.object();
        } catch (IOException | JacksonException e) {
            return Json.object();
        }
    }

    RunContext context() {
        return RunContext.of(start()).withId(id);
    }

    /** Its end has been reported, so the wrapper need not. */
    void end() throws IOException {
        if (openFile != null) {
            Files.deleteIfExists(openFile);
        }
    }
}
