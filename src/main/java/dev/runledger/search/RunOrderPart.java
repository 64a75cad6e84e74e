package dev.runledger.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of an order that one index serves: the runs that have the key's value, or those that have not. Asking for
 * one after the other puts the latter last in both directions, which no single index does.
 */
record RunOrderPart(String condition, String orderBy, Map<String, Object> parameters) {

    /** The parts from just after the position to the end of the order. */
    static List<RunOrderPart> of(RunOrder order, @Nullable RunPosition after) {
        List<RunOrderPart> parts = new ArrayList<>();
        if (after == null || after.value() != null) {
            parts.add(valued(order.key(), order.direction(), after));
        }
        if (order.key().isNullable()) {
            parts.add(valueless(order.key(), order.direction(), after));
        }
        return parts;
    }

    /** The parts from just before the position back to the start of the order, each one reversed. */
    static List<RunOrderPart> reversed(RunOrder order, @Nullable RunPosition before) {
        RunOrder.Direction direction = order.direction().reversed();
        List<RunOrderPart> parts = new ArrayList<>();
        if (order.key().isNullable() && (before == null || before.value() == null)) {
            parts.add(valueless(order.key(), direction, before));
        }
        parts.add(valued(order.key(), direction, before));
        return parts;
    }

    private static RunOrderPart valued(RunOrder.Key key, RunOrder.Direction direction, @Nullable RunPosition beyond) {
        String column = key.column();
        String orderBy = "%s %s, id %s".formatted(column, direction, direction);
        String hasValue = key.isNullable() ? column + " IS NOT NULL" : "true";
        if (beyond == null || beyond.value() == null) {
            return new RunOrderPart(hasValue, orderBy, Map.of());
        }
        String condition = "(%s, id) %s (CAST(:beyondValue AS %s), CAST(:beyondId AS uuid))"
                .formatted(column, direction == RunOrder.Direction.ASC ? ">" : "<", key.sqlType());
        return new RunOrderPart(condition, orderBy, Map.of("beyondValue", beyond.value(), "beyondId", beyond.id()));
    }

    private static RunOrderPart valueless(
            RunOrder.Key key, RunOrder.Direction direction, @Nullable RunPosition beyond) {
        String isNull = key.column() + " IS NULL";
        // Every row has the same (missing) value here, but only if it is named does the index serve the order of ids.
        String orderBy = "%s %s, id %s".formatted(key.column(), direction, direction);
        if (beyond == null || beyond.value() != null) {
            return new RunOrderPart(isNull, orderBy, Map.of());
        }
        String condition = "%s AND id %s CAST(:beyondId AS uuid)"
                .formatted(isNull, direction == RunOrder.Direction.ASC ? ">" : "<");
        return new RunOrderPart(condition, orderBy, Map.of("beyondId", beyond.id()));
    }
}
