package dev.runledger.rest;

import dev.runledger.report.Fault;
import java.util.List;

/** Faults in a part of the request: body, query or path. */
class RequestFaultException extends RuntimeException {

    private final String part;
    private final transient List<Fault> faults;

    RequestFaultException(String part, List<Fault> faults) {
        super("The request's " + part + " has " + faults.size() + " fault(s)");
        this.part = part;
        this.faults = List.copyOf(faults);
    }

    String part() {
        return part;
    }

    List<Fault> faults() {
        return faults;
    }
}
