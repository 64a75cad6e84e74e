package dev.runledger.report;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** ISO 8601 as reporters write it: Python's {@code isoformat()} with or without offset, JavaScript's {@code Z}, a date alone. */
public final class IsoTime {

    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})(?:[Tt ](\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?)(?:([Zz])|([+ -])(\\d{2}):?(\\d{2})?)?)?");

    private IsoTime() {}

    /**
     * The moment that the text names, in UTC, cut to the microsecond; or null if it names none. Any year of four digits goes,
     * however absurd: {@link PlausibleTimes} judge that. A time without offset means UTC, a date alone its midnight. The plus of an offset may have become a blank, as it
     * does in a query string that was not encoded.
     */
    public static @Nullable OffsetDateTime parse(String text) {
        Matcher matcher = TIME.matcher(text.strip());
        if (!matcher.matches()) {
            return null;
        }
        try {
            String time = matcher.group(2);
            LocalDateTime local = time == null
                    ? LocalDate.parse(matcher.group(1)).atStartOfDay()
                    : LocalDateTime.parse(matcher.group(1) + "T" + time.replace(',', '.'));
            return local.truncatedTo(ChronoUnit.MICROS)
                    .atOffset(offset(matcher))
                    .withOffsetSameInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static ZoneOffset offset(Matcher matcher) {
        if (matcher.group(4) == null) {
            return ZoneOffset.UTC;
        }
        int sign = matcher.group(4).equals("-") ? -1 : 1;
        int minutes = matcher.group(6) == null ? 0 : Integer.parseInt(matcher.group(6));
        return ZoneOffset.ofHoursMinutes(sign * Integer.parseInt(matcher.group(5)), sign * minutes);
    }
}
