package dev.runledger.rest;

import dev.runledger.report.Fault;
import dev.runledger.report.UuidText;
import java.util.List;
import java.util.UUID;

/** A run's id in a path. */
final class RunPath {

    private RunPath() {}

    static UUID uuid(String text) {
        UUID id = UuidText.parse(text);
        if (id == null) {
            throw new RequestFaultException(
                    "path", List.of(new Fault(List.of("id"), "uuid_parsing", "Input should be a valid UUID")));
        }
        return id;
    }
}
