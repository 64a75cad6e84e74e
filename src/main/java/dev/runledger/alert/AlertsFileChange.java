package dev.runledger.alert;

import java.util.Locale;

/**
 * Something that applying a file changes, or would change.
 *
 * @param what which fields; empty if it is created or deleted
 */
public record AlertsFileChange(Action action, Subject subject, String name, String what) {

    /** What happens to it. */
    public enum Action {
        CREATE,
        CHANGE,
        DELETE
    }

    /** What it is. */
    public enum Subject {
        CHANNEL,
        RULE,
        SILENCE
    }

    /** As {@code change rule Approval: threshold}. */
    public String words() {
        return "%s %s %s%s"
                .formatted(
                        action.name().toLowerCase(Locale.ROOT),
                        subject.name().toLowerCase(Locale.ROOT),
                        name,
                        what.isEmpty() ? "" : ": " + what);
    }
}
