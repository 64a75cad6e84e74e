package dev.runledger.rest;

import dev.runledger.report.Fault;
import java.util.List;
import java.util.stream.Stream;

/** The body of every error: a text, or for bad input a list with one entry per fault. */
record ErrorBody(Object detail) {

    /** A fault and its place, which starts with {@code body}, {@code query} or {@code path}. */
    record Entry(List<String> loc, String msg, String type) {}

    static ErrorBody of(String part, List<Fault> faults) {
        return new ErrorBody(faults.stream()
                .map(fault -> new Entry(
                        Stream.concat(Stream.of(part), fault.path().stream()).toList(), fault.message(), fault.type()))
                .toList());
    }
}
