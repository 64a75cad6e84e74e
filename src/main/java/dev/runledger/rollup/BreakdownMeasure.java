package dev.runledger.rollup;

import static dev.runledger.rollup.Measure.sum;

import java.util.List;

/** What one run contributes to the figures of one name in its breakdowns: a question type, a category of errors and so on. */
public final class BreakdownMeasure {

    static final String EACH = """
            CROSS JOIN LATERAL (
                SELECT 'QUESTION_TYPE' AS kind, key AS name, json_number(run.type_metrics, key) AS quantity
                  FROM jsonb_each(json_object_or_empty(run.type_metrics))
                 UNION ALL
                SELECT 'DIFFICULTY', key, json_number(run.difficulty_metrics, key)
                  FROM jsonb_each(json_object_or_empty(run.difficulty_metrics))
                 UNION ALL
                SELECT 'ERROR_CATEGORY', key, json_number(json_member(run.error_summary, 'by_category'), key)
                  FROM jsonb_each(json_object_or_empty(json_member(run.error_summary, 'by_category')))
                 UNION ALL
                SELECT 'ERROR_SEVERITY', key, json_number(json_member(run.error_summary, 'by_severity'), key)
                  FROM jsonb_each(json_object_or_empty(json_member(run.error_summary, 'by_severity')))
            ) breakdown
            """;

    public static final Measure RUNS = sum("runs", "coalesce(breakdown.quantity > 0, false)::int::bigint");
    public static final Measure FAILED_RUNS =
            sum("failed_runs", "(coalesce(breakdown.quantity > 0, false) AND run.status = 'failed')::int::bigint");
    public static final Measure QUANTITY = sum("quantity", "coalesce(breakdown.quantity, 0)");

    private BreakdownMeasure() {}

    public static List<Measure> all() {
        return List.of(RUNS, FAILED_RUNS, QUANTITY);
    }
}
