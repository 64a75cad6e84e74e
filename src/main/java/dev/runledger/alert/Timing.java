package dev.runledger.alert;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What a rule that goes by the clock looks at.
 *
 * @param cron MISSING: when a run should begin; null for as often as runs have begun so far
 * @param zone of the cron expression and of the calendar
 * @param grace MISSING: how much later, or earlier, a run may begin
 * @param after STUCK: how long a run may go on; null for until the ledger declares it stuck
 * @param times SLOW: of the usual duration; null for the other kinds
 * @param period BUDGET: what the threshold is for; null for the other kinds
 * @param forecast BUDGET: whether to go by what will have been spent at the period's end
 * @throws IllegalArgumentException naming what is wrong
 */
public record Timing(
        @Nullable String cron,
        ZoneId zone,
        Duration grace,
        @Nullable Duration after,
        @Nullable Double times,
        @Nullable BudgetPeriod period,
        boolean forecast) {

    private static final Duration LONGEST = Duration.ofDays(31);
    private static final double MOST_TIMES = 100;

    public Timing {
        require(!grace.isNegative() && grace.compareTo(LONGEST) <= 0, "timing.graceSeconds must be 0 to 31 days");
        require(
                after == null || after.compareTo(Duration.ofSeconds(1)) >= 0 && after.compareTo(LONGEST) <= 0,
                "timing.afterSeconds must be 1 second to 31 days");
        require(times == null || times > 1 && times <= MOST_TIMES, "timing.times must be above 1, at most 100");
        if (cron != null) {
            CronSlots.of(cron, zone);
        }
    }

    /** Of times in seconds and a zone by its name, as rules are written. */
    public static Timing of(
            @Nullable String cron,
            String timeZone,
            long graceSeconds,
            @Nullable Long afterSeconds,
            @Nullable Double times,
            @Nullable BudgetPeriod period,
            boolean forecast) {
        return new Timing(
                cron,
                zone(timeZone),
                Duration.ofSeconds(graceSeconds),
                afterSeconds == null ? null : Duration.ofSeconds(afterSeconds),
                times,
                period,
                forecast);
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("timing.timeZone is no time zone", e);
        }
    }

    /** Checks that all that is given, and nothing that is missing, is for a rule of this kind. */
    void check(AlertKind kind) {
        require(cron == null || kind == AlertKind.MISSING, "timing.cron is for MISSING only");
        require(grace.isZero() || kind == AlertKind.MISSING, "timing.graceSeconds is for MISSING only");
        require(after == null || kind == AlertKind.STUCK, "timing.afterSeconds is for STUCK only");
        require((times != null) == (kind == AlertKind.SLOW), "timing.times is for SLOW, which needs it");
        require((period != null) == (kind == AlertKind.BUDGET), "timing.period is for BUDGET, which needs it");
        require(!forecast || kind == AlertKind.BUDGET, "timing.forecast is for BUDGET only");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
