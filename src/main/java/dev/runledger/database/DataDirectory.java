package dev.runledger.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/** The directory that holds all a server keeps on disk, claimed for this process until closed. */
public final class DataDirectory implements AutoCloseable {

    private final Path path;
    private final FileChannel lock;

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates the directory if need be and locks it. The operating system gives the lock back however the process ends.
     *
     * @throws FailureAnalyzedException if another process has it, or if it cannot be written to
     */
    static DataDirectory claim(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(
                    path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                String holder = contentOf(channel);
                channel.close();
                throw inUse(path, holder);
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    Long.toString(ProcessHandle.current().pid())));
            return new DataDirectory(path, channel);
        } catch (IOException e) {
            throw new FailureAnalyzedException(
                    "The data directory %s cannot be used: %s.".formatted(path, e),
                    "Make it writable for this user, or name another with RUNLEDGER_DATA_DIR.",
                    e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String contentOf(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(20);
        channel.read(content, 0);
        return StandardCharsets.US_ASCII.decode(content.flip()).toString();
    }

    private static FailureAnalyzedException inUse(Path path, String holder) {
        return new FailureAnalyzedException(
                "Another server (process %s) is running on the data directory %s.".formatted(holder, path),
                "Stop it first, or give this one a directory of its own with RUNLEDGER_DATA_DIR.");
    }

    /** The directory's absolute path. */
    public Path path() {
        return path;
    }

    /** Writes a file that nobody else may read, and that is there in full or not at all. */
    public void writePrivately(String name, String content) throws IOException {
        // A temporary file belongs to its owner alone from the moment it exists.
        Path unfinished = Files.createTempFile(path, name, ".unfinished");
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            file.write(StandardCharsets.UTF_8.encode(content));
            file.force(true);
        }
        Files.move(unfinished, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
