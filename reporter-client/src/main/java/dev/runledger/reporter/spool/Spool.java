package dev.runledger.reporter.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A folder of reports that wait, as SPOOL.md describes it; any number of processes share one. */
public final class Spool {

    private static final System.Logger LOG = System.getLogger(Spool.class.getName());
    private static final Duration STALE = Duration.ofHours(1);

    private final Path root;
    private final Path tmp;
    private final Queue queue;
    private final Retries retries;
    private final Quarantine quarantine;
    private final OpenRuns openRuns;
    private final DropCount dropCount;
    private final Clock clock;

    private Spool(Path root, Bounds bounds, Clock clock) {
        this.root = root;
        this.tmp = root.resolve("tmp");
        this.clock = clock;
        Path waiting = root.resolve("queue");
        this.dropCount = new DropCount(root, tmp, clock);
        this.retries = new Retries(root.resolve("retry"), tmp);
        this.queue = new Queue(waiting, tmp, retries, bounds, dropCount, clock);
        this.quarantine = new Quarantine(waiting, root.resolve("quarantine"), tmp, retries, bounds, dropCount, clock);
        this.openRuns = new OpenRuns(root.resolve("open"), tmp, queue, quarantine, clock);
    }

    /** Opens the spool in a folder, making it if there is none. */
    public static Spool open(Path folder, Bounds bounds, Clock clock) throws IOException {
        DurableFiles.createFolder(folder);
        SpoolPlace.checkOwner(folder);
        // One path for one folder, or two paths to it would not see each other's locks within this process.
        Path root = folder.toRealPath();
        for (String name : new String[] {"tmp", "queue", "retry", "quarantine", "open"}) {
            DurableFiles.createFolder(root.resolve(name));
        }
        return new Spool(root, bounds, clock);
    }

    public Path root() {
        return root;
    }

    public Queue queue() {
        return queue;
    }

    /** What failed so far. */
    public Retries retries() {
        return retries;
    }

    public Quarantine quarantine() {
        return quarantine;
    }

    public OpenRuns openRuns() {
        return openRuns;
    }

    public Dropped dropped() throws IOException {
        return dropCount.read();
    }

    /** The right to deliver; null if another process or thread has it. */
    public @Nullable SpoolLock tryDrain() throws IOException {
        return SpoolLock.tryTake(root.resolve("drain.lock"));
    }

    /** Puts away what no delivery can use: foreign files, and what a process left half-written when it died. Only while draining. */
    public void tidy() throws IOException {
        for (String stranger : queue.strangers()) {
            quarantine.move(root.resolve("queue").resolve(stranger), Reason.unreadable("not the name of a report"));
        }
        retries.tidy(queue.names());
        for (String name : Queue.files(tmp)) {
            Path file = tmp.resolve(name);
            try {
                if (Files.getLastModifiedTime(file)
                        .toInstant()
                        .isBefore(clock.instant().minus(STALE))) {
                    Files.deleteIfExists(file);
                    LOG.log(System.Logger.Level.WARNING, "Removed {0}, which a process left half-written", file);
                }
            } catch (NoSuchFileException e) {
                // Its writer has just given it its name.
            }
        }
    }

    /** How many files are being written, or were left half-written. */
    public int unfinished() throws IOException {
        return Queue.files(tmp).size();
    }
}
