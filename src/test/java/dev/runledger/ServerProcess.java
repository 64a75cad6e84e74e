package dev.runledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The built jar, or that of another version, run in a process of its own as an operator runs it, in a given directory and with its output in a file there. */
public final class ServerProcess implements AutoCloseable {

    static final Path JAR = Path.of("target", "runledger.jar").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Pattern ADDRESS = Pattern.compile("Runledger answers at (\\S+),");
    private static final long PATIENCE_SECONDS = 300;

    private final Process process;
    private final Path output;

    private ServerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Runs the jar without waiting for anything. */
    public static ServerProcess run(
            Path directory, List<String> prefix, Map<String, String> environment, String... arguments)
            throws IOException {
        return run(JAR, directory, prefix, environment, arguments);
    }

    static ServerProcess run(
            Path jar, Path directory, List<String> prefix, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(JAVA.toString(), "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "--server.port=0"));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "server", ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPRING_") || name.startsWith("RUNLEDGER_"));
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start(), output);
    }

    /** Runs the server on the directory's own database and waits until it answers. */
    public static ServerProcess start(Path directory) throws IOException {
        ServerProcess server = run(directory, List.of(), Map.of());
        server.awaitStart();
        return server;
    }

    public void awaitStart() {
        await("the server's start", () -> address() != null || !process.isAlive());
        if (!process.isAlive()) {
            throw new AssertionError("The server did not start:\n" + output());
        }
    }

    /** Waits for the condition, and fails with the server's output when patience ends. */
    public void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited in vain for " + what + ":\n" + output());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers, without a slash at the end; null if it has not said so yet. */
    public @Nullable String address() {
        Matcher address = ADDRESS.matcher(output());
        return address.find() ? address.group(1) : null;
    }

    /** The status of a GET, or 0 if nothing listens. */
    public int get(String path, @Nullable String key) {
        String address = address();
        if (address == null) {
            return 0;
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
        if (key != null) {
            request.header("X-Service-Key", key);
        }
        try {
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
            return answer.statusCode();
        } catch (ConnectException e) {
            return 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** As kill -9 does it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As SIGTERM does it; the answer is the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    public int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("The server does not end:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            terminate();
        }
    }
}
