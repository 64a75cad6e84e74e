package dev.runledger.rest;

import dev.runledger.analytics.RunAnalytics;
import dev.runledger.ledger.DeletedRuns;
import dev.runledger.ledger.Recorded;
import dev.runledger.ledger.Run;
import dev.runledger.ledger.RunLedger;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.report.ReportField;
import dev.runledger.report.ReportReader;
import dev.runledger.report.RunReport;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Range;
import dev.runledger.search.RunFilter;
import dev.runledger.search.RunOrder;
import dev.runledger.search.Runs;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The five operations of the REST contract. */
@Tag(name = "Generation runs")
@RestController
@RequestMapping("/v1/admin/generation-runs")
class GenerationRunsController {

    private static final long MAX_PAGE = 1_000_000_000_000L;
    private static final List<RunOrder.Key> SORT_KEYS =
            List.of(RunOrder.Key.STARTED_AT, RunOrder.Key.DURATION, RunOrder.Key.OVERALL_SUCCESS_RATE);

    private final ReportReader reader;
    private final RunLedger ledger;
    private final DeletedRuns deletedRuns;
    private final Runs runs;
    private final RunAnalytics analytics;
    private final PeriodStatistics statistics;
    private final Clock clock;

    GenerationRunsController(
            ReportReader reader,
            RunLedger ledger,
            DeletedRuns deletedRuns,
            Runs runs,
            RunAnalytics analytics,
            PeriodStatistics statistics,
            Clock clock) {
        this.reader = reader;
        this.ledger = ledger;
        this.deletedRuns = deletedRuns;
        this.runs = runs;
        this.analytics = analytics;
        this.statistics = statistics;
        this.clock = clock;
    }

    @Operation(
            summary = "Record the start or the end of a run",
            description =
                    "The same report may be sent any number of times. Start and end are one run if they carry the same"
                            + " client_run_id or id, or the same started_at, environment and triggered_by.")
    @ApiResponse(
            responseCode = "201",
            description = "Recorded, known already, or deleted by an administrator, which a warning says")
    @ApiResponse(responseCode = "409", description = "The run has ended already, and with other values")
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    GenerationRunRecorded record(
            HttpServletRequest request, @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key)
            throws IOException, HttpMediaTypeNotSupportedException {
        String named = key == null || key.isBlank() ? null : key;
        return GenerationRunRecorded.of(ledger.record(reader.read(JsonBody.of(request)), named));
    }

    @Operation(summary = "Complete a run that is going on")
    @PatchMapping("/{id}")
    GenerationRunRecorded complete(@PathVariable String id, HttpServletRequest request)
            throws IOException, HttpMediaTypeNotSupportedException {
        UUID runId = RunPath.uuid(id);
        Recorded deleted = deletedRuns.answer(runId);
        if (deleted != null) {
            return GenerationRunRecorded.of(deleted);
        }
        Run run = find(id);
        Map<ReportField, Object> known = Map.of(
                ReportField.STARTED_AT, run.getStartedAt(),
                ReportField.QUESTIONS_REQUESTED, run.getQuestionsRequested());
        RunReport report = reader.read(JsonBody.of(request), known);
        return GenerationRunRecorded.of(ledger.record(report.of(run.getId()), null));
    }

    @Operation(summary = "List runs, page by page")
    @Parameter(
            in = ParameterIn.QUERY,
            name = "page",
            description = "From 1.",
            schema = @Schema(type = "integer", minimum = "1", defaultValue = "1"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "page_size",
            description = "Runs on a page.",
            schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "20"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "status",
            description = "Only runs of this status.",
            schema = @Schema(allowableValues = {"running", "success", "partial_failure", "failed"}))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "environment",
            description = "Only runs of this environment.",
            schema = @Schema(type = "string"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "start_date",
            description =
                    "Only runs that started then or later. A date alone means its midnight, UTC; before 1970 it does not filter.",
            schema = @Schema(type = "string", format = "date-time"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "end_date",
            description = "Only runs that started then or earlier. More than ten years from now it does not filter.",
            schema = @Schema(type = "string", format = "date-time"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "min_success_rate",
            description = "Only runs with at least this overall_success_rate.",
            schema = @Schema(type = "number", minimum = "0", maximum = "1"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "max_success_rate",
            description = "Only runs with at most this overall_success_rate.",
            schema = @Schema(type = "number", minimum = "0", maximum = "1"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "sort_by",
            description = "Runs without the value come last, ties by id.",
            schema =
                    @Schema(
                            allowableValues = {"started_at", "duration_seconds", "overall_success_rate"},
                            defaultValue = "started_at"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "sort_order",
            description = "Which end comes first.",
            schema =
                    @Schema(
                            allowableValues = {"asc", "desc"},
                            defaultValue = "desc"))
    @GetMapping
    GenerationRunsPage list(HttpServletRequest request) {
        QueryReader query = new QueryReader(request);
        long page = query.integer("page", 1, 1, MAX_PAGE);
        long pageSize = query.integer("page_size", 20, 1, 100);
        RunStatus status = query.oneOf("status", RunStatus.values(), RunStatus::code);
        String environment = query.name("environment");
        OffsetDateTime start = query.time("start_date");
        OffsetDateTime end = query.time("end_date");
        Double minSuccessRate = query.share("min_success_rate");
        Double maxSuccessRate = query.share("max_success_rate");
        RunOrder.Key key = query.oneOf("sort_by", SORT_KEYS.toArray(RunOrder.Key[]::new), RunOrder.Key::column);
        RunOrder.Direction direction = query.oneOf(
                "sort_order", RunOrder.Direction.values(), value -> value.name().toLowerCase(Locale.ROOT));
        query.refuseFaults();

        if (isEmpty(start, end) || isEmpty(minSuccessRate, maxSuccessRate)) {
            return GenerationRunsPage.of(List.of(), 0, page, pageSize);
        }
        RunFilter filter = filter(start, end, status, environment, range(minSuccessRate, maxSuccessRate));
        RunOrder order = new RunOrder(
                key == null ? RunOrder.Key.STARTED_AT : key, direction == null ? RunOrder.Direction.DESC : direction);
        long total = analytics.count(filter);
        long offset = (page - 1) * pageSize;
        return GenerationRunsPage.of(
                offset < total ? runs.page(filter, order, offset, (int) pageSize) : List.of(), total, page, pageSize);
    }

    @Operation(
            summary = "Statistics of a period",
            description =
                    "Means are means of the runs' values, not pooled rates. A trend compares the older half of the runs with"
                            + " the recent one: 0.05 and more is improving or declining.")
    @Parameter(
            in = ParameterIn.QUERY,
            name = "start_date",
            description = "First moment of the period, included.",
            required = true,
            schema = @Schema(type = "string", format = "date-time"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "end_date",
            description = "Last moment of the period, included.",
            required = true,
            schema = @Schema(type = "string", format = "date-time"))
    @Parameter(
            in = ParameterIn.QUERY,
            name = "environment",
            description = "Only runs of this environment.",
            schema = @Schema(type = "string"))
    @GetMapping("/stats")
    GenerationRunStats stats(HttpServletRequest request) {
        QueryReader query = new QueryReader(request);
        OffsetDateTime start = query.requiredTime("start_date");
        OffsetDateTime end = query.requiredTime("end_date");
        String environment = query.name("environment");
        query.refuseFaults();

        OffsetDateTime from = start.isAfter(end) ? end.plusNanos(1000) : start;
        return GenerationRunStats.of(
                query.text("start_date"),
                query.text("end_date"),
                statistics.figures(filter(from, end, null, environment, null)));
    }

    @Operation(summary = "Everything about one run")
    @ApiResponse(responseCode = "200", description = "The run")
    @ApiResponse(responseCode = "404", description = "There is no such run")
    @GetMapping("/{id}")
    GenerationRunDetail detail(@PathVariable String id) {
        return GenerationRunDetail.of(find(id));
    }

    private Run find(String id) {
        Run run = runs.find(RunPath.uuid(id));
        if (run == null) {
            throw new UnknownRunException();
        }
        return run;
    }

    /** Both dates are inclusive, which to the microsecond means: before the next one. */
    private RunFilter filter(
            @Nullable OffsetDateTime start,
            @Nullable OffsetDateTime end,
            @Nullable RunStatus status,
            @Nullable String environment,
            @Nullable Range overallSuccessRate) {
        PlausibleTimes times = PlausibleTimes.at(clock.instant());
        return RunFilter.during(
                times.from(start == null ? null : start.toInstant()),
                times.to(end == null ? null : end.toInstant().plusNanos(1000)),
                status == null ? List.of() : List.of(status),
                environment == null ? List.of() : List.of(environment),
                overallSuccessRate);
    }

    private static @Nullable Range range(@Nullable Double min, @Nullable Double max) {
        return min == null && max == null ? null : new Range(min, max);
    }

    private static <T extends Comparable<? super T>> boolean isEmpty(@Nullable T min, @Nullable T max) {
        return min != null && max != null && min.compareTo(max) > 0;
    }
}
