package dev.runledger.graphql.paging;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runledger.graphql.errors.RequestFailure;
import dev.runledger.ledger.Run;
import dev.runledger.report.PlausibleTimes;
import dev.runledger.search.RunFilter;
import dev.runledger.search.RunOrder;
import dev.runledger.search.RunPosition;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * All runs of one filter in one order: what a page is a part of.
 *
 * @param asOf where the last days end: when the first page was requested; null if the filter has none
 * @param filterHash identifies the filter as it was sent, so that a cursor is used with no other
 * @param start where the requested page begins or ends; null at the start or end of all
 */
public record RunList(
        RunFilter filter,
        RunOrder order,
        @Nullable Instant asOf,
        String filterHash,
        @Nullable RunPosition start) {

    /** The list that is requested; if by a cursor, the same as the one that the cursor was given for. */
    public static RunList of(RunFilterInput requested, RunOrder order, PageArguments page, Instant now) {
        String hash = hash(requested);
        Instant asOf = requested.lastDays() == null ? null : now.truncatedTo(ChronoUnit.MICROS);
        RunPosition start = null;
        if (page.cursor() != null) {
            RunCursor cursor = whole(page, PlausibleTimes.at(now));
            if (!cursor.order().equals(order)) {
                throw RequestFailure.badRequest("%s is of a list ordered by %s %s, but orderBy is %s %s"
                        .formatted(
                                page.cursorName(),
                                cursor.order().key(),
                                cursor.order().direction(),
                                order.key(),
                                order.direction()));
            }
            if (!cursor.filterHash().equals(hash)) {
                throw RequestFailure.badRequest(
                        page.cursorName() + " is of a list with another filter; a cursor goes on with its own only");
            }
            asOf = cursor.asOf();
            start = cursor.position();
        }
        return new RunList(requested.inLedger(asOf == null ? now : asOf), order, asOf, hash, start);
    }

    String cursorOf(Run run) {
        return new RunCursor(order, filterHash, asOf, RunPosition.of(run, order)).encode();
    }

    private static RunCursor whole(PageArguments page, PlausibleTimes times) {
        RunCursor cursor = RunCursor.decode(page.cursor(), times);
        if (cursor == null) {
            throw RequestFailure.badRequest(page.cursorName() + " is not a cursor of this list, or not all of one");
        }
        return cursor;
    }

    private static String hash(RunFilterInput requested) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(requested.identity().getBytes(UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, 8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
