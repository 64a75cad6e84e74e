package dev.runledger.reporter.cli;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The summary that a pipeline has written, from a file or from standard input ({@code -}). */
final class SummaryFile {

    private SummaryFile() {}

    /** Null, with a word to standard error, if there is none that can be read: the run is then reported without numbers. */
    static @Nullable ReportedSummary read(String name) {
        try {
            byte[] content = name.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(name));
            ReportedSummary summary = ReportedSummary.of(Json.readSummary(new String(content, StandardCharsets.UTF_8)));
            if (summary != null) {
                return summary;
            }
            System.err.println("runledger-reporter: " + name + " is not a summary");
        } catch (IOException | JacksonException e) {
            System.err.println("runledger-reporter: cannot read the summary " + name + ": " + e.getMessage());
        }
        return null;
    }
}
