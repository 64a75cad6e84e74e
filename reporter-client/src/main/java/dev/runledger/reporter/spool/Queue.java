package dev.runledger.reporter.spool;

import dev.runledger.reporter.payload.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reports that wait for delivery, one file each. */
public final class Queue {

    private static final System.Logger LOG = System.getLogger(Queue.class.getName());

    private final Path folder;
    private final Path tmp;
    private final Retries retries;
    private final Bounds bounds;
    private final DropCount dropCount;
    private final Clock clock;

    Queue(Path folder, Path tmp, Retries retries, Bounds bounds, DropCount dropCount, Clock clock) {
        this.folder = folder;
        this.tmp = tmp;
        this.retries = retries;
        this.bounds = bounds;
        this.dropCount = dropCount;
        this.clock = clock;
    }

    /**
     * Writes a report so that a crash cannot take it any more.
     *
     * @return false if the spool is full: a start is then dropped, a completion is the caller's to save
     */
    public boolean add(Report report) throws IOException {
        byte[] content = Json.write(report.toJson());
        if (!makeRoom(report, content.length)) {
            return false;
        }
        ReportName name = ReportName.next(clock.instant(), report.kind(), report.runId(), content.length);
        DurableFiles.write(tmp, folder.resolve(name.toString()), content);
        return true;
    }

    /** Goes the way of {@link #add} and leaves nothing behind: the first report shall not pay for the loading of all this. */
    public void rehearse(Report report) throws IOException {
        byte[] content = Json.write(report.toJson());
        // Of the same code, but not of as many names as may wait.
        hasRoom(tmp, content.length);
        Path probe = tmp.resolve(ReportName.next(clock.instant(), report.kind(), report.runId(), content.length)
                .toString());
        DurableFiles.write(tmp, probe, content);
        Files.deleteIfExists(probe);
    }

    /** What waits, in the order of delivery. */
    public List<ReportName> names() throws IOException {
        List<ReportName> names = new ArrayList<>();
        for (String file : files(folder)) {
            ReportName name = ReportName.parse(file);
            if (name != null) {
                names.add(name);
            }
        }
        Collections.sort(names);
        return names;
    }

    /** Files whose name is none of a report's. */
    List<String> strangers() throws IOException {
        return files(folder).stream()
                .filter(file -> ReportName.parse(file) == null)
                .toList();
    }

    /** Null if it has gone, or if only a newer reporter can read it. */
    public @Nullable Report read(ReportName name) throws IOException, UnreadableReportException {
        byte[] content;
        try {
            content = Files.readAllBytes(folder.resolve(name.toString()));
        } catch (NoSuchFileException e) {
            return null;
        }
        if (Report.isNewerFormat(content)) {
            return null;
        }
        Report report = Report.read(content);
        if (report.kind() != name.kind() || !report.runId().equals(name.runId())) {
            throw new UnreadableReportException("holds another report than its name says");
        }
        return report;
    }

    /** Takes out what the server has recorded. */
    public void remove(ReportName name) throws IOException {
        Files.deleteIfExists(folder.resolve(name.toString()));
        retries.remove(name.toString());
    }

    private boolean makeRoom(Report report, long bytes) throws IOException {
        if (hasRoom(folder, bytes)) {
            return true;
        }
        List<ReportName> waiting = names();
        long files = waiting.size() + 1;
        long size = bytes + waiting.stream().mapToLong(ReportName::bytes).sum();
        List<ReportName> leaving = new ArrayList<>();
        for (ReportName name : waiting) {
            if (files <= bounds.maxFiles() && size <= bounds.maxBytes()) {
                break;
            }
            if (report.kind() == Kind.COMPLETION && name.kind() == Kind.START) {
                leaving.add(name);
                files--;
                size -= name.bytes();
            }
        }
        if (files > bounds.maxFiles() || size > bounds.maxBytes()) {
            if (report.kind() == Kind.START) {
                drop(report.kind());
            }
            return false;
        }
        if (!leaving.isEmpty()) {
            for (ReportName name : leaving) {
                remove(name);
            }
            drop(new Dropped(leaving.size(), 0, 0));
        }
        return true;
    }

    /** Looked at before each report, so it takes from each name no more than it needs. */
    private boolean hasRoom(Path reports, long bytes) {
        String[] names = reports.toFile().list();
        long size = bytes;
        for (String name : names == null ? new String[0] : names) {
            size += ReportName.bytesOf(name);
        }
        return names != null && names.length < bounds.maxFiles() && size <= bounds.maxBytes();
    }

    /** Counts a report that is given up because there was no room for it, and nobody took it. */
    public void drop(Kind kind) throws IOException {
        drop(kind == Kind.START ? new Dropped(1, 0, 0) : new Dropped(0, 1, 0));
    }

    private void drop(Dropped dropped) throws IOException {
        dropCount.add(dropped);
        LOG.log(
                System.Logger.Level.WARNING,
                "The spool {0} is full: dropped {1} start(s) and {2} completion(s)",
                folder.getParent(),
                dropped.starts(),
                dropped.completions());
    }

    static List<String> files(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.startsWith(".") && (ReportName.parse(name) != null || Files.isRegularFile(entry))) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return names;
    }
}
