package dev.runledger.statistics;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The change of a pooled ratio split by the values of a dimension: what each adds by having another share of the whole (mix),
 * and what it adds by having another ratio itself (rate). The parts add up to the change.
 *
 * @param change ratio after minus ratio before
 * @param parts in the order of the keys given
 * @see <a href="https://doi.org/10.1080/01621459.1955.10501957">Kitagawa (1955), components of a difference between two rates</a>
 */
public record ChangeDecomposition(double change, List<Part> parts) {

    /** Runs, or shares of runs, of one value of the dimension, before and after. */
    public record Slice(@Nullable String key, ClusterSums before, ClusterSums after) {
        private boolean isEmpty() {
            return before.runs() == 0 && after.runs() == 0;
        }
    }

    /** How a part came about. */
    public enum Kind {
        /** There is more or less of it. */
        MIX,
        /** It does better or worse itself. */
        RATE
    }

    /**
     * A contribution to the change.
     *
     * @param value in the metric's unit
     * @param interval where the true contribution lies; null if its runs are too few to say
     * @param specific what of it the others do not share: of a mix all of it, of a rate what goes beyond the change of all
     *     rates together. A dimension with a single value explains nothing
     * @param evidence how much of {@code specific} is beyond chance, in the direction of the change; 0 if it may be chance
     */
    public record Part(
            @Nullable String key,
            Kind kind,
            double value,
            @Nullable Interval interval,
            double specific,
            double evidence) {}

    public ChangeDecomposition {
        parts = List.copyOf(parts);
    }

    /**
     * Splits a change. What the slices leave of the totals is a slice of its own, with key null.
     *
     * @param confidence in (0, 1), of intervals and evidence
     * @return null if there is nothing to divide by before or after
     */
    public static @Nullable ChangeDecomposition of(
            List<Slice> slices, ClusterSums before, ClusterSums after, double confidence) {
        Double ratioBefore = before.ratio();
        Double ratioAfter = after.ratio();
        if (ratioBefore == null || ratioAfter == null) {
            return null;
        }
        List<Slice> all = new ArrayList<>(slices);
        Slice rest = new Slice(null, rest(before, slices, Slice::before), rest(after, slices, Slice::after));
        if (!rest.isEmpty()) {
            all.add(rest);
        }
        Split[] splits = all.stream()
                .map(slice -> Split.of(slice, before, after, ratioBefore, ratioAfter))
                .toArray(Split[]::new);
        double weight = Stream.of(splits).mapToDouble(Split::weight).sum();
        double common = Stream.of(splits).mapToDouble(Split::rate).sum() / weight;
        double change = ratioAfter - ratioBefore;
        double errors = new Confidence(confidence).z();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < splits.length; i++) {
            String key = all.get(i).key;
            Split split = splits[i];
            parts.add(part(key, Kind.MIX, split.mix, split.mix, split.mixVariance, change, errors));
            parts.add(part(
                    key,
                    Kind.RATE,
                    split.rate,
                    split.rate - split.weight * common,
                    split.rateVariance,
                    change,
                    errors));
        }
        return new ChangeDecomposition(change, parts);
    }

    private static ClusterSums rest(ClusterSums all, List<Slice> slices, Function<Slice, ClusterSums> side) {
        BigDecimal x = all.x();
        BigDecimal m = all.m();
        for (Slice slice : slices) {
            x = x.subtract(side.apply(slice).x());
            m = m.subtract(side.apply(slice).m());
        }
        return new ClusterSums(
                x.signum() == 0 && m.signum() == 0 ? 0 : 1, x, m, x.multiply(x), m.multiply(m), x.multiply(m));
    }

    private static Part part(
            @Nullable String key,
            Kind kind,
            double value,
            double specific,
            @Nullable Double variance,
            double change,
            double errors) {
        double towards = Math.signum(change) * specific;
        if (variance == null) {
            return new Part(key, kind, value, null, specific, 0);
        }
        double reach = errors * Math.sqrt(variance);
        return new Part(
                key, kind, value, new Interval(value - reach, value + reach), specific, Math.max(0, towards - reach));
    }

    /** What a slice adds to the change. Variances are null where the runs are too few. */
    private record Split(
            double weight,
            double mix,
            @Nullable Double mixVariance,
            double rate,
            @Nullable Double rateVariance) {

        static Split of(Slice slice, ClusterSums before, ClusterSums after, double ratioBefore, double ratioAfter) {
            double shareBefore = share(slice.before, before);
            double shareAfter = share(slice.after, after);
            Double rateBefore = slice.before.ratio();
            Double rateAfter = slice.after.ratio();
            double whole = (ratioBefore + ratioAfter) / 2;
            double own = rateBefore == null
                    ? rateAfter == null ? whole : rateAfter
                    : rateAfter == null ? rateBefore : (rateBefore + rateAfter) / 2;
            double moved = shareAfter - shareBefore;
            double total = share(slice.after.x(), after) - share(slice.before.x(), before);
            double weight = (shareBefore + shareAfter) / 2;
            double offset = own - whole;
            Double sharesVary = sum(shareVariance(slice.before, before), shareVariance(slice.after, after));
            Double rateVaries = sum(orNone(slice.before), orNone(slice.after));
            return new Split(
                    weight,
                    moved * offset,
                    sharesVary == null ? null : offset * offset * sharesVary + moved * moved / 4 * orZero(rateVaries),
                    total - moved * own,
                    rateBefore == null || rateAfter == null
                            ? Double.valueOf(0)
                            : rateVaries == null ? null : weight * weight * rateVaries);
        }

        private static double share(ClusterSums part, ClusterSums all) {
            return share(part.m(), all);
        }

        private static double share(BigDecimal part, ClusterSums all) {
            return part.doubleValue() / all.m().doubleValue();
        }

        /** Of the share that the runs of a slice have: runs are drawn, each with all of its m. */
        private static @Nullable Double shareVariance(ClusterSums part, ClusterSums all) {
            double runs = all.effectiveRuns();
            if (runs <= 1) {
                return null;
            }
            double share = share(part, all);
            double others = Math.max(0, all.mm().subtract(part.mm()).doubleValue());
            double size = all.m().doubleValue();
            return ((1 - share) * (1 - share) * part.mm().doubleValue() + share * share * others)
                    / (size * size)
                    * runs
                    / (runs - 1);
        }

        /** Of the slice's ratio; 0 if it has none. */
        private static @Nullable Double orNone(ClusterSums part) {
            return part.ratio() == null ? Double.valueOf(0) : part.variance();
        }

        private static @Nullable Double sum(@Nullable Double one, @Nullable Double other) {
            return one == null || other == null ? null : one + other;
        }

        private static double orZero(@Nullable Double value) {
            return value == null ? 0 : value;
        }
    }
}
