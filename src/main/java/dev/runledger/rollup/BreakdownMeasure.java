package dev.runledger.rollup;

import static dev.runledger.rollup.Measure.sum;

import java.util.List;

/** What one run contributes to the figures of one name in its breakdowns: a question type, a category of errors and so on. */
public final class BreakdownMeasure {

    static final String EACH = """
            CROSS JOIN LATERAL (
                SELECT kind, json_name(key) AS name, json_number(value) AS quantity
                  FROM (VALUES ('QUESTION_TYPE', run.type_metrics),
                               ('DIFFICULTY', run.difficulty_metrics),
                               ('ERROR_CATEGORY', json_member(run.error_summary, 'by_category')),
                               ('ERROR_SEVERITY', json_member(run.error_summary, 'by_severity'))) AS reported(kind, counts)
                 CROSS JOIN LATERAL jsonb_each(json_capped(counts))
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
