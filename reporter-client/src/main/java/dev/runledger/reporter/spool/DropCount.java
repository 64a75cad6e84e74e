package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** The count of what was dropped, kept across processes. */
final class DropCount {

    private final Path lock;
    private final Path file;
    private final Path tmp;
    private final Clock clock;

    DropCount(Path root, Path tmp, Clock clock) {
        this.lock = root.resolve("counters.lock");
        this.file = root.resolve("dropped.json");
        this.tmp = tmp;
        this.clock = clock;
    }

    void add(Dropped dropped) throws IOException {
        try (SpoolLock held = SpoolLock.take(lock)) {
            Dropped sum = read().plus(dropped);
            ObjectNode json = Json.object()
                    .put("starts", sum.starts())
                    .put("completions", sum.completions())
                    .put("quarantined", sum.quarantined())
                    .put("last_at", Times.text(clock.instant()));
            DurableFiles.write(tmp, file, Json.write(json));
        }
    }

    /** A count that cannot be read starts anew: it must never keep a report from being written. */
    Dropped read() throws IOException {
        try {
            ObjectNode json = Json.read(Files.readAllBytes(file));
            return new Dropped(
                    json.path("starts").asLong(0),
                    json.path("completions").asLong(0),
                    json.path("quarantined").asLong(0));
        } catch (NoSuchFileException | JacksonException e) {
            return Dropped.NONE;
        }
    }
}
