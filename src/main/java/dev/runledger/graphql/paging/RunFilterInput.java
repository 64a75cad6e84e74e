package dev.runledger.graphql.paging;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.scalars.ArgumentText;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Range;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The schema's RunFilter, as it was sent. */
public record RunFilterInput(
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to,
        @Nullable Integer lastDays,
        @Nullable List<RunStatus> statuses,
        @Nullable Boolean stuck,
        @Nullable List<String> environments,
        @Nullable List<String> triggers,
        @Nullable List<String> promptVersions,
        @Nullable List<String> arbiterConfigs,
        @Nullable List<String> providers,
        @Nullable List<String> questionTypes,
        @Nullable List<String> difficulties,
        @Nullable List<String> errorCategories,
        @Nullable FloatRange overallSuccessRate,
        @Nullable FloatRange approvalRate,
        @Nullable FloatRange arbiterScore,
        @Nullable FloatRange durationSeconds,
        @Nullable FloatRange costUsd,
        @Nullable String clientRunIdContains) {

    static final int MAX_DAYS = 36_500;
    static final int MAX_VALUES = 100;
    static final int MAX_TEXT = 100;

    public static final RunFilterInput ALL = new RunFilterInput(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null);

    /** Values between two bounds, both included; null for none. */
    public record FloatRange(@Nullable Double min, @Nullable Double max) {}

    /**
     * The filter in the ledger's terms: of a period only what runs can lie in, and the last days up to now.
     *
     * @throws RequestFailure naming what is wrong with it
     */
    public RunFilter inLedger(Instant now) {
        checkPeriod();
        PlausibleTimes times = PlausibleTimes.at(now);
        if (lastDays == null) {
            return inLedger(times.from(instant(from)), times.to(instant(to)));
        }
        Instant end = now.truncatedTo(ChronoUnit.MICROS);
        return inLedger(times.from(end.minus(lastDays, ChronoUnit.DAYS)), end);
    }

    /**
     * As {@link #inLedger(Instant)}, for what happens from now on: the last days have no end, lest runs be missed whose reporter's
     * clock is a little ahead.
     */
    public RunFilter live(Instant now) {
        RunFilter filter = inLedger(now);
        return lastDays == null ? filter : filter.within(filter.from(), null);
    }

    /** The same text for the same filter at any time. */
    public String identity() {
        checkPeriod();
        return inLedger(instant(from), instant(to)) + " " + lastDays;
    }

    private void checkPeriod() {
        if (from != null && to != null && from.isAfter(to)) {
            throw RequestFailure.badRequest("filter.from is %s, after filter.to, which is %s".formatted(from, to));
        }
        if (lastDays == null) {
            return;
        }
        if (from != null || to != null) {
            throw RequestFailure.badRequest("filter.lastDays is given, so filter.from and filter.to may not be");
        }
        if (lastDays < 1) {
            throw RequestFailure.badRequest("filter.lastDays is %d, it must be 1 or more".formatted(lastDays));
        }
        if (lastDays > MAX_DAYS) {
            throw RequestFailure.limitExceeded(
                    "filter.lastDays is %d, it can be %d at most".formatted(lastDays, MAX_DAYS));
        }
    }

    private RunFilter inLedger(@Nullable Instant first, @Nullable Instant end) {
        return new RunFilter(
                first,
                end,
                values("statuses", statuses),
                Boolean.TRUE.equals(stuck),
                texts("environments", environments),
                texts("triggers", triggers),
                texts("promptVersions", promptVersions),
                texts("arbiterConfigs", arbiterConfigs),
                texts("providers", providers),
                texts("questionTypes", questionTypes),
                texts("difficulties", difficulties),
                texts("errorCategories", errorCategories),
                range("overallSuccessRate", overallSuccessRate),
                range("approvalRate", approvalRate),
                range("arbiterScore", arbiterScore),
                range("durationSeconds", durationSeconds),
                range("costUsd", costUsd),
                clientRunIdContains == null ? null : part(clientRunIdContains));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static <T> List<T> values(String field, @Nullable List<T> values) {
        if (values == null) {
            return List.of();
        }
        if (values.size() > MAX_VALUES) {
            throw RequestFailure.limitExceeded(
                    "filter.%s has %d values, it can have %d at most".formatted(field, values.size(), MAX_VALUES));
        }
        return values;
    }

    private static List<String> texts(String field, @Nullable List<String> texts) {
        values(field, texts).forEach(text -> ArgumentText.check("filter." + field, text));
        return values(field, texts);
    }

    private static String part(String text) {
        if (text.codePointCount(0, text.length()) > MAX_TEXT) {
            throw RequestFailure.limitExceeded(
                    "filter.clientRunIdContains can have %d characters at most".formatted(MAX_TEXT));
        }
        return ArgumentText.check("filter.clientRunIdContains", text);
    }

    private static @Nullable Range range(String field, @Nullable FloatRange range) {
        if (range == null) {
            return null;
        }
        try {
            return new Range(range.min(), range.max());
        } catch (IllegalArgumentException e) {
            throw RequestFailure.badRequest("filter.%s: %s".formatted(field, e.getMessage()));
        }
    }
}
