package dev.runledger.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runledger.rollup.Slices.Slice;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SlicesTests {

    private static final Instant ORIGIN = Instant.parse("2025-01-01T00:00:00Z");
    private static final int QUARTERS = 4 * 24 * 70;

    /** Each quarter of an hour once in its own bucket, and nowhere else, whatever is added up or taken away. */
    @RepeatedTest(200)
    void everyMomentIsReadOnceInItsBucket(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int step = random.nextBoolean() ? 4 : 1;
        int from = step * random.nextInt(QUARTERS / step / 2);
        int to = from + step * random.nextInt(QUARTERS / step / 2);
        List<Instant> bounds = new ArrayList<>(List.of(at(from)));
        for (int bound = from; bound < to; bound += step * (1 + random.nextInt(40 * 4 / step))) {
            if (bound > from) {
                bounds.add(at(bound));
            }
        }
        List<Instant> unbuilt = random.nextBoolean() ? List.of() : List.of(Instant.parse("2025-02-01T00:00:00Z"));

        Slices slices = Slices.of(at(from), at(to), Grain.HOUR, bounds, unbuilt, true);

        int[][] read = new int[bounds.size()][QUARTERS];
        for (Slice slice : slices.all()) {
            for (Instant cell = slice.from(); cell.isBefore(slice.to()); cell = next(slice, cell)) {
                int bucket = slice.bucket() == null ? bucketOf(cell, bounds) : slice.bucket();
                for (Instant moment = cell;
                        moment.isBefore(next(slice, cell));
                        moment = moment.plus(15, ChronoUnit.MINUTES)) {
                    read[bucket][(int) ORIGIN.until(moment, ChronoUnit.MINUTES) / 15] += slice.sign();
                }
            }
        }
        for (int bucket = 0; bucket < bounds.size(); bucket++) {
            int[] expected = new int[QUARTERS];
            Instant end = bucket + 1 < bounds.size() ? bounds.get(bucket + 1) : at(to);
            Arrays.fill(expected, quarter(bounds.get(bucket)), Math.max(quarter(bounds.get(bucket)), quarter(end)), 1);
            assertThat(read[bucket]).isEqualTo(expected);
        }
    }

    @Test
    void aDayOfBerlinIsADayOfUtcAndTheHoursAtItsEdges() {
        Instant from = Instant.parse("2025-06-09T22:00:00Z");
        Instant to = Instant.parse("2025-06-10T22:00:00Z");

        assertThat(Slices.of(from, to, Grain.HOUR, List.of(from), List.of(), true)
                        .all())
                .containsExactlyInAnyOrder(
                        new Slice(Grain.HOUR, from, Instant.parse("2025-06-10T00:00:00Z")),
                        new Slice(
                                Grain.DAY,
                                Instant.parse("2025-06-10T00:00:00Z"),
                                Instant.parse("2025-06-11T00:00:00Z"),
                                1,
                                0),
                        new Slice(Grain.HOUR, to, Instant.parse("2025-06-11T00:00:00Z"), -1, 0));
    }

    private static Instant next(Slice slice, Instant cell) {
        return slice.grain() == null
                ? cell.plus(15, ChronoUnit.MINUTES)
                : slice.grain().after(cell);
    }

    private static int bucketOf(Instant moment, List<Instant> bounds) {
        int bucket = 0;
        while (bucket + 1 < bounds.size() && !bounds.get(bucket + 1).isAfter(moment)) {
            bucket++;
        }
        return bucket;
    }

    private static Instant at(int quarter) {
        return ORIGIN.plus(15L * quarter, ChronoUnit.MINUTES);
    }

    private static int quarter(Instant moment) {
        return (int) ORIGIN.until(moment, ChronoUnit.MINUTES) / 15;
    }
}
