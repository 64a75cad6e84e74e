package dev.runledger.rest;

import dev.runledger.analytics.PeriodStatistics;
import dev.runledger.run.Fault;
import dev.runledger.run.Range;
import dev.runledger.run.ReportField;
import dev.runledger.run.ReportReader;
import dev.runledger.run.Run;
import dev.runledger.run.RunFilter;
import dev.runledger.run.RunLedger;
import dev.runledger.run.RunOrder;
import dev.runledger.run.RunReport;
import dev.runledger.run.RunStatus;
import dev.runledger.run.Runs;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
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
@RestController
@RequestMapping("/v1/admin/generation-runs")
class GenerationRunsController {

    private static final long MAX_PAGE = 1_000_000_000_000L;
    private static final List<RunOrder.Key> SORT_KEYS =
            List.of(RunOrder.Key.STARTED_AT, RunOrder.Key.DURATION, RunOrder.Key.OVERALL_SUCCESS_RATE);

    private final ReportReader reader;
    private final RunLedger ledger;
    private final Runs runs;
    private final PeriodStatistics statistics;

    GenerationRunsController(ReportReader reader, RunLedger ledger, Runs runs, PeriodStatistics statistics) {
        this.reader = reader;
        this.ledger = ledger;
        this.runs = runs;
        this.statistics = statistics;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    GenerationRunRecorded record(
            HttpServletRequest request, @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key)
            throws IOException, HttpMediaTypeNotSupportedException {
        return GenerationRunRecorded.of(ledger.record(reader.read(JsonBody.of(request)), key));
    }

    @PatchMapping("/{id}")
    GenerationRunRecorded complete(@PathVariable String id, HttpServletRequest request)
            throws IOException, HttpMediaTypeNotSupportedException {
        Run run = find(id);
        Map<ReportField, Object> known = Map.of(
                ReportField.STARTED_AT, run.getStartedAt(),
                ReportField.QUESTIONS_REQUESTED, run.getQuestionsRequested());
        RunReport report = reader.read(JsonBody.of(request), known);
        return GenerationRunRecorded.of(ledger.record(new RunReport(run.getId(), report.values()), null));
    }

    @GetMapping
    GenerationRunsPage list(HttpServletRequest request) {
        QueryReader query = new QueryReader(request);
        long page = query.integer("page", 1, 1, MAX_PAGE);
        long pageSize = query.integer("page_size", 20, 1, 100);
        RunStatus status = query.oneOf("status", RunStatus.values(), RunStatus::code);
        String environment = query.text("environment");
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
        long total = runs.count(filter);
        long offset = (page - 1) * pageSize;
        return GenerationRunsPage.of(
                offset < total ? runs.page(filter, order, offset, (int) pageSize) : List.of(), total, page, pageSize);
    }

    @GetMapping("/stats")
    GenerationRunStats stats(HttpServletRequest request) {
        QueryReader query = new QueryReader(request);
        OffsetDateTime start = query.requiredTime("start_date");
        OffsetDateTime end = query.requiredTime("end_date");
        String environment = query.text("environment");
        query.refuseFaults();

        OffsetDateTime from = start.isAfter(end) ? end.plusNanos(1000) : start;
        return GenerationRunStats.of(
                query.text("start_date"),
                query.text("end_date"),
                statistics.figures(filter(from, end, null, environment, null)));
    }

    @GetMapping("/{id}")
    GenerationRunDetail detail(@PathVariable String id) {
        return GenerationRunDetail.of(find(id));
    }

    private Run find(String id) {
        Run run = runs.find(uuid(id));
        if (run == null) {
            throw new UnknownRunException();
        }
        return run;
    }

    private static UUID uuid(String text) {
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

    /** Both dates are inclusive, which to the microsecond means: before the next one. */
    private static RunFilter filter(
            @Nullable OffsetDateTime start,
            @Nullable OffsetDateTime end,
            @Nullable RunStatus status,
            @Nullable String environment,
            @Nullable Range overallSuccessRate) {
        Instant from = start == null ? null : start.toInstant();
        Instant to = end == null ? null : end.toInstant().plusNanos(1000);
        return new RunFilter(
                from,
                to,
                status == null ? List.of() : List.of(status),
                environment == null ? List.of() : List.of(environment),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                overallSuccessRate,
                null,
                null,
                null,
                null,
                null);
    }

    private static @Nullable Range range(@Nullable Double min, @Nullable Double max) {
        return min == null && max == null ? null : new Range(min, max);
    }

    private static <T extends Comparable<? super T>> boolean isEmpty(@Nullable T min, @Nullable T max) {
        return min != null && max != null && min.compareTo(max) > 0;
    }
}
