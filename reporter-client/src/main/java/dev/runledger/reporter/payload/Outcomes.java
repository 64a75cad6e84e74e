package dev.runledger.reporter.payload;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Exact figures that a MetricsTracker does not have: questions by provider, type, difficulty or a dimension of one's own, and
 * metrics of one's own. What is said several times adds up. For use by several threads.
 */
public final class Outcomes {

    private static final String PROVIDER = "provider";
    private static final String TYPE = "type";

    /** Where the summary's own count of what was generated goes. */
    private static final Map<String, String> GENERATED =
            Map.of(TYPE, "type_metrics", "difficulty", "difficulty_metrics");

    private final Map<String, Map<String, Map<String, BigDecimal>>> counts = new LinkedHashMap<>();
    private final Map<String, Ratio> metrics = new LinkedHashMap<>();

    private record Ratio(BigDecimal value, @Nullable BigDecimal of) {

        Ratio plus(Ratio more) {
            return new Ratio(value.add(more.value), of == null ? more.of : more.of == null ? of : of.add(more.of));
        }
    }

    /**
     * Adds to the figures of one key of a dimension.
     *
     * @param dimension {@code provider}, {@code type}, {@code difficulty}, or one of your own, such as {@code model}
     * @param key such as {@code openai}
     * @param numbers such as {@code evaluated} and {@code approved}
     */
    public synchronized Outcomes count(String dimension, String key, Map<String, ? extends Number> numbers) {
        Map<String, BigDecimal> sums = counts.computeIfAbsent(dimension, any -> new LinkedHashMap<>())
                .computeIfAbsent(
                        dimension.equals(TYPE) ? QuestionTypes.canonical(key) : key, any -> new LinkedHashMap<>());
        numbers.forEach((name, number) -> sums.merge(name, exact(number), BigDecimal::add));
        return this;
    }

    /** Whether nothing was counted. */
    public synchronized boolean isEmpty() {
        return counts.isEmpty() && metrics.isEmpty();
    }

    /** Adds to a metric of your own that is a plain number, such as minutes. */
    public synchronized Outcomes metric(String name, Number value) {
        metrics.merge(name, new Ratio(exact(value), null), Ratio::plus);
        return this;
    }

    /** Adds to a metric of your own that is a share: so many of so many. */
    public synchronized Outcomes metric(String name, Number value, Number of) {
        metrics.merge(name, new Ratio(exact(value), exact(of)), Ratio::plus);
        return this;
    }

    /** Adds what another has. */
    public synchronized void addAll(Outcomes more) {
        synchronized (more) {
            more.counts.forEach((dimension, keys) -> keys.forEach((key, numbers) -> count(dimension, key, numbers)));
            more.metrics.forEach((name, ratio) -> metrics.merge(name, ratio, Ratio::plus));
        }
    }

    /** @throws NumberFormatException if it is NaN or infinite */
    private static BigDecimal exact(Number number) {
        return new BigDecimal(number.toString());
    }

    /** Puts the figures into a payload, over those that its summary has. */
    public synchronized ObjectNode addTo(ObjectNode payload) {
        ObjectNode breakdowns = Json.object();
        counts.forEach((dimension, keys) -> {
            if (dimension.equals(PROVIDER)) {
                keys.forEach((key, numbers) -> put(object(object(payload, "provider_metrics"), key), numbers));
                return;
            }
            String generated = GENERATED.get(dimension);
            boolean isMore = generated == null;
            for (Map.Entry<String, Map<String, BigDecimal>> key : keys.entrySet()) {
                Map<String, BigDecimal> numbers = key.getValue();
                if (generated != null && numbers.containsKey("generated")) {
                    put(object(payload, generated), Map.of(key.getKey(), numbers.get("generated")));
                }
                isMore |= !numbers.keySet().equals(Set.of("generated"));
            }
            if (isMore) {
                keys.forEach((key, numbers) -> put(object(object(breakdowns, dimension), key), numbers));
            }
        });
        if (!breakdowns.isEmpty()) {
            payload.set("breakdowns", breakdowns);
        }
        metrics.forEach((name, ratio) -> {
            ObjectNode metric = object(object(payload, "metrics"), name);
            put(metric, ratio.of == null ? Map.of("value", ratio.value) : Map.of("value", ratio.value, "of", ratio.of));
        });
        return payload;
    }

    private static ObjectNode object(ObjectNode parent, String name) {
        return parent.get(name) instanceof ObjectNode object ? object : parent.putObject(name);
    }

    private static void put(ObjectNode target, Map<String, BigDecimal> numbers) {
        numbers.forEach((name, number) -> target.set(name, number(number)));
    }

    /** A whole number is written as one. */
    private static JsonNode number(BigDecimal number) {
        BigDecimal plain = number.stripTrailingZeros();
        return plain.scale() <= 0
                ? Json.object().numberNode(plain.toBigIntegerExact())
                : Json.object().numberNode(plain);
    }
}
