package dev.runledger.reporter.spool;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A file that one thread of one process holds. The kernel's record locks belong to the process and are lost when <em>any</em>
 * descriptor of the file is closed, so a mutex per file keeps this process from opening it twice.
 */
public final class SpoolLock implements AutoCloseable {

    private static final Map<Path, Semaphore> MUTEXES = new ConcurrentHashMap<>();

    private final Semaphore mutex;
    private final RandomAccessFile file;

    private SpoolLock(Semaphore mutex, RandomAccessFile file) {
        this.mutex = mutex;
        this.file = file;
    }

    /** Null if someone else holds it. */
    static @Nullable SpoolLock tryTake(Path path) throws IOException {
        Semaphore mutex = mutex(path);
        if (!mutex.tryAcquire()) {
            return null;
        }
        return lock(path, mutex, false);
    }

    /** Waits for it; only for locks that are held for moments. */
    static SpoolLock take(Path path) throws IOException {
        Semaphore mutex = mutex(path);
        mutex.acquireUninterruptibly();
        SpoolLock lock = lock(path, mutex, true);
        if (lock == null) {
            throw new IllegalStateException("a lock that was waited for was not granted: " + path);
        }
        return lock;
    }

    private static Semaphore mutex(Path path) {
        return MUTEXES.computeIfAbsent(path, any -> new Semaphore(1));
    }

    private static @Nullable SpoolLock lock(Path path, Semaphore mutex, boolean wait) throws IOException {
        SpoolLock taken = null;
        RandomAccessFile file = null;
        try {
            if (!Files.exists(path)) {
                DurableFiles.createFile(path);
            }
            file = new RandomAccessFile(path.toFile(), "rw");
            FileLock lock = wait ? file.getChannel().lock() : file.getChannel().tryLock();
            taken = lock == null ? null : new SpoolLock(mutex, file);
            return taken;
        } finally {
            if (taken == null) {
                if (file != null) {
                    file.close();
                }
                mutex.release();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            mutex.release();
        }
    }
}
