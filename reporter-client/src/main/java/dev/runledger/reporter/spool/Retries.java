package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happened so far to the reports that failed, each in a file of the report's name. */
public final class Retries {

    private final Path folder;
    private final Path tmp;

    Retries(Path folder, Path tmp) {
        this.folder = folder;
        this.tmp = tmp;
    }

    /** Null if the report has not failed, or nobody can read how. */
    public @Nullable Retry find(ReportName name) throws IOException {
        try {
            return Retry.read(Files.readAllBytes(file(name.toString())));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** By report, in the order of delivery. */
    public Map<ReportName, Retry> all() throws IOException {
        Map<ReportName, Retry> all = new TreeMap<>();
        for (String file : Queue.files(folder)) {
            ReportName name = ReportName.parse(file);
            Retry retry = name == null ? null : find(name);
            if (retry != null) {
                all.put(name, retry);
            }
        }
        return all;
    }

    public void put(ReportName name, Retry retry) throws IOException {
        DurableFiles.replace(tmp, file(name.toString()), Json.write(retry.toJson()));
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(file(name));
    }

    /** Removes what tells of reports that no longer wait. */
    void tidy(Iterable<ReportName> waiting) throws IOException {
        Set<String> files = Queue.files(folder).stream().collect(Collectors.toSet());
        for (ReportName name : waiting) {
            if (files.isEmpty()) {
                return;
            }
            files.remove(name.toString());
        }
        for (String orphan : files) {
            remove(orphan);
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }
}
