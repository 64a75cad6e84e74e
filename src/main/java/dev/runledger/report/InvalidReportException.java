package dev.runledger.report;

import java.util.List;

/** A report that cannot be recorded as it is, with every fault found in it. */
public class InvalidReportException extends RuntimeException {

    private final transient List<Fault> faults;

    public InvalidReportException(List<Fault> faults) {
        super("The report has faults: " + faults);
        this.faults = List.copyOf(faults);
    }

    public List<Fault> faults() {
        return faults;
    }
}
