package dev.runledger.rollup;

import static dev.runledger.rollup.Measure.present;
import static dev.runledger.rollup.Measure.six;
import static dev.runledger.rollup.Measure.sum;
import static dev.runledger.rollup.Measure.when;

import dev.runledger.metric.Metric;
import dev.runledger.rollup.Measure.Six;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What one run contributes to the figures of one provider. */
public final class ProviderMeasure {

    /** The providers that a run names, in metrics or costs; a condition on {@code run} has to come before it. */
    static final String EACH = """
            CROSS JOIN LATERAL (
                SELECT json_name(key) AS key, metrics,
                       json_number(metrics -> 'generated')          AS generated,
                       json_number(metrics -> 'failures')           AS failures,
                       json_number(metrics -> 'api_calls')          AS api_calls,
                       json_number(metrics -> 'evaluated')          AS evaluated,
                       json_number(metrics -> 'approved')           AS approved,
                       json_number(cost -> 'total_cost_usd')        AS total_cost_usd,
                       json_number(cost -> 'total_input_tokens')    AS total_input_tokens,
                       json_number(cost -> 'total_output_tokens')   AS total_output_tokens
                  FROM (SELECT json_capped(run.provider_metrics) AS all_metrics,
                               json_capped(run.cost_by_provider) AS all_costs OFFSET 0) reported
                 CROSS JOIN LATERAL (
                        SELECT key, value AS metrics, all_costs -> key AS cost FROM jsonb_each(all_metrics)
                         UNION ALL
                        SELECT key, NULL, value FROM jsonb_each(all_costs) WHERE all_metrics -> key IS NULL) named
                -- Keeps every number read once, however often it is used.
                OFFSET 0
            ) provider
            """;

    public static final Measure RUNS = sum("runs", "1::bigint");
    /** Runs that report metrics of the provider, rather than costs alone. */
    public static final Measure METRICS_RUNS = present("metrics_runs", "provider.metrics");

    public static final Measure GENERATED = sum("generated", number("generated"));
    public static final Measure FAILURES = sum("failures", number("failures"));
    public static final Measure API_CALLS = sum("api_calls", number("api_calls"));
    public static final Measure INPUT_TOKENS = sum("input_tokens", number("total_input_tokens"));
    public static final Measure INPUT_TOKENS_RUNS = present("input_tokens_runs", "provider.total_input_tokens");
    public static final Measure OUTPUT_TOKENS = sum("output_tokens", number("total_output_tokens"));
    public static final Measure OUTPUT_TOKENS_RUNS = present("output_tokens_runs", "provider.total_output_tokens");

    private static final Map<Metric, Six> SIX = new EnumMap<>(Metric.class);

    static {
        SIX.put(
                Metric.PROVIDER_SUCCESS_RATE,
                six("success", number("generated"), number("generated") + " + " + number("failures")));
        String judged = "provider.evaluated IS NOT NULL" + " AND provider.approved IS NOT NULL";
        SIX.put(
                Metric.APPROVAL_RATE,
                six("approval", when(judged, number("approved")), when(judged, number("evaluated"))));
        // Rounded, since a quotient has no end; to 12 digits, so that it is the same wherever it is computed.
        SIX.put(
                Metric.ATTRIBUTED_APPROVAL_RATE,
                six(
                        "attributed",
                        when(
                                "run.questions_evaluated > 0",
                                "round(" + number("generated")
                                        + " * run.questions_approved / nullif(run.questions_evaluated, 0), 12)"),
                        when("run.questions_evaluated > 0", number("generated"))));
        SIX.put(Metric.API_CALLS_PER_GENERATED_QUESTION, six("calls", number("api_calls"), number("generated")));
        String priced = "provider.total_cost_usd IS NOT NULL";
        SIX.put(
                Metric.COST_PER_GENERATED_QUESTION,
                six("cost", when(priced, number("total_cost_usd")), when(priced, number("generated"))));
    }

    private ProviderMeasure() {}

    public static Six of(Metric metric) {
        return SIX.get(metric);
    }

    /** Every column of {@code provider_rollup}. */
    public static List<Measure> all() {
        List<Measure> all = new ArrayList<>(List.of(RUNS, METRICS_RUNS, GENERATED, FAILURES, API_CALLS));
        all.addAll(List.of(INPUT_TOKENS, INPUT_TOKENS_RUNS, OUTPUT_TOKENS, OUTPUT_TOKENS_RUNS));
        all.add(COST_RUNS);
        SIX.values().forEach(six -> all.addAll(six.all()));
        return all;
    }

    public static final Measure COST_RUNS = present("cost_runs", "provider.total_cost_usd");

    private static String number(String member) {
        return "coalesce(provider.%s, 0)".formatted(member);
    }
}
