package dev.runledger.reporter.spool;

/** How much may wait in a spool, and as much again in its quarantine. */
public record Bounds(int maxFiles, long maxBytes) {

    public static final Bounds DEFAULT = new Bounds(10_000, 64L << 20);

    public Bounds {
        if (maxFiles < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "a spool needs room for one report, not " + maxFiles + " files of " + maxBytes + " bytes in all");
        }
    }
}
