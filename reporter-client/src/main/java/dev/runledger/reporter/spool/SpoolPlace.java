package dev.runledger.reporter.spool;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Where the spool is, by the rules of SPOOL.md that hold for all languages. */
public final class SpoolPlace {

    private static final Path SHARED = Path.of("/var/tmp");
    private static final String PREFIX = "runledger-";

    private SpoolPlace() {}

    /** As the environment variables say. */
    public static Path of(Map<String, String> environment) {
        return of(environment, () -> new UnixSystem().getUid(), Files::isDirectory);
    }

    static Path of(Map<String, String> environment, LongSupplier uid, Predicate<Path> isFolder) {
        String spool = environment.getOrDefault("RUNLEDGER_SPOOL_DIR", "").strip();
        String home = environment.getOrDefault("HOME", "");
        if (!spool.isEmpty()) {
            return spool.startsWith("~/") && !home.isEmpty() ? Path.of(home, spool.substring(2)) : Path.of(spool);
        }
        if (home.startsWith("/") && isFolder.test(Path.of(home))) {
            return Path.of(home, ".runledger", "spool");
        }
        return SHARED.resolve(PREFIX + uid.getAsLong()).resolve("spool");
    }

    /** In a folder where everybody may write, somebody else may have been first. */
    static void checkOwner(Path spool) throws IOException {
        Path folder = spool.toAbsolutePath().getParent();
        if (folder == null
                || !SHARED.equals(folder.getParent())
                || !folder.getFileName().toString().startsWith(PREFIX)) {
            return;
        }
        Map<String, Object> attributes =
                Files.readAttributes(folder, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
        Set<?> permissions = (Set<?>) attributes.get("permissions");
        boolean isOurs = Boolean.TRUE.equals(attributes.get("isDirectory"))
                && ((Number) attributes.get("uid")).longValue() == new UnixSystem().getUid();
        if (!isOurs
                || permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(folder + " is not a folder of this user alone");
        }
    }
}
