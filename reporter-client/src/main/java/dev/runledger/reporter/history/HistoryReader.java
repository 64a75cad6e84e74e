package dev.runledger.reporter.history;

import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.ReportedSummary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads what question-service has left behind: {@code success_runs.jsonl}, {@code heartbeat.json}, service logs with
 * {@code SUCCESS_RUN:} and {@code HEARTBEAT:} lines, summaries. Each line tells by itself what it is.
 */
public final class HistoryReader {

    private static final String HEARTBEAT = "HEARTBEAT:";
    private static final String SUCCESS_RUN = "SUCCESS_RUN:";
    private static final BigDecimal PERCENT = BigDecimal.valueOf(100);

    private final History history = new History();

    /** The last start of each host that has not ended yet. */
    private final Map<String, PastRun> begun = new HashMap<>();

    /** Reads a file; what it says is added to the {@link #history}. */
    public void read(Path file) throws IOException {
        if (isOneDocument(file)) {
            document(file.getFileName().toString(), Files.readString(file));
            return;
        }
        int number = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                line(file.getFileName() + ":" + ++number, line.strip());
            }
        }
    }

    /** All that was read. Runs that began and neither ended nor were followed by another may still be going on. */
    public History history() {
        begun.values()
                .forEach(run -> history.skip(run.where(), "it began here, and nothing says how or whether it ended"));
        begun.clear();
        return history;
    }

    /** JSON over several lines, as {@code heartbeat.json} is. */
    private static boolean isOneDocument(Path file) throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            String first = lines.readLine();
            while (first != null && first.isBlank()) {
                first = lines.readLine();
            }
            return first != null && first.strip().startsWith("{") && parse(first.strip()) == null;
        }
    }

    private void document(String where, String text) {
        ObjectNode json = parse(text);
        if (json == null) {
            history.skip(where, "not JSON");
        } else {
            object(where, json);
        }
    }

    private void line(String where, String line) {
        int heartbeat = line.indexOf(HEARTBEAT);
        int success = line.indexOf(SUCCESS_RUN);
        if (heartbeat >= 0 || success >= 0) {
            int mark = heartbeat >= 0 ? heartbeat + HEARTBEAT.length() : success + SUCCESS_RUN.length();
            ObjectNode json = parse(line.substring(mark).strip());
            if (json == null) {
                history.skip(where, "cut off: no JSON after the mark");
            } else {
                object(where, json);
            }
        } else if (line.startsWith("{")) {
            document(where, line);
        } else if (!line.isEmpty()) {
            history.ignoreLine();
        }
    }

    private void object(String where, ObjectNode json) {
        try {
            ReportedSummary summary = ReportedSummary.of(json);
            if (summary != null) {
                summary(where, summary);
            } else if (!json.has("timestamp")) {
                history.skip(where, "neither a summary, a heartbeat nor a success run");
            } else if (json.has("status")) {
                heartbeat(where, json);
            } else if (json.has("questions_generated") || json.has("questions_inserted")) {
                history.add(stats(where, time(json, "timestamp"), json, false).named(name(json), requested(json)));
            } else {
                history.skip(where, "a timestamp without a run");
            }
        } catch (DateTimeException | ArithmeticException e) {
            history.skip(where, e.getMessage());
        }
    }

    private void summary(String where, ReportedSummary reported) {
        JsonNode execution = reported.summary().path("execution");
        Instant start = execution.path("start_time").isString() ? time(execution, "start_time") : null;
        Instant end = execution.path("end_time").isString() ? time(execution, "end_time") : null;
        if (end == null && start == null) {
            history.skip(where, "a summary that does not say when");
            return;
        }
        // A summary that has no end is whole nonetheless: it is a run of its own, not one that died.
        Instant moment = end != null ? end : start;
        history.add(new PastRun(
                where,
                reported.context().clientRunId(),
                start,
                moment,
                reported.exitCode(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                reported));
    }

    private void heartbeat(String where, ObjectNode json) {
        String host = json.path("hostname").asString("");
        Instant at = time(json, "timestamp");
        switch (json.path("status").asString("")) {
            case "started" -> {
                PastRun before = begun.put(host, started(where, at, json));
                if (before != null) {
                    history.add(before);
                }
            }
            case "completed" -> ended(where, host, at, json, false);
            case "failed" -> ended(where, host, at, json, true);
            default -> history.skip(where, "a heartbeat of unknown status " + json.path("status"));
        }
    }

    private void ended(String where, String host, Instant at, ObjectNode json, boolean failed) {
        JsonNode numbers = json.get("stats") instanceof ObjectNode stats ? stats : Json.object();
        PastRun end = stats(where, at, numbers, failed).named(name(json), requested(json));
        if (json.path("exit_code").isInt()) {
            end = end.withExitCode(json.get("exit_code").intValue());
        }
        PastRun start = begun.get(host);
        if (start != null && !start.startedAt().isAfter(at)) {
            begun.remove(host);
            end = end.with(start);
        }
        history.add(end);
    }

    private static PastRun started(String where, Instant at, ObjectNode json) {
        return new PastRun(
                where, name(json), at, null, null, null, null, requested(json), null, null, null, null, null);
    }

    /** Newer files name the run as its live reporter does. */
    private static @Nullable String name(ObjectNode json) {
        String name = json.path("run_id").asString(json.path("client_run_id").asString(""));
        return name.isBlank() ? null : name;
    }

    private static @Nullable Integer requested(ObjectNode json) {
        Integer target = integer(json.path("target_questions"));
        return target != null ? target : integer(json.path("questions_requested"));
    }

    /** The numbers that success runs and the ends of heartbeats share; these files have the approval rate in per cent. */
    private static PastRun stats(String where, Instant end, JsonNode json, boolean failed) {
        JsonNode percent = json.path("approval_rate");
        JsonNode duration = json.path("duration_seconds");
        JsonNode providers = json.path("providers_used");
        return new PastRun(
                where,
                null,
                null,
                end,
                null,
                failed,
                duration.isNumber() ? duration.decimalValue() : null,
                null,
                integer(json.path("questions_generated")),
                integer(json.path("questions_inserted")),
                percent.isNumber() ? percent.decimalValue().divide(PERCENT) : null,
                providers.isArray()
                        ? providers
                                .valueStream()
                                .map(provider -> provider.asString(""))
                                .toList()
                        : null,
                null);
    }

    private static @Nullable Integer integer(JsonNode value) {
        return value.isInt() ? value.intValue() : null;
    }

    /** A time without an offset means UTC. */
    private static Instant time(JsonNode json, String field) {
        TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME.parseBest(
                json.path(field).asString("").replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from);
        return time instanceof OffsetDateTime offset
                ? offset.toInstant()
                : ((LocalDateTime) time).toInstant(ZoneOffset.UTC);
    }

    private static @Nullable ObjectNode parse(String text) {
        try {
            return Json.readSummary(text);
        } catch (JacksonException e) {
            return null;
        }
    }
}
