package dev.runledger.rest;

import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.Recorded;
import dev.runledger.ledger.Run;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportReader;
import dev.runledger.search.Runs;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Receives OpenLineage's run events where its HTTP transport sends them, and records the runs that they begin and end. */
@Tag(name = "OpenLineage")
@RestController
class LineageController {

    private final ReportReader reader;
    private final RunLedger ledger;
    private final DeletedRuns deletedRuns;
    private final Runs runs;

    LineageController(ReportReader reader, RunLedger ledger, DeletedRuns deletedRuns, Runs runs) {
        this.reader = reader;
        this.ledger = ledger;
        this.deletedRuns = deletedRuns;
        this.runs = runs;
    }

    @Operation(
            summary = "Record a run event of OpenLineage",
            description =
                    "START begins the run that run.runId names; COMPLETE, FAIL and ABORT end it. The namespace of the job is"
                            + " the environment and its name what triggered the run, where they are short enough. The run facet"
                            + " runledger may hold any field of a report.")
    @ApiResponse(responseCode = "201", description = "Recorded, or known already")
    @ApiResponse(responseCode = "204", description = "An event that neither begins nor ends a run")
    @ApiResponse(responseCode = "409", description = "The run has ended already, and with other values")
    @PostMapping("/api/v1/lineage")
    ResponseEntity<GenerationRunRecorded> receive(HttpServletRequest request)
            throws IOException, HttpMediaTypeNotSupportedException {
        LineageEvent event = LineageEvent.of(JsonBody.of(request));
        if (!event.isRecorded()) {
            return ResponseEntity.noContent().build();
        }
        Recorded deleted = deletedRuns.answer(event.runId());
        if (deleted != null) {
            return ResponseEntity.status(201).body(GenerationRunRecorded.of(deleted));
        }
        return ResponseEntity.status(201)
                .body(GenerationRunRecorded.of(ledger.record(reader.read(event.report(known(event.runId()))), null)));
    }

    /** An end does not say when its run began: its start has. */
    private Map<ReportField, Object> known(UUID runId) {
        Run run = runs.find(runId);
        return run == null
                ? Map.of()
                : Map.of(
                        ReportField.STARTED_AT, run.getStartedAt(),
                        ReportField.QUESTIONS_REQUESTED, run.getQuestionsRequested());
    }
}
