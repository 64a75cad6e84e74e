package dev.runledger.reporter.spool;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A report's file name. It tells all that ordering and bounds need, so that nobody opens files for them; names sort in the
 * order of delivery.
 *
 * @param bytes the size of the file
 */
public record ReportName(long micros, int sequence, Kind kind, UUID runId, long bytes)
        implements Comparable<ReportName> {

    private static final Pattern PATTERN = Pattern.compile(
            "(\\d{17})-(\\d{6})-(start|completion)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\\d{1,18})\\.json");

    /** As the names sort. */
    private static final Comparator<ReportName> ORDER = Comparator.comparingLong(ReportName::micros)
            .thenComparingInt(ReportName::sequence)
            .thenComparing(name -> name.kind().word())
            .thenComparing(name -> name.runId().toString())
            .thenComparingLong(ReportName::bytes);

    private static long lastMicros;
    private static int lastSequence = -1;

    /** A name that sorts after every other that this process has given. */
    static synchronized ReportName next(Instant now, Kind kind, UUID runId, long bytes) {
        lastSequence = (lastSequence + 1) % 1_000_000;
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        lastMicros = Math.max(micros, lastMicros + (lastSequence == 0 ? 1 : 0));
        return new ReportName(lastMicros, lastSequence, kind, runId, bytes);
    }

    /** Null if it is not the name of a report. */
    static @Nullable ReportName parse(String name) {
        Matcher matcher = PATTERN.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        return new ReportName(
                Long.parseLong(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Kind.of(matcher.group(3)),
                UUID.fromString(matcher.group(4)),
                Long.parseLong(matcher.group(5)));
    }

    /** The size that a file name tells, without reading the rest of it; 0 if it tells none. */
    static long bytesOf(String name) {
        int end = name.length() - ".json".length();
        long bytes = 0;
        long unit = 1;
        for (int i = end - 1; i >= 0 && Character.isDigit(name.charAt(i)); i--) {
            bytes += unit * (name.charAt(i) - '0');
            unit *= 10;
        }
        return bytes;
    }

    @Override
    public int compareTo(ReportName other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%017d-%06d-%s-%s-%d.json".formatted(micros, sequence, kind.word(), runId, bytes);
    }
}
