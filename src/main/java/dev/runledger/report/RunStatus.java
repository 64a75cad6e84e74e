package dev.runledger.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a run is in its life: RUNNING, then one of the three others, once and for good. */
public enum RunStatus {
    RUNNING,
    SUCCESS,
    PARTIAL_FAILURE,
    FAILED;

    /** As reports and the ledger spell it: {@code partial_failure}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of that code, or null if there is none. */
    public static @Nullable RunStatus ofCode(String code) {
        for (RunStatus status : values()) {
            if (status.code().equals(code)) {
                return status;
            }
        }
        return null;
    }

    public boolean isFinal() {
        return this != RUNNING;
    }
}
