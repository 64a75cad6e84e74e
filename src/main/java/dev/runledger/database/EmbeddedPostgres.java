package dev.runledger.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server of our own, in the data directory: started with this process, started again should it die, stopped
 * before this process ends. It listens on the loopback interface and asks for a password.
 */
final class EmbeddedPostgres implements AutoCloseable {

    static final String USER = "runledger";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String PASSWORD_FILE = "postgres-password";
    private static final int PORTS_TO_TRY = 5;
    private static final String PORT_TAKEN = "could not create any TCP/IP sockets";

    private static final String OTHER_VERSION = "initialized by PostgreSQL version";

    private final Path cluster;
    private final Path serverLog;
    private final String password;
    private final PostgresPrograms programs;
    private int port;
    private boolean closed;

    private EmbeddedPostgres(DataDirectory data) throws IOException {
        this.cluster = data.path().resolve("postgres");
        this.serverLog = data.path().resolve("postgres.log");
        this.programs =
                new PostgresPrograms(PostgresArchive.unpackedIn(data.path().resolve("programs")));
        if (!Files.exists(cluster)) {
            initialise(data);
        }
        Path passwordFile = data.path().resolve(PASSWORD_FILE);
        if (!Files.exists(passwordFile)) {
            throw new IOException("its password file %s is missing".formatted(passwordFile));
        }
        this.password = Files.readString(passwordFile);
    }

    /** Starts the server on the data directory's cluster, which is created on the first start. */
    static EmbeddedPostgres start(DataDirectory data) {
        try {
            EmbeddedPostgres postgres = new EmbeddedPostgres(data);
            postgres.stopOrphan();
            postgres.startOnFreePort();
            return postgres;
        } catch (IOException e) {
            throw new FailureAnalyzedException(
                    "The embedded PostgreSQL in %s does not start: %s.".formatted(data.path(), e.getMessage()),
                    e.getMessage().contains(OTHER_VERSION)
                            ? "Dump it with the Runledger that made it, and restore the dump in a new directory:"
                                    + " docs/operations.md says how, step by step. Nothing was changed."
                            : "Mend that, or name a server of your own with SPRING_DATASOURCE_URL.",
                    e);
        }
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    String password() {
        return password;
    }

    /** The cluster is created beside its place and renamed when complete, so that an interrupted start begins anew. */
    private void initialise(DataDirectory data) throws IOException {
        Path unfinished = cluster.resolveSibling("postgres.unfinished");
        FileSystemUtils.deleteRecursively(unfinished);
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        data.writePrivately(PASSWORD_FILE, Base64.getUrlEncoder().encodeToString(secret));
        programs.run(
                "initdb",
                List.of(
                        "--pgdata=" + unfinished,
                        "--username=" + USER,
                        "--pwfile=" + data.path().resolve(PASSWORD_FILE),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8"));
        Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Clears away what a killed process left behind. The data directory is ours, so a server that still runs on it has lost
     * its owner; and a process that has merely come by the number of a server long gone must not keep a new one from starting.
     */
    private void stopOrphan() throws IOException {
        Optional<ProcessHandle> holder = postmaster();
        if (holder.isEmpty()) {
            return;
        }
        ProcessHandle.Info info = holder.get().info();
        if (Arrays.asList(info.arguments().orElse(new String[0])).contains(cluster.toString())) {
            log.info(
                    "Stopping the PostgreSQL that an earlier server left running (process {})",
                    holder.get().pid());
            stop();
        } else if (!info.commandLine().orElse("").contains("postgres")) {
            Files.delete(cluster.resolve("postmaster.pid"));
        }
    }

    private Optional<ProcessHandle> postmaster() throws IOException {
        Path pidFile = cluster.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        return Files.readAllLines(pidFile).stream().findFirst().flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)));
    }

    private void startOnFreePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            try {
                launch();
                return;
            } catch (IOException e) {
                // Somebody else may have taken the port in between.
                if (attempt == PORTS_TO_TRY || !e.getMessage().contains(PORT_TAKEN)) {
                    throw e;
                }
            }
        }
    }

    private void launch() throws IOException {
        if (Files.exists(serverLog)) {
            Files.move(serverLog, Path.of(serverLog + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
        String options = "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c timezone=UTC"
                + " -c log_timezone=UTC -c log_checkpoints=off";
        try {
            // pg_ctl gives the server a session of its own: Ctrl-C reaches this process alone, and requests can finish.
            programs.run(
                    "pg_ctl",
                    List.of(
                            "start",
                            "--wait",
                            "--timeout=3600",
                            "--pgdata=" + cluster,
                            "--log=" + serverLog,
                            "--options=" + options.formatted(port)));
        } catch (IOException e) {
            throw new IOException(lastFault().orElse(e.getMessage()), e);
        }
        postmaster()
                .orElseThrow(() -> new IOException("it ended at once"))
                .onExit()
                .thenRunAsync(this::revive);
    }

    /** The server's own word on why it does not run; pg_ctl knows only that it does not. */
    private Optional<String> lastFault() throws IOException {
        if (!Files.exists(serverLog)) {
            return Optional.empty();
        }
        return Files.readAllLines(serverLog).stream()
                .filter(line -> line.contains("FATAL:") || line.contains("DETAIL:"))
                .map(line -> line.replaceFirst("^.*(FATAL|DETAIL): +", ""))
                .reduce((fatal, detail) -> fatal + ": " + detail);
    }

    private synchronized void revive() {
        if (closed) {
            return;
        }
        log.warn("PostgreSQL ended; starting it again");
        String lastFault = "";
        while (!closed) {
            try {
                stopOrphan();
                launch();
                log.info("PostgreSQL runs again");
                return;
            } catch (IOException e) {
                if (!lastFault.equals(e.getMessage())) {
                    log.error("PostgreSQL does not start, trying every second: {}", e.getMessage());
                }
                lastFault = String.valueOf(e.getMessage());
                pause();
            }
        }
    }

    /** Waits for a second, without keeping close() from its work. */
    private void pause() {
        try {
            TimeUnit.SECONDS.timedWait(this, 1);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private void stop() throws IOException {
        programs.run("pg_ctl", List.of("stop", "--wait", "--mode=fast", "--timeout=60", "--pgdata=" + cluster));
    }

    /** Stops the server, having written everything to its place. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        if (postmaster().isPresent()) {
            stop();
        }
    }
}
