package dev.runledger.reporter.cli;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import dev.runledger.reporter.payload.SummaryProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The summary that a pipeline has written, or why there is none.
 *
 * @param summary null if there is a problem
 * @param problem null if there is a summary
 */
record SummaryFile(
        @Nullable ReportedSummary summary, @Nullable SummaryProblem problem) {

    /** Of file systems that keep whole seconds. */
    private static final Duration GRAIN = Duration.ofSeconds(1);

    /**
     * Reads a file, or standard input ({@code -}).
     *
     * @param since what was written before belongs to an earlier run; null if that cannot be said
     */
    static SummaryFile read(String name, @Nullable Instant since) {
        try {
            if (since != null && isOlder(Path.of(name), since)) {
                return without(SummaryProblem.missing(name + " is of an earlier run"));
            }
            if (since != null && !Files.isRegularFile(Path.of(name))) {
                // Nobody may be left who would write into a pipe.
                return without(SummaryProblem.unreadable(name + " is no regular file"));
            }
            byte[] content = name.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(name));
            ReportedSummary summary = ReportedSummary.of(Json.readSummary(text(content)));
            return summary != null
                    ? new SummaryFile(summary, null)
                    : without(SummaryProblem.unreadable(name + " is not a summary"));
        } catch (NoSuchFileException e) {
            return without(SummaryProblem.missing("there is no " + name));
        } catch (JacksonException e) {
            return without(SummaryProblem.unreadable(name + " is not JSON: " + e.getOriginalMessage()));
        } catch (IOException | InvalidPathException e) {
            return without(SummaryProblem.unreadable(name + " cannot be read: " + e));
        }
    }

    /** The figures; empty if there is a problem. */
    Map<String, Object> figures() {
        return summary == null ? Map.of() : Json.toMap(summary.summary());
    }

    private static SummaryFile without(SummaryProblem problem) {
        return new SummaryFile(null, problem);
    }

    /** Some programs begin with a byte order mark. */
    private static String text(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static boolean isOlder(Path file, Instant since) throws IOException {
        FileTime written = Files.getLastModifiedTime(file);
        return written.toInstant().plus(GRAIN).isBefore(since);
    }
}
