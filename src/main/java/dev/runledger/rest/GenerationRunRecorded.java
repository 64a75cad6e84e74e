package dev.runledger.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runledger.ledger.Recorded;
import dev.runledger.report.ReportWarning;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The answer to a report. {@code warnings} is left out where the numbers add up, as old clients expect. */
public record GenerationRunRecorded(
        UUID id,
        String status,
        String message,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Warning> warnings) {

    /** Numbers that contradict each other, in the shape of an error. */
    record Warning(List<String> loc, String msg, String type) {

        static List<Warning> of(List<ReportWarning> warnings) {
            return warnings.stream()
                    .map(warning -> new Warning(List.of("body", warning.field()), warning.message(), warning.type()))
                    .toList();
        }
    }

    static GenerationRunRecorded of(Recorded recorded) {
        String status = recorded.status().code();
        return new GenerationRunRecorded(
                recorded.id(),
                status,
                recorded.outcome() == Recorded.Outcome.DELETED
                        ? "Generation run was deleted; nothing is recorded of it any more"
                        : "Generation run recorded successfully with status '" + status + "'",
                recorded.warnings().isEmpty() ? null : Warning.of(recorded.warnings()));
    }
}
