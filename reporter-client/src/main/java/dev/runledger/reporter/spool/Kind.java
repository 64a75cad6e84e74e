package dev.runledger.reporter.spool;

import java.util.Locale;

/** Whether a report tells of a run's start or of its end. */
public enum Kind {
    START,
    COMPLETION;

    /** As it is written in names and files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
