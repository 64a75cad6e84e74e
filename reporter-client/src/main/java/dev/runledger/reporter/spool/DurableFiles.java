package dev.runledger.reporter.spool;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Writes that a crash cannot halve: temporary file, fsync, rename, fsync of the folder. Streams rather than channels, because an
 * interrupt closes a channel, and a pipeline may well be interrupted while it reports.
 */
final class DurableFiles {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");

    private DurableFiles() {}

    /** Makes the folder and those above it, each for its owner alone. */
    static void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path above = folder.toAbsolutePath().getParent();
        if (above != null) {
            createFolder(above);
        }
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
            syncFolder(above);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Writes the content to a new file in {@code tmp} and gives it its name in one step. */
    static void write(Path tmp, Path target, byte[] content) throws IOException {
        Path temporary = createTemporary(tmp);
        try {
            try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            move(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** As {@link #write}, for what is no promise to anybody: whole or not there at all after a crash. */
    static void replace(Path tmp, Path target, byte[] content) throws IOException {
        Path temporary = createTemporary(tmp);
        try {
            Files.write(temporary, content);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static Path createTemporary(Path tmp) throws IOException {
        Path temporary = tmp.resolve(ProcessHandle.current().pid() + "-" + UUID.randomUUID());
        return Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    /** Makes an empty file that stays: a lock. */
    static void createFile(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            // Another process was first.
        }
    }

    static void write(RandomAccessFile file, byte[] content) throws IOException {
        file.setLength(0);
        file.write(content);
        file.getFD().sync();
    }

    /** Renames over whatever has the name, and makes the new name last. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to.toAbsolutePath().getParent());
    }

    /** Only a channel can open a folder, so an interrupt is put aside until the folder is synced. */
    static void syncFolder(Path folder) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = Thread.interrupted() || interrupted;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
