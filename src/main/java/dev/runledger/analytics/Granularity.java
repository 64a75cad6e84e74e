package dev.runledger.analytics;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** How long a bucket of time is. */
public enum Granularity {
    AUTOMATIC,
    HOUR,
    DAY,
    WEEK,
    MONTH;

    /** A granularity that gives between a few and a few hundred buckets over the period. */
    static Granularity fitting(Duration period) {
        if (period.toDays() <= 3) {
            return HOUR;
        }
        if (period.toDays() <= 120) {
            return DAY;
        }
        return period.toDays() <= 3 * 366 ? WEEK : MONTH;
    }

    /** The start of the bucket that the moment lies in. */
    ZonedDateTime floor(ZonedDateTime moment) {
        return switch (this) {
            case AUTOMATIC -> throw new IllegalStateException("No granularity was chosen");
            case HOUR -> moment.truncatedTo(ChronoUnit.HOURS);
            case DAY -> moment.toLocalDate().atStartOfDay(moment.getZone());
            case WEEK ->
                moment.toLocalDate()
                        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                        .atStartOfDay(moment.getZone());
            case MONTH -> moment.toLocalDate().withDayOfMonth(1).atStartOfDay(moment.getZone());
        };
    }

    /** The start of the bucket after the one that starts here. */
    ZonedDateTime next(ZonedDateTime start) {
        return switch (this) {
            case AUTOMATIC -> throw new IllegalStateException("No granularity was chosen");
            case HOUR -> start.plusHours(1);
            case DAY -> start.toLocalDate().plusDays(1).atStartOfDay(start.getZone());
            case WEEK -> start.toLocalDate().plusWeeks(1).atStartOfDay(start.getZone());
            case MONTH -> start.toLocalDate().plusMonths(1).atStartOfDay(start.getZone());
        };
    }
}
