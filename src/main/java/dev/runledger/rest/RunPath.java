package dev.runledger.rest;

import dev.runledger.report.Fault;
import java.util.List;
import java.util.UUID;

/** A run's id in a path. */
final class RunPath {

    private RunPath() {}

    static UUID uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as for the abbreviated forms that UUID.fromString lets through.
        }
        throw new RequestFaultException(
                "path", List.of(new Fault(List.of("id"), "uuid_parsing", "Input should be a valid UUID")));
    }
}
