package dev.runledger.rollup;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** How much time a cell of a rollup holds: an hour, day or month of UTC. */
public enum Grain {
    HOUR,
    DAY,
    MONTH;

    /** The start of the cell that the moment lies in. */
    public Instant floor(Instant moment) {
        if (this == MONTH) {
            LocalDate day = LocalDate.ofInstant(moment, ZoneOffset.UTC);
            return day.withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return moment.truncatedTo(this == HOUR ? ChronoUnit.HOURS : ChronoUnit.DAYS);
    }

    /** The first start of a cell at the moment or after it. */
    Instant ceiling(Instant moment) {
        Instant floor = floor(moment);
        if (floor.equals(moment)) {
            return moment;
        }
        return this == MONTH
                ? floor(floor.plus(32, ChronoUnit.DAYS))
                : floor.plus(1, this == HOUR ? ChronoUnit.HOURS : ChronoUnit.DAYS);
    }

    /** The start of the cell after the one that starts here. */
    public Instant after(Instant start) {
        return ceiling(start.plusNanos(1));
    }

    boolean startsAt(Instant moment) {
        return floor(moment).equals(moment);
    }

    /** The next finer one; null for the finest. */
    @Nullable
    Grain finer() {
        return this == HOUR ? null : values()[ordinal() - 1];
    }
}
