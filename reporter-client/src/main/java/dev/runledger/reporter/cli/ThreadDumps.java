package dev.runledger.reporter.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How SIGQUIT is noticed, which the JVM keeps for itself: it answers with a thread dump on its standard output, whatever Java code
 * thinks of that. From here on that output is a pipe, and each dump in it was a SIGQUIT; the command gets the output that was
 * there before. It takes insides of the JDK, which the jar's manifest opens.
 */
final class ThreadDumps {

    private static final String FIRST_LINE = "Full thread dump";
    private static final String ANYTHING = "/dev/null";

    private final Pipe pipe = Pipe.open();
    // Kept open, and made a copy of standard output.
    private final FileOutputStream before = new FileOutputStream(ANYTHING);
    private final Object dispatcher;
    private final Method duplicate;
    private final FileDescriptor end;

    private ThreadDumps() throws IOException, ReflectiveOperationException {
        Class<?> dispatchers = Class.forName("sun.nio.ch.DatagramDispatcher");
        Constructor<?> constructor = dispatchers.getDeclaredConstructor();
        constructor.setAccessible(true);
        dispatcher = constructor.newInstance();
        duplicate = dispatchers.getDeclaredMethod("dup", FileDescriptor.class, FileDescriptor.class);
        duplicate.setAccessible(true);
        Method descriptor = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFD");
        descriptor.setAccessible(true);
        end = (FileDescriptor) descriptor.invoke(pipe.sink());
        duplicate.invoke(dispatcher, FileDescriptor.out, before.getFD());
    }

    /** Takes standard output away from this process. Null where this JDK does not let us. */
    static @Nullable ThreadDumps take(Runnable onDump) {
        try {
            ThreadDumps dumps = new ThreadDumps();
            dumps.makeOutput(dumps.end);
            Thread reader = new Thread(() -> dumps.read(onDump), "thread dumps");
            reader.setDaemon(true);
            reader.start();
            return dumps;
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Starts a process that inherits the standard output of before. */
    static Process start(@Nullable ThreadDumps dumps, ProcessBuilder builder) throws IOException {
        if (dumps == null) {
            Process process = builder.start();
            // A SIGQUIT is lost then, but prints nothing: closed, the JDK makes it /dev/null.
            new FileOutputStream(FileDescriptor.out).close();
            return process;
        }
        dumps.makeOutput(dumps.before.getFD());
        try {
            return builder.start();
        } finally {
            dumps.makeOutput(dumps.end);
        }
    }

    private void makeOutput(FileDescriptor descriptor) throws IOException {
        try {
            duplicate.invoke(dispatcher, descriptor, FileDescriptor.out);
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    private void read(Runnable onDump) {
        try (BufferedReader output = new BufferedReader(Channels.newReader(pipe.source(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(FIRST_LINE)) {
                    onDump.run();
                }
            }
        } catch (IOException e) {
            // Then nobody reads the dumps; there is room for many in the pipe.
        }
    }
}
