package dev.runledger.rollup;

import dev.runledger.rollup.Measure.Aggregate;
import dev.runledger.rollup.Measure.Six;
import dev.runledger.statistics.ClusterSums;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What measures come to over a set of runs.
 *
 * @param key what the runs share, if they were told apart; null if they do not report it
 * @param secondKey what else they share, if they were told apart by two
 * @param bucket which bucket of time they started in, from 0; 0 if there are no buckets
 */
public record Sums(@Nullable String key, @Nullable String secondKey, int bucket, Map<Measure, Object> values) {

    public static final Sums NONE = new Sums(null, null, 0, Map.of());

    /** The same, known by the second key. */
    public Sums bySecondKey() {
        return new Sums(secondKey, null, bucket, values);
    }

    public BigDecimal exact(Measure measure) {
        return (BigDecimal) values.getOrDefault(measure, BigDecimal.ZERO);
    }

    public long count(Measure measure) {
        return exact(measure).longValueExact();
    }

    public double sum(Measure measure) {
        return exact(measure).doubleValue();
    }

    @Nullable
    public Double extreme(Measure measure) {
        return (Double) values.get(measure);
    }

    @Nullable
    public Instant moment(Measure measure) {
        return values.get(measure) instanceof OffsetDateTime moment ? moment.toInstant() : null;
    }

    public ClusterSums cluster(Six six) {
        return new ClusterSums(
                count(six.runs()), exact(six.x()), exact(six.m()), exact(six.xx()), exact(six.mm()), exact(six.xm()));
    }

    /** Both together; the key is this one's. */
    public Sums plus(Sums other) {
        Map<Measure, Object> all = new HashMap<>(values);
        other.values.forEach((measure, value) -> all.merge(measure, value, (a, b) -> merge(measure.aggregate(), a, b)));
        return new Sums(key, secondKey, bucket, all);
    }

    private static Object merge(Aggregate aggregate, Object a, Object b) {
        if (aggregate == Aggregate.SUM) {
            return ((BigDecimal) a).add((BigDecimal) b);
        }
        boolean first =
                a instanceof Double number ? number < (Double) b : ((OffsetDateTime) a).isBefore((OffsetDateTime) b);
        return first == (aggregate == Aggregate.MIN) ? a : b;
    }
}
