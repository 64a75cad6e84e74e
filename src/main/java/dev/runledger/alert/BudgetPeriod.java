package dev.runledger.alert;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;

/** What a budget is for. */
public enum BudgetPeriod {
    DAY,
    WEEK,
    MONTH;

    /** When the period began that the time is in. Weeks begin on Monday. */
    Instant start(Instant time, ZoneId zone) {
        return first(time, zone).atStartOfDay(zone).toInstant();
    }

    /** When the next period begins. */
    Instant end(Instant time, ZoneId zone) {
        LocalDate first = first(time, zone);
        LocalDate next = switch (this) {
            case DAY -> first.plusDays(1);
            case WEEK -> first.plusWeeks(1);
            case MONTH -> first.plusMonths(1);
        };
        return next.atStartOfDay(zone).toInstant();
    }

    private LocalDate first(Instant time, ZoneId zone) {
        LocalDate day = time.atZone(zone).toLocalDate();
        return switch (this) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
    }
}
