package dev.runledger.graphql;

import dev.runledger.ledger.Run;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A run's breakdowns by type, difficulty and error, read from JSON that reporters write as they like: what is not the
 * number or object that it should be counts as not reported.
 */
final class RunBreakdowns {

    private RunBreakdowns() {}

    record QuestionTypeCount(String questionType, @Nullable Long questions) {}

    record DifficultyCount(String difficulty, @Nullable Long questions) {}

    record CategoryErrors(String category, @Nullable Long errors) {}

    record SeverityErrors(String severity, @Nullable Long errors) {}

    record RunErrors(
            List<CategoryErrors> byCategory,
            List<SeverityErrors> bySeverity,
            @Nullable Long criticalCount) {

        /** The first of those with the most errors; null if there are none. */
        public @Nullable CategoryErrors mostCommon() {
            return byCategory.stream()
                    .filter(category -> category.errors() != null && category.errors() > 0)
                    .max(Comparator.comparingLong(category -> category.errors()))
                    .orElse(null);
        }
    }

    static List<QuestionTypeCount> questionTypes(Run run) {
        return counts(run.getTypeMetrics(), QuestionTypeCount::new);
    }

    static List<DifficultyCount> difficulties(Run run) {
        return counts(run.getDifficultyMetrics(), DifficultyCount::new);
    }

    static @Nullable RunErrors errors(Run run) {
        JsonNode summary = run.getErrorSummary();
        return summary == null
                ? null
                : new RunErrors(
                        counts(summary.get("by_category"), CategoryErrors::new),
                        counts(summary.get("by_severity"), SeverityErrors::new),
                        wholeNumber(summary.get("critical_count")));
    }

    /** The members of the object in the order of their names; none if it is no object. */
    static Map<String, JsonNode> members(@Nullable JsonNode object) {
        Map<String, JsonNode> members = new TreeMap<>();
        if (object != null && object.isObject()) {
            object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
        }
        return members;
    }

    static @Nullable Long wholeNumber(@Nullable JsonNode value) {
        return value != null && value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToLong()
                ? Long.valueOf(value.longValue())
                : null;
    }

    private static <T> List<T> counts(@Nullable JsonNode object, BiFunction<String, @Nullable Long, T> count) {
        return members(object).entrySet().stream()
                .map(member -> count.apply(member.getKey(), wholeNumber(member.getValue())))
                .toList();
    }
}
