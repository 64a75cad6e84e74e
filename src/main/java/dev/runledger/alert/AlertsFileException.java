package dev.runledger.alert;

import java.util.List;

/** What is wrong with a file of rules and channels, everything at once. */
public final class AlertsFileException extends RuntimeException {

    private final List<String> faults;

    AlertsFileException(List<String> faults) {
        super(String.join("\n", faults));
        this.faults = List.copyOf(faults);
    }

    /** Each with its place in the file, as {@code rules[2] (Approval): threshold is missing}. */
    public List<String> faults() {
        return faults;
    }
}
