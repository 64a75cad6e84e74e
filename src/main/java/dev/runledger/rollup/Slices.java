package dev.runledger.rollup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A period cut into slices, each to be read from the coarsest cells that tile it, or from the runs themselves. This is the one
 * place that chooses where an answer is read from.
 */
public final class Slices {

    /**
     * @param grain of the cells to read; null for the runs themselves. An end that is null is open
     * @param sign -1 if the cells are to be taken away from coarser ones that reach beyond the period
     * @param bucket that the cells belong to, where their start does not say so; else null
     */
    public record Slice(
            @Nullable Grain grain,
            @Nullable Instant from,
            @Nullable Instant to,
            int sign,
            @Nullable Integer bucket) {

        public Slice(@Nullable Grain grain, @Nullable Instant from, @Nullable Instant to) {
            this(grain, from, to, 1, null);
        }
    }

    /** Of a day that is not whole, so many hours are added up; with more, the others are taken away from the day. */
    private static final int MOST_HOURS = 12;

    private final List<Slice> slices = new ArrayList<>();
    private boolean subtracts;
    private int bucket;

    private Slices() {}

    /** The whole period from the runs themselves. */
    static Slices raw(@Nullable Instant from, @Nullable Instant to) {
        Slices slices = new Slices();
        slices.slices.add(new Slice(null, from, to));
        return slices;
    }

    /**
     * The period from cells as coarse as can be.
     *
     * @param finest grain that there is
     * @param bounds moments that no cell may reach across
     * @param unbuilt starts of the months that have no cells yet, in order
     * @param subtracts whether cells may be taken away from others, as they may where nobody asks for extremes
     */
    public static Slices of(
            @Nullable Instant from,
            @Nullable Instant to,
            Grain finest,
            List<Instant> bounds,
            Collection<Instant> unbuilt,
            boolean subtracts) {
        Slices slices = new Slices();
        slices.subtracts = subtracts && finest == Grain.HOUR;
        Instant start = from;
        for (Instant bound : new TreeSet<>(bounds)) {
            if ((from == null || bound.isAfter(from)) && (to == null || bound.isBefore(to))) {
                slices.cut(start, bound, finest, unbuilt);
                slices.bucket++;
                start = bound;
            }
        }
        slices.cut(start, to, finest, unbuilt);
        return slices;
    }

    private void cut(@Nullable Instant from, @Nullable Instant to, Grain finest, Collection<Instant> unbuilt) {
        Instant start = from;
        for (Instant month : unbuilt) {
            Instant next = Grain.MONTH.after(month);
            boolean apart = (start != null && !start.isBefore(next)) || (to != null && !month.isBefore(to));
            if (!apart) {
                Instant begins = start == null || start.isBefore(month) ? month : start;
                Instant ends = to == null || next.isBefore(to) ? next : to;
                cut(start, begins, Grain.MONTH, finest);
                add(null, begins, ends);
                start = ends;
            }
        }
        cut(start, to, Grain.MONTH, finest);
    }

    private void cut(@Nullable Instant from, @Nullable Instant to, @Nullable Grain grain, Grain finest) {
        if (from != null && to != null && !from.isBefore(to)) {
            return;
        }
        if (grain == null || grain.compareTo(finest) < 0) {
            add(null, from, to);
            return;
        }
        Instant start = from == null ? null : grain.ceiling(from);
        Instant end = to == null ? null : grain.floor(to);
        boolean isAroundMidnight = subtracts && grain == Grain.DAY && start != null && start.equals(end);
        if (start != null && end != null && !start.isBefore(end) && !isAroundMidnight) {
            cut(from, to, grain.finer(), finest);
            return;
        }
        if (from != null) {
            if (grain == Grain.DAY && isMostOfADay(from, from, start)) {
                Instant day = Grain.DAY.floor(from);
                slices.add(new Slice(Grain.DAY, day, start, 1, bucket));
                slices.add(new Slice(Grain.HOUR, day, from, -1, bucket));
            } else {
                cut(from, start, grain.finer(), finest);
            }
        }
        if (!isAroundMidnight) {
            add(grain, start, end);
        }
        if (to != null) {
            if (grain == Grain.DAY && isMostOfADay(to, end, to)) {
                Instant next = Grain.DAY.after(end);
                slices.add(new Slice(Grain.DAY, end, next, 1, bucket));
                slices.add(new Slice(Grain.HOUR, to, next, -1, bucket));
            } else {
                cut(end, to, grain.finer(), finest);
            }
        }
    }

    private boolean isMostOfADay(Instant edge, Instant from, Instant to) {
        return subtracts
                && Grain.HOUR.startsAt(edge)
                && Duration.between(from, to).toHours() > MOST_HOURS;
    }

    /** As one with the slice before, if they are read alike. */
    private void add(@Nullable Grain grain, @Nullable Instant from, @Nullable Instant to) {
        Slice last = slices.isEmpty() ? null : slices.get(slices.size() - 1);
        if (last != null && last.grain() == grain && last.bucket() == null && Objects.equals(last.to(), from)) {
            slices.set(slices.size() - 1, new Slice(grain, last.from(), to));
        } else {
            slices.add(new Slice(grain, from, to));
        }
    }

    List<Slice> all() {
        return List.copyOf(slices);
    }

    public boolean anyRaw() {
        return slices.stream().anyMatch(slice -> slice.grain() == null);
    }

    public boolean anyRollup() {
        return slices.stream().anyMatch(slice -> slice.grain() != null);
    }

    List<Slice> ofCells() {
        return slices.stream().filter(slice -> slice.grain() != null).toList();
    }

    List<Slice> ofRuns() {
        return slices.stream().filter(slice -> slice.grain() == null).toList();
    }

    public static String from(Slice slice) {
        return slice.from() == null ? "-infinity" : slice.from().toString();
    }

    public static String to(Slice slice) {
        return slice.to() == null ? "infinity" : slice.to().toString();
    }
}
