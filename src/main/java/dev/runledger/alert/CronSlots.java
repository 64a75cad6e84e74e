package dev.runledger.alert;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import org.jspecify.annotations.Nullable;

/**
 * When a cron expression says that a run should begin: five fields as of Unix. What falls into the hour that is skipped in spring is
 * expected as much after it if the hours are given, what falls into the hour that comes twice in autumn is expected once, unless it is for every hour.
 */
final class CronSlots {

    private static final CronParser UNIX = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private final ExecutionTime times;
    private final boolean hasFixedHours;
    private final ZoneId zone;

    private CronSlots(ExecutionTime times, boolean hasFixedHours, ZoneId zone) {
        this.times = times;
        this.hasFixedHours = hasFixedHours;
        this.zone = zone;
    }

    /** @throws IllegalArgumentException if it is no cron expression */
    static CronSlots of(String expression, ZoneId zone) {
        try {
            ExecutionTime times = ExecutionTime.forCron(UNIX.parse(expression).validate());
            return new CronSlots(times, !expression.strip().split("\\s+")[1].contains("*"), zone);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("timing.cron is no cron expression of five fields", e);
        }
    }

    /** The next one after the time; null if there is none. */
    @Nullable
    Instant after(Instant time) {
        Instant next = times.nextExecution(time.atZone(zone))
                .map(ZonedDateTime::toInstant)
                .orElse(null);
        Instant skipped = hasFixedHours ? skippedAfter(time) : null;
        return skipped != null && (next == null || skipped.isBefore(next)) ? skipped : next;
    }

    /** What falls into the next hour that is skipped, or into the last one, if that is after the time; the library leaves it out. */
    private @Nullable Instant skippedAfter(Instant time) {
        // The one that is just over may still have something to come.
        ZoneOffsetTransition gap = zone.getRules().nextTransition(time.minus(Duration.ofHours(2)));
        if (gap == null || !gap.isGap()) {
            return null;
        }
        LocalDateTime shifted = time.atOffset(gap.getOffsetBefore()).toLocalDateTime();
        LocalDateTime from = shifted.isAfter(gap.getDateTimeBefore())
                ? shifted
                : gap.getDateTimeBefore().minusNanos(1);
        return times.nextExecution(from.atZone(ZoneOffset.UTC))
                .map(ZonedDateTime::toLocalDateTime)
                .filter(slot -> slot.isBefore(gap.getDateTimeAfter()))
                .map(slot -> slot.toInstant(gap.getOffsetBefore()))
                .orElse(null);
    }

    /** The last one before the time; null if there is none. */
    @Nullable
    Instant before(Instant time) {
        return times.lastExecution(time.atZone(zone))
                .map(ZonedDateTime::toInstant)
                .orElse(null);
    }
}
