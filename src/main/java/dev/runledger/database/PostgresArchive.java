package dev.runledger.database;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.FileSystemUtils;

/** The PostgreSQL that comes as one archive per platform on the class path. */
final class PostgresArchive {

    private PostgresArchive() {}

    /**
     * Unpacks the programs for this platform unless that has been done before. They are renamed into place when complete,
     * so that an interrupted start leaves nothing that looks whole.
     *
     * @return the directory above bin, lib and share
     */
    static Path unpackedIn(Path directory) throws IOException {
        String archive = archiveFor(System.getProperty("os.name"), System.getProperty("os.arch"));
        URL packed = PostgresArchive.class.getResource("/" + archive);
        if (packed == null) {
            throw new FailureAnalyzedException(
                    "This build brings no PostgreSQL for this machine (%s is missing).".formatted(archive),
                    "Build it on such a machine, or name a server of your own with SPRING_DATASOURCE_URL.");
        }
        URLConnection connection = packed.openConnection();
        // The size distinguishes builds of PostgreSQL.
        Path home = directory.resolve(archive.replace(".txz", "-") + connection.getContentLengthLong());
        if (!Files.exists(home)) {
            FileSystemUtils.deleteRecursively(directory);
            Path unfinished = directory.resolve("unfinished");
            try (InputStream content = connection.getInputStream()) {
                unpack(content, unfinished);
            }
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        }
        return home;
    }

    static String archiveFor(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.equals("aarch64") ? "arm_64" : "x86_64";
        if (os.startsWith("windows")) {
            return "postgres-windows-" + arch + ".txz";
        }
        if (os.startsWith("mac")) {
            return "postgres-darwin-" + arch + ".txz";
        }
        boolean alpine = Files.exists(Path.of("/etc/alpine-release"));
        return "postgres-linux-" + arch + (alpine ? "-alpine_linux" : "") + ".txz";
    }

    private static void unpack(InputStream packed, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    if ((entry.getMode() & 0100) != 0) {
                        path.toFile().setExecutable(true, false);
                    }
                }
            }
        }
    }
}
