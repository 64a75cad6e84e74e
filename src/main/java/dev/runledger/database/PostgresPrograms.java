package dev.runledger.database;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs PostgreSQL's own programs. */
final class PostgresPrograms {

    private final Path bin;
    private final List<String> prefix;

    PostgresPrograms(Path home) throws IOException {
        this.bin = home.resolve("bin");
        this.prefix = isRoot() ? List.of("unshare", "--user") : List.of();
        if (isRoot() && !succeeds("unshare", "--user", "true")) {
            throw new IOException("PostgreSQL refuses to run as root, and this machine lets root make no user namespace"
                    + " to run it in; start the server as another user");
        }
    }

    /**
     * Runs a program to its end.
     *
     * @throws IOException with what the program said, if it fails
     */
    void run(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(bin.resolve(program).toString());
        command.addAll(arguments);
        // A file, not a pipe: the server that pg_ctl leaves running would hold a pipe open.
        File output = File.createTempFile("runledger-" + program, ".log");
        try {
            int exitCode = waitFor(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start());
            if (exitCode != 0) {
                String said = Files.readString(output.toPath(), Charset.defaultCharset());
                throw new IOException("%s ended with %d: %s"
                        .formatted(program, exitCode, said.strip().replaceAll("\\s*\\R\\s*", " | ")));
            }
        } finally {
            output.delete();
        }
    }

    private static boolean succeeds(String... command) {
        try {
            return waitFor(new ProcessBuilder(command).redirectErrorStream(true).start()) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static int waitFor(Process process) throws IOException {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        }
    }

    private static boolean isRoot() {
        return File.separatorChar == '/' && new UnixSystem().getUid() == 0;
    }
}
