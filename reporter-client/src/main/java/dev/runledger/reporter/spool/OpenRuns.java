package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The runs that have started and not yet ended. A run's process keeps its file locked; the kernel lets go when the process dies, so
 * whoever finds a file that nobody holds knows that this run has failed.
 */
public final class OpenRuns {

    private static final System.Logger LOG = System.getLogger(OpenRuns.class.getName());

    /** What this process has open. Never opened twice: closing the second descriptor would give up the lock. */
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private static final Map<Path, Closeable> HELD = new ConcurrentHashMap<>();

    private final Path folder;
    private final Path tmp;
    private final Queue queue;
    private final Quarantine quarantine;
    private final Clock clock;

    OpenRuns(Path folder, Path tmp, Queue queue, Quarantine quarantine, Clock clock) {
        this.folder = folder;
        this.tmp = tmp;
        this.queue = queue;
        this.quarantine = quarantine;
        this.clock = clock;
    }

    /**
     * Says that this process runs it, for as long as it lives.
     *
     * @return the open file
     */
    public Path hold(Report start) throws IOException {
        Path path = path(start.runId());
        // Claimed before it has its name, or this process could take itself for dead.
        if (!CLAIMED.add(path)) {
            return path;
        }
        try {
            HELD.put(path, lockedFile(path, Json.write(open(start, "lock", null))));
        } finally {
            if (!HELD.containsKey(path)) {
                CLAIMED.remove(path);
            }
        }
        return path;
    }

    private RandomAccessFile lockedFile(Path path, byte[] content) throws IOException {
        Path temporary = DurableFiles.createTemporary(tmp);
        RandomAccessFile file = new RandomAccessFile(temporary.toFile(), "rw");
        boolean done = false;
        try {
            if (file.getChannel().tryLock() == null) {
                throw new IOException("cannot lock " + temporary);
            }
            DurableFiles.write(file, content);
            DurableFiles.move(temporary, path);
            done = true;
            return file;
        } finally {
            if (!done) {
                file.close();
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Says that this process runs it, should the wrapper that says so now be killed alone. */
    public void takeOverFromWrapper(UUID runId) {
        Path path = path(runId);
        if (!CLAIMED.add(path)) {
            return;
        }
        Thread thread = new Thread(() -> awaitLock(path), "runledger-take-over");
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitLock(Path path) {
        try {
            FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            file.lock();
            if (Files.exists(path)) {
                HELD.put(path, file);
            } else {
                file.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "Nothing to take over", e);
        }
    }

    /** For a start whose process ends at once: the run counts as dead when the deadline has passed. */
    public void watch(Report start, Instant deadline) throws IOException {
        DurableFiles.write(tmp, path(start.runId()), Json.write(open(start, "deadline", deadline)));
    }

    /** The start of a run that is still open; null if there is none, or this process cannot read it. */
    public @Nullable Report find(UUID runId) throws IOException {
        Path path = path(runId);
        if (CLAIMED.contains(path)) {
            return null;
        }
        try {
            return Report.read(Files.readAllBytes(path));
        } catch (NoSuchFileException | UnreadableReportException e) {
            return null;
        }
    }

    /** The run has ended and its completion is safe. */
    public void close(UUID runId) throws IOException {
        Path path = path(runId);
        Files.deleteIfExists(path);
        Closeable held = HELD.remove(path);
        if (held != null) {
            held.close();
            CLAIMED.remove(path);
        }
    }

    /** Whether a run is open. */
    public boolean has(UUID runId) {
        return Files.exists(path(runId));
    }

    /** Whether a file is one of these. */
    public boolean contains(Path file) {
        return folder.equals(file.getParent());
    }

    /** How many runs are open. */
    public int count() throws IOException {
        return Queue.files(folder).size();
    }

    /**
     * Reports as failed whatever died.
     *
     * @return how many runs that were
     */
    public int adopt() throws IOException {
        int adopted = 0;
        for (String name : Queue.files(folder)) {
            Path path = folder.resolve(name);
            if (CLAIMED.add(path)) {
                try {
                    adopted += adopt(path) ? 1 : 0;
                } finally {
                    CLAIMED.remove(path);
                }
            }
        }
        return adopted;
    }

    private boolean adopt(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = file.tryLock();
            // A name that is gone by now belonged to a run that has just ended properly.
            return lock != null && Files.exists(path) && adoptLocked(path, content(file));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static byte[] content(FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
        while (content.hasRemaining() && file.read(content) >= 0) {}
        return content.array();
    }

    private boolean adoptLocked(Path path, byte[] content) throws IOException {
        if (Report.isNewerFormat(content)) {
            return false;
        }
        try {
            ObjectNode json = Json.read(content);
            Report start = Report.of(json);
            if (isStillWatched(json)) {
                return false;
            }
            if (!queue.add(Report.adopted(clock.instant(), Payload.died(start.payload())))) {
                return false;
            }
            Files.deleteIfExists(path);
            LOG.log(System.Logger.Level.WARNING, "Run {0} died without a report: reported as failed", start.runId());
            return true;
        } catch (JacksonException | UnreadableReportException | DateTimeException | IllegalArgumentException e) {
            quarantine.move(path, Reason.unreadable("an open run that cannot be read: " + e));
            return false;
        }
    }

    private boolean isStillWatched(ObjectNode json) {
        return json.path("liveness").asString("").equals("deadline")
                && clock.instant()
                        .isBefore(Instant.parse(json.path("expires_at").asString("")));
    }

    private static ObjectNode open(Report start, String liveness, @Nullable Instant expiresAt) {
        ObjectNode json = start.toJson();
        json.put("liveness", liveness);
        json.put("expires_at", expiresAt == null ? null : Times.text(expiresAt));
        return json;
    }

    private Path path(UUID runId) {
        return folder.resolve(runId + ".json");
    }
}
