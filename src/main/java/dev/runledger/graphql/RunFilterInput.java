package dev.runledger.graphql;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.graphql.scalars.StorableText;
import dev.runledger.report.RunStatus;
import dev.runledger.search.Range;
import dev.runledger.search.RunFilter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The schema's RunFilter, as it was asked. */
public record RunFilterInput(
        @Nullable OffsetDateTime from,
        @Nullable OffsetDateTime to,
        @Nullable Integer lastDays,
        @Nullable List<RunStatus> statuses,
        @Nullable List<String> environments,
        @Nullable List<String> triggers,
        @Nullable List<String> promptVersions,
        @Nullable List<String> arbiterConfigs,
        @Nullable List<String> providers,
        @Nullable List<String> questionTypes,
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

    static final RunFilterInput ALL = new RunFilterInput(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    record FloatRange(@Nullable Double min, @Nullable Double max) {}

    /** The moment from which the last days count, if it is these that are asked for. */
    @Nullable
    public Instant startOfLastDays(Instant now) {
        if (lastDays == null) {
            return null;
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
        return now.minus(lastDays, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * The filter in the ledger's terms.
     *
     * @param startOfLastDays stands for {@link #from} if the last days are asked for
     */
    public RunFilter inLedger(@Nullable Instant startOfLastDays) {
        Instant first = from == null ? startOfLastDays : from.toInstant();
        Instant end = to == null ? null : to.toInstant();
        if (first != null && end != null && first.isAfter(end)) {
            throw RequestFailure.badRequest("filter.from is %s, after filter.to, which is %s".formatted(from, to));
        }
        return new RunFilter(
                first,
                end,
                values("statuses", statuses),
                texts("environments", environments),
                texts("triggers", triggers),
                texts("promptVersions", promptVersions),
                texts("arbiterConfigs", arbiterConfigs),
                texts("providers", providers),
                texts("questionTypes", questionTypes),
                texts("errorCategories", errorCategories),
                range("overallSuccessRate", overallSuccessRate),
                range("approvalRate", approvalRate),
                range("arbiterScore", arbiterScore),
                range("durationSeconds", durationSeconds),
                range("costUsd", costUsd),
                clientRunIdContains == null ? null : part(clientRunIdContains));
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
        values(field, texts).forEach(text -> StorableText.check("filter." + field, text));
        return values(field, texts);
    }

    private static String part(String text) {
        if (text.codePointCount(0, text.length()) > MAX_TEXT) {
            throw RequestFailure.limitExceeded(
                    "filter.clientRunIdContains can have %d characters at most".formatted(MAX_TEXT));
        }
        return StorableText.check("filter.clientRunIdContains", text);
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
