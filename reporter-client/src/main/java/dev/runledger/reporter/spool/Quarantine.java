package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Reports that the server refused or nobody can read, each beside its reason. */
public final class Quarantine {

    private static final System.Logger LOG = System.getLogger(Quarantine.class.getName());
    private static final String REASON = ".reason";

    private final Path queue;
    private final Path folder;
    private final Path tmp;
    private final Retries retries;
    private final Bounds bounds;
    private final DropCount dropCount;
    private final Clock clock;

    /** For whom it was last looked through, and as of when; only while draining. */
    private @Nullable Looked looked;

    private record Looked(String backend, FileTime changed) {}

    Quarantine(Path queue, Path folder, Path tmp, Retries retries, Bounds bounds, DropCount dropCount, Clock clock) {
        this.queue = queue;
        this.folder = folder;
        this.tmp = tmp;
        this.retries = retries;
        this.bounds = bounds;
        this.dropCount = dropCount;
        this.clock = clock;
    }

    /** Puts a waiting report aside. */
    public void add(ReportName name, Reason reason) throws IOException {
        move(queue.resolve(name.toString()), reason);
    }

    /** Puts any file aside, under its own name; the reason goes first, so that no report is here without one. */
    void move(Path file, Reason reason) throws IOException {
        String name = file.getFileName().toString();
        makeRoom(Files.size(file));
        ObjectNode json = Json.object();
        json.put("status", reason.status());
        json.set("detail", reason.detail());
        json.put("at", Times.text(clock.instant()));
        if (reason.backend() != null) {
            json.put("backend", reason.backend());
        }
        if (reason.gaveUp()) {
            json.put("gave_up", true);
        }
        DurableFiles.write(tmp, folder.resolve(name + REASON), Json.write(json));
        DurableFiles.move(file, folder.resolve(name));
        retries.remove(name);
        LOG.log(System.Logger.Level.WARNING, "{0} is in quarantine: {1} {2}", name, reason.status(), reason.detail());
    }

    /** Names and reasons, oldest first. */
    public Map<String, Reason> contents() throws IOException {
        Map<String, Reason> contents = new TreeMap<>();
        for (String name : reports()) {
            contents.put(name, reason(name));
        }
        return contents;
    }

    /**
     * Puts back what a server refused or did not take for a day, for when its reason is gone; what nobody can read stays.
     *
     * @return how many were put back
     */
    public int requeue() throws IOException {
        return requeue(reason -> reason.status() != null || reason.gaveUp());
    }

    /**
     * Puts back what another key, or another server, refused because of the key or the path.
     *
     * @return how many were put back
     */
    public int requeueOfOtherBackends(String backend) throws IOException {
        Looked now = new Looked(backend, Files.getLastModifiedTime(folder));
        if (now.equals(looked)) {
            return 0;
        }
        looked = now;
        int count =
                requeue(reason -> reason.backend() != null && !reason.backend().equals(backend));
        if (count > 0) {
            LOG.log(System.Logger.Level.INFO, "{0} report(s) that another key sent are tried with this one", count);
        }
        return count;
    }

    private int requeue(Predicate<Reason> isGone) throws IOException {
        int count = 0;
        for (Map.Entry<String, Reason> entry : contents().entrySet()) {
            if (isGone.test(entry.getValue()) && ReportName.parse(entry.getKey()) != null) {
                DurableFiles.move(folder.resolve(entry.getKey()), queue.resolve(entry.getKey()));
                Files.deleteIfExists(folder.resolve(entry.getKey() + REASON));
                count++;
            }
        }
        return count;
    }

    private Reason reason(String name) throws IOException {
        try {
            ObjectNode json = Json.read(Files.readAllBytes(folder.resolve(name + REASON)));
            @Nullable JsonNode detail = json.get("detail");
            return new Reason(
                    json.path("status").isInt() ? json.get("status").intValue() : null,
                    detail == null ? StringNode.valueOf("") : detail,
                    json.path("backend").isString() ? json.get("backend").asString() : null,
                    json.path("gave_up").asBoolean(false));
        } catch (NoSuchFileException | JacksonException e) {
            return Reason.unreadable("its reason was lost");
        }
    }

    private List<String> reports() throws IOException {
        return Queue.files(folder).stream()
                .filter(name -> !name.endsWith(REASON))
                .sorted()
                .toList();
    }

    private long size(String report) throws IOException {
        ReportName name = ReportName.parse(report);
        return name != null ? name.bytes() : Files.size(folder.resolve(report));
    }

    private void makeRoom(long bytes) throws IOException {
        List<String> reports = reports();
        long files = reports.size() + 1L;
        long size = bytes;
        for (String name : reports) {
            size += size(name);
        }
        int dropped = 0;
        for (String oldest : reports) {
            if (files <= bounds.maxFiles() && size <= bounds.maxBytes()) {
                break;
            }
            size -= size(oldest);
            files--;
            dropped++;
            Files.deleteIfExists(folder.resolve(oldest));
            Files.deleteIfExists(folder.resolve(oldest + REASON));
        }
        if (dropped > 0) {
            dropCount.add(new Dropped(0, 0, dropped));
            LOG.log(System.Logger.Level.WARNING, "The quarantine {0} is full: dropped its oldest {1}", folder, dropped);
        }
    }
}
