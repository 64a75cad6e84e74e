package dev.runledger.reporter.payload;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What older names of question types are called now, as question-service renames them itself. {@code
 * $RUNLEDGER_QUESTION_TYPES} ({@code old=new,...}) adds to the table.
 */
final class QuestionTypes {

    private static final Map<String, String> BUILT_IN = Map.of(
            "pattern_recognition", "pattern",
            "logical_reasoning", "logic",
            "spatial_reasoning", "spatial",
            "mathematical", "math",
            "verbal_reasoning", "verbal");

    private static final Map<String, String> NAMES = with(System.getenv("RUNLEDGER_QUESTION_TYPES"));

    private QuestionTypes() {}

    /** The name of today; a name that is in no table stays as it is. */
    static String canonical(String name) {
        return NAMES.getOrDefault(name, name);
    }

    /** Counts by type under the names of today; those that meet there are added. */
    static ObjectNode canonical(ObjectNode counts) {
        ObjectNode merged = Json.object();
        counts.properties().forEach(count -> {
            String name = canonical(count.getKey());
            JsonNode known = merged.get(name);
            JsonNode value = count.getValue();
            if (known != null && known.isNumber() && value.isNumber()) {
                merged.put(name, known.decimalValue().add(value.decimalValue()));
            } else {
                merged.set(name, value);
            }
        });
        return merged;
    }

    static Map<String, String> with(@Nullable String more) {
        Map<String, String> names = new HashMap<>(BUILT_IN);
        for (String pair : more == null ? new String[0] : more.split(",")) {
            int middle = pair.indexOf('=');
            if (middle > 0) {
                names.put(
                        pair.substring(0, middle).strip(),
                        pair.substring(middle + 1).strip());
            }
        }
        return Map.copyOf(names);
    }
}
