package dev.runledger.analytics;

import dev.runledger.rollup.Sums;
import dev.runledger.search.RunFilter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A period cut into hours, days, weeks or months of a time zone. They partition it: the first begins with the period and the
 * last ends with it, wherever in a day these lie.
 *
 * @param granularity never AUTOMATIC
 * @param starts of the buckets, in order
 * @param end of the last one
 */
public record Buckets(Granularity granularity, List<Instant> starts, Instant end) {

    /** The most buckets of a series. */
    public static final int MAX = 2_000;

    /**
     * @throws TooManyBucketsException if there would be more than {@link #MAX}
     */
    public static Buckets of(Instant from, Instant to, Granularity requested, ZoneId zone) {
        Granularity granularity =
                requested == Granularity.AUTOMATIC ? Granularity.fitting(Duration.between(from, to)) : requested;
        List<Instant> starts = new ArrayList<>();
        if (from.isBefore(to)) {
            starts.add(from);
            ZonedDateTime next = granularity.next(granularity.floor(from.atZone(zone)));
            while (next.toInstant().isBefore(to)) {
                if (next.toInstant().isAfter(starts.get(starts.size() - 1))) {
                    if (starts.size() == MAX) {
                        throw new TooManyBucketsException(granularity);
                    }
                    starts.add(next.toInstant());
                }
                next = granularity.next(next);
            }
        }
        return new Buckets(granularity, List.copyOf(starts), to);
    }

    /** A period that has too many buckets. */
    public static final class TooManyBucketsException extends RuntimeException {
        TooManyBucketsException(Granularity granularity) {
            super("The period has more than %d buckets of granularity %s".formatted(MAX, granularity));
        }
    }

    public Instant endOf(int bucket) {
        return bucket + 1 < starts.size() ? starts.get(bucket + 1) : end;
    }

    /** The runs of the filter that lie in the buckets. */
    RunFilter restrict(RunFilter filter) {
        return starts.isEmpty() ? filter.within(end, end) : filter.within(starts.get(0), end);
    }

    /** One per bucket; those without runs are empty. */
    List<Sums> fill(List<Sums> found) {
        Sums[] all = new Sums[starts.size()];
        Arrays.fill(all, Sums.NONE);
        found.forEach(sums -> all[sums.bucket()] = sums);
        return List.of(all);
    }
}
