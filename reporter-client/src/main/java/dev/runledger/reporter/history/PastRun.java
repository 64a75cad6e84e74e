package dev.runledger.reporter.history;

import dev.runledger.reporter.payload.ExitCodes;
import dev.runledger.reporter.payload.Json;
import dev.runledger.reporter.payload.Payload;
import dev.runledger.reporter.payload.ReportedSummary;
import dev.runledger.reporter.payload.RunContext;
import dev.runledger.reporter.payload.RunIds;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one place in the old history says about a run; null is "it does not say".
 *
 * @param where file and line; of a run that several lines are about, all of them
 * @param clientRunId the pipeline's own name for the run
 * @param failed what a heartbeat says of the end
 * @param requested how many questions were asked for
 * @param approvalRate a share, 0 to 1
 * @param summary all numbers, if there is a summary
 */
record PastRun(
        String where,
        @Nullable String clientRunId,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Integer exitCode,
        @Nullable Boolean failed,
        @Nullable BigDecimal durationSeconds,
        @Nullable Integer requested,
        @Nullable Integer generated,
        @Nullable Integer inserted,
        @Nullable BigDecimal approvalRate,
        @Nullable List<String> providers,
        @Nullable ReportedSummary summary) {

    /** Clocks of two lines about one moment. */
    static final Duration TOLERANCE = Duration.ofSeconds(5);

    private static final int LONGEST_TRIGGER = 50;

    /** The start, said or computed from end and duration. */
    @Nullable
    Instant start() {
        if (startedAt != null || endedAt == null || durationSeconds == null) {
            return startedAt;
        }
        return endedAt.minusNanos(durationSeconds.movePointRight(9).longValue());
    }

    /** Whether both are about one run: they have one name, or else they ended together, and did not begin apart. */
    boolean isSameAs(PastRun other) {
        if (clientRunId != null && other.clientRunId != null) {
            return clientRunId.equals(other.clientRunId);
        }
        return endedAt != null
                && other.endedAt != null
                && isClose(endedAt, other.endedAt)
                && (start() == null || other.start() == null || isClose(start(), other.start()));
    }

    static boolean isClose(Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(TOLERANCE) <= 0;
    }

    /** What either says; where both do, this one. */
    PastRun with(PastRun other) {
        return new PastRun(
                where + ", " + other.where,
                first(clientRunId, other.clientRunId),
                first(startedAt, other.startedAt),
                first(endedAt, other.endedAt),
                first(exitCode, other.exitCode),
                first(failed, other.failed),
                first(durationSeconds, other.durationSeconds),
                first(requested, other.requested),
                first(generated, other.generated),
                first(inserted, other.inserted),
                first(approvalRate, other.approvalRate),
                first(providers, other.providers),
                first(summary, other.summary));
    }

    PastRun withExitCode(int code) {
        return new PastRun(
                where,
                clientRunId,
                startedAt,
                endedAt,
                code,
                failed,
                durationSeconds,
                requested,
                generated,
                inserted,
                approvalRate,
                providers,
                summary);
    }

    PastRun named(@Nullable String name, @Nullable Integer asked) {
        return new PastRun(
                where,
                name,
                startedAt,
                endedAt,
                exitCode,
                failed,
                durationSeconds,
                asked,
                generated,
                inserted,
                approvalRate,
                providers,
                summary);
    }

    private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
        return one != null ? one : other;
    }

    /**
     * The report of this run, marked as imported. Only for a run whose start is known.
     *
     * @param environment where it ran, if the files do not say
     * @param exitCodes what the exit codes of the pipeline meant
     */
    ObjectNode payload(@Nullable String environment, ExitCodes exitCodes) {
        return summary != null ? fromSummary(summary, environment, exitCodes) : fromLines(environment, exitCodes);
    }

    private ObjectNode fromSummary(ReportedSummary reported, @Nullable String environment, ExitCodes exitCodes) {
        RunContext known = reported.context();
        String trigger = known.triggeredBy() == null ? "import" : "import:" + known.triggeredBy();
        RunContext context = known.withTriggeredBy(trigger.substring(0, Math.min(trigger.length(), LONGEST_TRIGGER)))
                .withEnvironment(known.environment() != null ? known.environment() : environment);
        context = context.withClientRunId(clientRunId);
        if (clientRunId == null) {
            context = context.withId(RunIds.ofHistory(moment()));
        }
        Integer code = reported.exitCode() != null ? reported.exitCode() : exitCode;
        return Payload.completion(reported.summary(), code, exitCodes, context, null);
    }

    private ObjectNode fromLines(@Nullable String environment, ExitCodes exitCodes) {
        UUID id = clientRunId == null ? RunIds.ofHistory(moment()) : RunIds.ofClientRunId(clientRunId);
        ObjectNode payload = Json.object().put("id", id.toString());
        putKnown(payload, "client_run_id", clientRunId);
        payload.put("started_at", String.valueOf(start()));
        // The contract asks for it and older logs do not have it: 0, as reporters send that do not know.
        payload.put("questions_requested", requested == null ? 0 : requested);
        payload.put("status", status(exitCodes));
        putKnown(payload, "completed_at", endedAt == null ? null : endedAt.toString());
        putKnown(payload, "environment", environment);
        if (durationSeconds != null) {
            payload.put("duration_seconds", durationSeconds);
        }
        if (exitCode != null) {
            payload.put("exit_code", exitCode);
        }
        if (generated != null) {
            payload.put("questions_generated", generated);
        }
        if (inserted != null) {
            payload.put("questions_inserted", inserted);
        }
        if (approvalRate != null) {
            payload.put("approval_rate", approvalRate);
        }
        if (providers != null && !providers.isEmpty()) {
            ObjectNode metrics = payload.putObject("provider_metrics");
            providers.forEach(metrics::putObject);
        }
        payload.put("triggered_by", "import");
        return endedAt == null ? Payload.markFailed(payload, "process_died") : payload;
    }

    private Instant moment() {
        Instant moment = endedAt != null ? endedAt : start();
        if (moment == null) {
            throw new IllegalStateException("a run that neither began nor ended: " + where);
        }
        return moment;
    }

    private String status(ExitCodes exitCodes) {
        if (exitCode != null) {
            return exitCodes.status(exitCode, inserted == null ? 0 : inserted, 0);
        }
        return Boolean.FALSE.equals(failed) ? "success" : "failed";
    }

    private static void putKnown(ObjectNode payload, String field, @Nullable String value) {
        if (value != null) {
            payload.put(field, value);
        }
    }
}
