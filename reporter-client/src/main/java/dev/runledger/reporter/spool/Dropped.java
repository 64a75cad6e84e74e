package dev.runledger.reporter.spool;

/** How many reports a spool has given up because it was full. */
public record Dropped(long starts, long completions, long quarantined) {

    public static final Dropped NONE = new Dropped(0, 0, 0);

    Dropped plus(Dropped more) {
        return new Dropped(starts + more.starts, completions + more.completions, quarantined + more.quarantined);
    }

    public long total() {
        return starts + completions + quarantined;
    }
}
