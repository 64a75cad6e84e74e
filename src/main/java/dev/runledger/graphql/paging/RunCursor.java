package dev.runledger.graphql.paging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.report.IsoTime;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.search.RunOrder;
import dev.runledger.search.RunPosition;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The position of a run in one order of one filter, as an opaque text. What comes back is believed only if it is whole; no
 * secret is in it, and whoever forges one gets nothing but another page.
 *
 * @param filterHash identifies the filter that the cursor was given for
 * @param asOf where the filter's last days end: when the first page was requested; null if it has none
 */
public record RunCursor(
        RunOrder order, String filterHash, @Nullable Instant asOf, RunPosition position) {

    private static final String VERSION = "2";
    private static final String SEPARATOR = "|";
    private static final String NONE = "-";

    String encode() {
        String content = String.join(
                SEPARATOR,
                VERSION,
                order.key().name(),
                order.direction().name(),
                filterHash,
                asOf == null ? NONE : asOf.toString(),
                position.value() == null ? NONE : position.value(),
                position.id().toString());
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((content + SEPARATOR + checksum(content)).getBytes(UTF_8));
    }

    /** The cursor in the text, or null if there is no whole one in it, or one of times that no run can have. */
    static @Nullable RunCursor decode(String text, PlausibleTimes times) {
        try {
            String decoded = new String(Base64.getUrlDecoder().decode(text), UTF_8);
            String content = decoded.substring(0, Math.max(0, decoded.lastIndexOf(SEPARATOR)));
            String[] parts = content.split("\\|", -1);
            if (!decoded.equals(content + SEPARATOR + checksum(content))
                    || parts.length != 7
                    || !parts[0].equals(VERSION)) {
                return null;
            }
            RunOrder order = new RunOrder(RunOrder.Key.valueOf(parts[1]), RunOrder.Direction.valueOf(parts[2]));
            return new RunCursor(
                    order,
                    parts[3],
                    parts[4].equals(NONE) ? null : time(parts[4], times),
                    new RunPosition(value(order.key(), parts[5], times), UUID.fromString(parts[6])));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String value(RunOrder.Key key, String text, PlausibleTimes times) {
        return switch (key) {
            case STARTED_AT -> time(text, times).toString();
            case ERRORS -> String.valueOf(Integer.parseInt(text));
            case DURATION, OVERALL_SUCCESS_RATE, APPROVAL_RATE, ARBITER_SCORE, COST ->
                text.equals(NONE) ? null : finite(text);
        };
    }

    private static String finite(String text) {
        double number = Double.parseDouble(text);
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("Not a value of a run");
        }
        return String.valueOf(number);
    }

    private static Instant time(String text, PlausibleTimes times) {
        var time = IsoTime.parse(text);
        if (time == null || !times.contain(time.toInstant())) {
            throw new IllegalArgumentException("Not a time of a run");
        }
        return time.toInstant();
    }

    private static String checksum(String content) {
        CRC32 checksum = new CRC32();
        checksum.update(content.getBytes(UTF_8));
        return Long.toHexString(checksum.getValue());
    }
}
