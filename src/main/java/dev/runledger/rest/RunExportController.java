package dev.runledger.rest;

import dev.runledger.ledger.Run;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Range;
import dev.runledger.search.RunFilter;
import dev.runledger.search.RunOrder;
import dev.runledger.search.RunPosition;
import dev.runledger.search.Runs;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * All runs of a filter as a file, read page by page while they are sent: neither the number of runs nor a slow client takes
 * memory or holds a connection to the database.
 */
@Tag(name = "Generation runs")
@RestController
class RunExportController {

    private static final int PAGE = 500;
    private static final RunOrder OLDEST_FIRST = new RunOrder(RunOrder.Key.STARTED_AT, RunOrder.Direction.ASC);

    /** Reporters need the database as well. */
    private static final int EXPORTS_AT_ONCE = 2;

    private final Semaphore turns = new Semaphore(EXPORTS_AT_ONCE);
    private final Runs runs;
    private final JsonMapper json;
    private final Clock clock;

    RunExportController(Runs runs, JsonMapper json, Clock clock) {
        this.runs = runs;
        this.json = json;
        this.clock = clock;
    }

    @Operation(
            summary = "All runs of a filter as a file",
            description =
                    "The oldest first. Streamed: if it ends before all is sent, the connection is closed without an end. Filters: start_date"
                            + " and end_date as in the list, before (started earlier than); stuck=true for stuck runs beside those of status; status, environment, triggered_by,"
                            + " prompt_version, arbiter_config_version, provider, question_type, difficulty, error_category, each of which may"
                            + " be repeated: any one matches; min_ and max_ of success_rate, approval_rate, arbiter_score,"
                            + " duration_seconds, cost_usd; client_run_id_contains.")
    @Parameter(
            in = ParameterIn.QUERY,
            name = "format",
            description =
                    "csv: RFC 4180, with a header, one column for each field, objects as JSON; a text that a spreadsheet would run has a ' before it. ndjson: a line for each run, which is that of"
                            + " its detail and can be sent as a report.",
            schema =
                    @Schema(
                            allowableValues = {"csv", "ndjson"},
                            defaultValue = "csv"))
    @ApiResponse(
            responseCode = "200",
            description = "The runs",
            content = {@Content(mediaType = "text/csv"), @Content(mediaType = "application/x-ndjson")})
    @ApiResponse(responseCode = "429", description = "Two exports are being sent already")
    @GetMapping("/v1/admin/generation-runs/export")
    void export(HttpServletRequest request, HttpServletResponse response) throws IOException {
        QueryReader query = new QueryReader(request);
        RunExportFormat format =
                query.oneOf("format", RunExportFormat.values(), RunExportFormat::extension, RunExportFormat.CSV);
        RunFilter filter = filter(query);
        if (!turns.tryAcquire()) {
            ErrorResponseException refusal = new ErrorResponseException(HttpStatus.TOO_MANY_REQUESTS);
            refusal.getHeaders().set(HttpHeaders.RETRY_AFTER, "10");
            throw refusal;
        }
        try {
            response.setContentType(format.contentType());
            response.setHeader(
                    HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"runs." + format.extension() + "\"");
            Writer out = new BufferedWriter(new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8));
            write(format, filter, out);
            out.flush();
        } finally {
            turns.release();
        }
    }

    private void write(RunExportFormat format, RunFilter filter, Writer out) throws IOException {
        List<Run> page = runs.after(null, filter, OLDEST_FIRST, PAGE);
        format.begin(out);
        while (!page.isEmpty()) {
            for (Run run : page) {
                Run whole = runs.whole(run);
                if (whole != null) {
                    format.write(json.valueToTree(GenerationRunDetail.of(whole)), out);
                }
            }
            page = page.size() < PAGE
                    ? List.of()
                    : runs.after(RunPosition.of(page.get(PAGE - 1), OLDEST_FIRST), filter, OLDEST_FIRST, PAGE);
        }
    }

    private RunFilter filter(QueryReader query) {
        OffsetDateTime start = query.time("start_date");
        OffsetDateTime end = query.time("end_date");
        OffsetDateTime before = query.time("before");
        List<RunStatus> statuses = query.anyOf("status", RunStatus.values(), RunStatus::code);
        RunFilter all = new RunFilter(
                null,
                null,
                statuses,
                Boolean.TRUE.equals(query.oneOf("stuck", new Boolean[] {true, false}, String::valueOf)),
                query.names("environment"),
                query.names("triggered_by"),
                query.names("prompt_version"),
                query.names("arbiter_config_version"),
                query.names("provider"),
                query.names("question_type"),
                query.names("difficulty"),
                query.names("error_category"),
                range(query, "success_rate"),
                range(query, "approval_rate"),
                range(query, "arbiter_score"),
                range(query, "duration_seconds"),
                range(query, "cost_usd"),
                query.name("client_run_id_contains"));
        PlausibleTimes times = PlausibleTimes.at(clock.instant());
        Instant from = times.from(start == null ? null : start.toInstant());
        Instant to = earlier(
                times.to(end == null ? null : end.toInstant().plusNanos(1000)),
                times.to(before == null ? null : before.toInstant()));
        if (from != null && to != null && from.isAfter(to)) {
            query.fault(
                    end == null ? "before" : "end_date", "end_before_start", "Input should not be before start_date");
        }
        query.refuseFaults();
        return all.within(from, to);
    }

    private static @Nullable Range range(QueryReader query, String name) {
        Double min = query.number("min_" + name);
        Double max = query.number("max_" + name);
        if (min != null && max != null && min > max) {
            query.fault("max_" + name, "greater_than_equal", "Input should be greater than or equal to min_" + name);
            return null;
        }
        return min == null && max == null ? null : new Range(min, max);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }
}
