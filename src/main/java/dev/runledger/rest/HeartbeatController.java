package dev.runledger.rest;

import dev.runledger.ledger.Heartbeats;
import dev.runledger.report.Fault;
import dev.runledger.report.IsoTime;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportReader;
import dev.runledger.report.RunReport;
import dev.runledger.report.RunStatus;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Takes the heartbeats of runs: that they are alive, and their figures so far. */
@Tag(name = "Generation runs")
@RestController
class HeartbeatController {

    private static final double MAX_INTERVAL_SECONDS = 86_400;

    private final ReportReader reader;
    private final Heartbeats heartbeats;
    private final Clock clock;

    HeartbeatController(ReportReader reader, Heartbeats heartbeats, Clock clock) {
        this.reader = reader;
        this.heartbeats = heartbeats;
        this.clock = clock;
    }

    @Operation(
            summary = "Report that a run is alive, and its figures so far",
            description =
                    "at: when, by the reporter's clock. interval_seconds: when to expect the next one, more than 0 and at most"
                            + " 86400; a run that is silent for three times that, and two minutes at least, is declared stuck."
                            + " Any figure of a report may be added, as it is so far. Nothing of it is counted.")
    @ApiResponse(responseCode = "204", description = "Recorded, or older than what is known")
    @ApiResponse(responseCode = "404", description = "There is no such run")
    @ApiResponse(responseCode = "409", description = "The run has ended")
    @PostMapping("/v1/admin/generation-runs/{id}/heartbeat")
    ResponseEntity<ErrorBody> beat(@PathVariable String id, HttpServletRequest request)
            throws IOException, HttpMediaTypeNotSupportedException {
        UUID runId = RunPath.uuid(id);
        JsonNode body = JsonBody.of(request);
        OffsetDateTime at = at(body.path("at"));
        Duration interval = interval(body.path("interval_seconds"));
        RunStatus status = heartbeats.record(runId, at, interval, figures(body, at));
        if (status == null) {
            throw new UnknownRunException();
        }
        return status.isFinal()
                ? ResponseEntity.status(HttpStatus.CONFLICT)
                        .body(new ErrorBody("The run has ended with status '" + status.code() + "'"))
                : ResponseEntity.noContent().build();
    }

    /** Read as those of a report are. A count that is not there is not known, rather than 0. */
    private ObjectNode figures(JsonNode body, OffsetDateTime at) {
        RunReport report = reader.read(
                body,
                Map.of(
                        ReportField.STARTED_AT,
                        at,
                        ReportField.STATUS,
                        RunStatus.RUNNING,
                        ReportField.QUESTIONS_REQUESTED,
                        0));
        ObjectNode figures = JsonNodeFactory.instance.objectNode();
        for (ReportField field : ReportField.values()) {
            boolean isSent = body.hasNonNull(field.column()) || body.hasNonNull(field.judgeName());
            if (isSent && !field.isContext()) {
                Object value = report.get(field);
                if (value instanceof JsonNode json) {
                    figures.set(field.column(), json);
                } else if (value instanceof Number number) {
                    figures.putPOJO(field.column(), number);
                }
            }
        }
        return figures;
    }

    private OffsetDateTime at(JsonNode value) {
        OffsetDateTime at = value.isString() ? IsoTime.parse(value.stringValue()) : null;
        if (at == null) {
            throw fault("at", "datetime_parsing", "Input should be an ISO 8601 date and time");
        }
        if (!PlausibleTimes.at(clock.instant()).contain(at.toInstant())) {
            throw fault("at", "datetime_range", "Input should be a time " + PlausibleTimes.WORDS);
        }
        return at;
    }

    private static Duration interval(JsonNode value) {
        // Jackson makes no double of an integer that is too large.
        double seconds = value.isDouble()
                ? value.doubleValue()
                : value.isNumber() ? value.decimalValue().doubleValue() : 0;
        if (!(seconds > 0 && seconds <= MAX_INTERVAL_SECONDS)) {
            throw fault(
                    "interval_seconds",
                    "number_range",
                    "Input should be a number greater than 0 and at most %.0f".formatted(MAX_INTERVAL_SECONDS));
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static RequestFaultException fault(String field, String type, String message) {
        return new RequestFaultException("body", List.of(new Fault(List.of(field), type, message)));
    }
}
